"""Administered: what docs/operations.md says of roles and backups of PostgreSQL is so."""

import re
from pathlib import Path

import pytest
from sqlalchemy import column, create_engine, func, select, table
from sqlalchemy.exc import IntegrityError, OperationalError

from devices.samples import Payload
from streams.store.layout import open_partition, open_readers, prepare
from streams.store.store import Commit

pytestmark = pytest.mark.stack
PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text("utf-8")


def statements(beginning):
    """The SQL of the page's example that begins so, without its comments."""
    block = next(one for one in re.findall(r"(?:^    .+\n)+", PAGE, re.MULTILINE) if beginning in one)
    return [one.strip() for one in re.sub(r"--.*", "", block).split(";") if one.strip()]


def database_of(url):
    return url.partition("?")[0].rpartition("/")[2]


def engine_of(url, user="tripmeter"):
    plain = url.partition("?")[0].replace("tripmeter@", f"{user}@")
    return create_engine(plain.replace("postgresql:", "postgresql+pg8000:"), isolation_level="AUTOCOMMIT")


def rows(name, place):
    return select(func.count()).select_from(table(name, schema=place))


def test_a_restored_dump_goes_on_where_it_was(postgres, rivers, tmp_path, monkeypatch):
    url = postgres.fresh()

    def opened(_folder):
        store = open_partition(url, 0)
        store.take_over()
        return store

    monkeypatch.setattr(rivers, "opened", opened)
    river = rivers.River(tmp_path, rivers.judged())
    body = b'{"v":1,"boot":"b","seq":1,"t":[1000.0,1001.0],"speed_kmh":50}'
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 1001.0)])
    river.drain()
    river.store.commit(Commit(source=(0, 42)))
    url = postgres.dumped(database_of(url), "restored")
    again = rivers.River(tmp_path, rivers.judged())
    assert again.store.take_over() == 42
    assert again.store.position == 1
    assert rivers.differences(river.tables(), again.tables()) == {}
    again.crash()
    assert again.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 1001.0)])  # on record: acknowledged again
    assert again.store.position == 1


def test_who_only_looks_sees_the_views_and_nothing_under_them(postgres):
    url = postgres.fresh()
    owner = engine_of(url)
    with owner.connect() as connection:
        for statement in statements("CREATE ROLE reporting"):
            connection.exec_driver_sql(statement)
    prepare(url, 9)  # the views are made anew
    with engine_of(url, "reporting").connect() as connection:
        for view in ("events", "trips", "alerts", "segments"):
            assert connection.execute(rows(view, "everything")).scalar() == 0
        for name, place in (("payloads", "p000"), ("registry", "tripmeter")):
            with pytest.raises(Exception, match="permission denied"):
                connection.execute(rows(name, place))
    owner.dispose()


def test_the_processes_role_needs_no_more_than_its_database(postgres):
    owner = engine_of(postgres.url("postgres"))
    made = [one.replace("ROLE tripmeter", "ROLE alone").replace("OWNER tripmeter", "OWNER alone") for one in ROLE]
    with owner.connect() as connection:
        for statement in made:
            connection.exec_driver_sql(statement.replace("DATABASE tripmeter", "DATABASE alone"))
    owner.dispose()
    url = postgres.url("alone").replace("tripmeter@", "alone@")
    older, newer = open_partition(url, 3), open_partition(url, 3)
    older.take_over()
    with pytest.raises(Exception, match="network error"), older.writing():
        newer.take_over()  # it may end its own sessions
    newer.commit(Commit())


def test_the_servers_certificate_is_looked_at_when_it_is_asked_for(postgres):
    plain = postgres.fresh().partition("?")[0]
    seen = select(column("ssl")).select_from(table("pg_stat_ssl")).where(column("pid") == func.pg_backend_pid())
    named = plain.replace("127.0.0.1", "localhost")
    for url, encrypted in (
        (f"{plain}?sslmode=disable", False),
        (f"{plain}?sslmode=require", True),
        (plain, True),
        (f"{named}?sslmode=verify-full&sslrootcert={postgres.certificate}", True),
    ):
        with open_readers(url).reading() as connection:
            assert connection.execute(seen).scalar() is encrypted
    for url in (f"{plain}?sslmode=verify-full&sslrootcert={postgres.certificate}", f"{named}?sslmode=verify-full"):
        with pytest.raises(Exception, match="certificate"):
            open_readers(url)


ROLE = statements("CREATE ROLE tripmeter")


def test_a_right_that_is_missing_is_the_databases_fault_until_it_is_granted(postgres):
    url = postgres.fresh()
    name = database_of(url)
    postgres.ask(f"CREATE ROLE {name} LOGIN")
    with engine_of(url).connect() as administrator:
        for schema_name in ("p000", "tripmeter"):
            administrator.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema_name} TO {name}")
            administrator.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema_name} TO {name}")
        store = open_partition(url.replace("tripmeter@", f"{name}@"), 0)
        with pytest.raises(OperationalError, match="permission denied for table owner"):
            store.take_over()
        administrator.exec_driver_sql(f"GRANT ALL ON ALL TABLES IN SCHEMA p000 TO {name}")
        store.take_over()
        administrator.exec_driver_sql(f"REVOKE INSERT ON p000.payloads FROM {name}")
        work = Commit(payloads=[(0, 1.0, 1.0, 1.0, b"digest", b"body")])
        with pytest.raises(OperationalError, match="permission denied for table payloads"):
            store.commit(work)
        administrator.exec_driver_sql(f"GRANT INSERT ON p000.payloads TO {name}")
        store.commit(work)
    assert store.position == 1
    store.close()


def test_what_a_row_holds_is_in_no_error(postgres):
    store = open_partition(postgres.fresh(), 0)
    store.take_over()
    with pytest.raises(IntegrityError) as refused:
        store.commit(Commit(payloads=[(0, float("nan"), 1.0, 1.0, b"digest", b"51.5074 north")]))
    assert "not-null" in str(refused.value)
    assert b"51.5074 north".hex() not in repr(refused.value) + repr(refused.value.orig)
    store.close()

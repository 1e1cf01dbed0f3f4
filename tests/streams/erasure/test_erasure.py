"""Erasure: a person becomes nobody - everywhere, for late data too - and nothing else in any table changes."""

import json
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import insert, update

from devices import topics
from devices.codecs import JSON_V1, MSGPACK_V1
from devices.readings import readings
from devices.samples import Payload
from streams.desk import actions
from streams.erasure import work
from streams.erasure.person import Person, new_token
from streams.keeping import archive
from streams.keeping.archive import DAY_S
from streams.keeping.keeping import Keeping
from streams.objects import Folder
from streams.pipeline.pipeline import only
from streams.river.retention import Retention
from streams.store import audit, deeds, schema, upkeep
from streams.store.columns import metadata

NAME, OTHER = "Nadeschda-17", "Ö-Wladimir"


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged(*rivers.HOURS)


@pytest.fixture
def river(rivers, rules, tmp_path):
    return rivers.River(tmp_path, rules)


def drives(rivers, seed=1, fleet="f"):
    samples = rivers.days(seed)
    return replace(samples, drivers=[NAME, OTHER], vehicles=[(fleet, name) for _, name in samples.vehicles])


def halves(samples):
    """What comes in order, and what is held back till the end."""
    late = (np.arange(samples.t.size) % 7 == 0) & (samples.t > samples.t.max() - 2 * DAY_S)
    return only(samples, ~late), only(samples, late)


def send(rivers, river, samples, codec=JSON_V1, boot="b"):
    parts = readings(samples, boot=boot, seq=0, size=10)
    river.embedded.take([Payload(topics.telemetry(*vehicle), codec.encode(one), 0.0) for vehicle, one in parts])


def erase(river, driver=NAME, fleet="f", names=()):
    """Ask, and carry out as a service does that begins again; the token."""
    person = Person(fleet, driver, tuple(names), new_token())
    with river.store.writing() as connection:
        work.ask(connection, person, 1.8e9, 7)
    assert work.clear_record(river.store, lambda _: river.embedded.newest) == 1
    river.crash()
    return person.token


def rows(tables, old=NAME, new=NAME):
    """All rows of public tables as text, in any order, with a driver called otherwise."""
    return {
        name: sorted(str(row).replace(old, new) for row in frame.drop("score_id", strict=False).rows(named=True))
        for name, frame in tables.items()  # a score is named by whose it is, and made when it is looked at
    }


def everything(river, old=NAME, new=NAME):
    """All rows of all tables but what they are recognised by, and what says that somebody was erased."""
    apart = {"digest", "id", "known"}
    found = {}
    for table in metadata.sorted_tables:
        if table not in (upkeep.erasures, upkeep.owner, deeds.audit, schema.meta):
            said = [{k: v for k, v in row.items() if k not in apart} for row in river.rows(table)]
            found[table.name] = sorted(repr(row).replace(old, new) for row in said if "body" not in row)
    return found


@pytest.mark.parametrize("seed", [1, 29])
@pytest.mark.parametrize("codec", [JSON_V1, MSGPACK_V1])
def test_no_table_changes_but_for_the_name(rivers, river, seed, codec):
    send(rivers, river, drives(rivers, seed), codec)
    river.drain()
    public, whole = river.tables(), everything(river)
    assert any(NAME in row for row in rows(public)["exposure"])
    token = erase(river)
    assert rows(river.tables()) == rows(public, NAME, token)
    assert everything(river) == {name: sorted(row.replace(NAME, token) for row in some) for name, some in whole.items()}
    assert river.rows(upkeep.dirty) == []


@pytest.mark.parametrize("codec", [JSON_V1, MSGPACK_V1])
def test_what_comes_late_is_nobodys_and_settles_as_if_it_had_always_been(rivers, rules, river, codec):
    samples = drives(rivers)
    now, late = halves(samples)
    send(rivers, river, now, codec)
    token = erase(river)
    send(rivers, river, late, codec, boot="late")
    river.drain()
    river.crash()
    river.drain()
    wanted = rivers.replayed([replace(samples, drivers=[token, OTHER])], rules, river.source)
    assert rows(river.tables()) == rows(wanted)


def test_what_is_sent_again_is_recognised_and_counts_once(rivers, river):
    samples = drives(rivers)
    send(rivers, river, samples)
    river.drain()
    token = erase(river)
    before, held = river.tables(), len(river.rows(schema.payloads))
    send(rivers, river, samples)
    river.drain()
    assert len(river.rows(schema.payloads)) == held
    assert rivers.differences(before, river.tables()) == {}
    assert token in {row["driver_id"] for row in river.rows(schema.segments)}


def test_who_has_the_id_from_then_on_is_another_person(rivers, river):
    send(rivers, river, drives(rivers))
    river.drain()
    token = erase(river)
    before = {row["start"] for row in river.rows(schema.segments) if row["driver_id"] == token}
    later = drives(rivers)
    send(rivers, river, replace(later, t=later.t + 5 * DAY_S, tyres=replace(later.tyres, t=later.tyres.t + 5 * DAY_S)))
    river.drain()
    found = river.rows(schema.segments)
    assert {row["start"] for row in found if row["driver_id"] == NAME}
    assert min(row["start"] for row in found if row["driver_id"] == NAME) > max(before)


def test_nothing_that_is_kept_shows_the_name(rivers, river, tmp_path):
    now, late = halves(drives(rivers))
    send(rivers, river, now)
    river.drain()
    keeper = Retention(river.store, Folder(tmp_path), Keeping(horizon_days=1))
    keeper.work(river.embedded.newest + DAY_S)
    broken = Payload(topics.telemetry("f", "V0"), f'{{"driver": "{NAME}", "v": 1'.encode(), 0.0)
    river.embedded.take([broken])
    alert = river.rows(schema.alerts)[0]["alert_id"]
    actions.act(river.store, alert, "note", "Ann", f"Nadja ({NAME}) says the lights were red", 1.8e9)
    with river.store.writing() as connection:
        audit.record(connection, [audit.Entry("Ann", "registry.changed", "f", f"drivers {NAME}", {"name": "Nadja K."})])
        body = json.dumps({"alert_id": "a", "fleet_id": "f", "driver_id": NAME, "note": f"{NAME}: x"}).encode()
        connection.execute(insert(schema.outbox), {"sink": "gone", "address": "x", "body": body, "retain": 0})
        before = {"at": 0.0, "engine": "e", "table_name": "events", "row_id": "r", "change": "replaced"}
        told = json.dumps({"fleet_id": "f", "driver_id": NAME})
        connection.execute(insert(schema.revisions), before | {"before": told})
    assert seen(tmp_path, NAME)
    token = erase(river, names=["Nadja", "Nadja K."])
    send(rivers, river, late, boot="late")
    assert work.clear_archive(river.store, Folder(tmp_path)) == 1
    river.drain()
    river.store.engine.dispose()
    assert seen(tmp_path, NAME) == seen(tmp_path, "Nadja") == []
    assert any(row["reason"] == f"{token} ({token}) says the lights were red" for row in river.rows(deeds.actions))
    with river.store.reading() as connection:
        assert audit.verify(connection).problems == []
    (done,) = river.rows(upkeep.erasures)
    assert (done["stage"], done["person"]) == ("done", "")
    assert json.loads(done["counts"]).keys() >= {"archive", "payloads", "segments", "quarantine", "outbox", "revisions"}


def seen(folder, word):
    """Files below a folder that hold a word, payloads in the archive unpacked."""
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    held = [path for path, body in files.items() if word.encode() in body]
    parts = archive.parts(Folder(folder))
    return held + [
        part.name for part in parts if any(word.encode() in one for one in archive.load(Folder(folder), part)["body"])
    ]


def test_a_day_of_the_archive_played_again_is_the_day_without_the_name(rivers, rules, river, tmp_path):
    samples = drives(rivers)
    send(rivers, river, samples)
    river.drain()
    Retention(river.store, Folder(tmp_path), Keeping(horizon_days=1)).work(river.embedded.newest + DAY_S)
    token = erase(river)
    work.clear_archive(river.store, Folder(tmp_path))
    found, refused = river.embedded.intake.archived(archive.read(Folder(tmp_path), archive.parts(Folder(tmp_path))))
    assert refused == []
    again = rivers.replayed([found], rules, river.source)
    assert rows(again) == rows(rivers.replayed([samples], rules, river.source), NAME, token)


def test_another_fleets_driver_of_the_same_id_stays(rivers, rules, river):
    both = rivers.joined([drives(rivers, 1, "f"), drives(rivers, 1, "g")])
    now, late = halves(both)
    send(rivers, river, now)
    river.drain()
    token = erase(river)
    send(rivers, river, late, boot="late")
    river.drain()
    drove = {(row["fleet_id"], row["driver_id"]) for row in river.rows(schema.segments)}
    assert {("f", token), ("g", NAME)} <= drove
    assert ("f", NAME) not in drove
    wanted = [replace(drives(rivers, 1, "f"), drivers=[token, OTHER]), drives(rivers, 1, "g")]
    assert rows(river.tables()) == rows(rivers.replayed([rivers.joined(wanted)], rules, river.source))


def test_in_the_middle_of_a_drive_it_goes_on(rivers, rules, river):
    samples = drives(rivers)
    first = only(samples, samples.t < np.median(samples.t))
    rest = only(samples, samples.t >= np.median(samples.t))
    send(rivers, river, first)
    token = erase(river)
    with river.store.writing() as connection:  # as if it had been asked for at the end
        connection.execute(update(upkeep.erasures).values(before=1e10))
    river.crash()
    send(rivers, river, rest)
    river.drain()
    wanted = rivers.replayed([replace(samples, drivers=[token, OTHER])], rules, river.source)
    assert rows(river.tables()) == rows(wanted)


def test_what_was_driven_is_sealed_without_who_it_was(rivers, river):
    now, late = halves(drives(rivers))
    send(rivers, river, now)
    river.drain()
    token = erase(river)
    with river.store.reading() as connection:
        (row,) = river.rows(upkeep.erasures)
        assert work.rows.sealed(connection, "f", token) == row["seal"]
    send(rivers, river, late, boot="late")
    river.drain()
    with river.store.reading() as connection:
        assert work.rows.sealed(connection, "f", token) != row["seal"]


def test_in_the_end_nobody_can_tell_who_it_was(rivers, river, tmp_path):
    now, late = halves(drives(rivers))
    send(rivers, river, now)
    erase(river)
    work.clear_archive(river.store, Folder(tmp_path))
    (row,) = river.rows(upkeep.erasures)
    work.forget(river.store, row["until"] - 1)
    assert river.rows(upkeep.erasures) == [row]
    work.forget(river.store, row["until"] + 1)
    (after,) = river.rows(upkeep.erasures)
    assert (after["salt"], after["mark"]) == ("", "")
    river.crash()
    send(rivers, river, late, boot="late")
    river.drain()
    assert NAME in {row["driver_id"] for row in river.rows(schema.segments)}  # a new person: erase again


def test_a_file_of_the_archive_that_cannot_be_read_is_named_and_the_erasure_waits(rivers, river, tmp_path):
    send(rivers, river, drives(rivers))
    river.drain()
    Retention(river.store, Folder(tmp_path), Keeping(horizon_days=1)).work(river.embedded.live.newest + DAY_S)
    name = archive.name_of("f", 20_000, 10**6)
    Folder(tmp_path).put(name, b"no Parquet")
    erase(river)
    keeper = Retention(river.store, Folder(tmp_path), Keeping(horizon_days=1))  # of the service that has begun again
    with pytest.raises(OSError, match=f"{name} .* take it away"):
        work.clear_archive(river.store, Folder(tmp_path))
    assert [row["stage"] for row in river.rows(upkeep.erasures)] == ["recorded"]
    assert keeper.work(river.embedded.live.newest + 2 * DAY_S)  # all else goes on
    Folder(tmp_path).drop([name])
    keeper.erase(0.0)
    assert [row["stage"] for row in river.rows(upkeep.erasures)] == ["done"]
    bodies = archive.read(Folder(tmp_path), archive.parts(Folder(tmp_path)))["body"]
    assert not any(NAME.encode() in body for body in bodies)

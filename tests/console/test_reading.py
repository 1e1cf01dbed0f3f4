"""Reading: of a record of years a list reads the rows it shows - no table whole, no question a row."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import delete, event, func, insert, select, text

from streams.desk import tasks
from streams.store import deeds, marks, schema

API = "/api/v1"
LONG = ("alerts", "events", "actions", "task_actions", "segments", "registry")  # what grows for years
OLD = 3_000


@contextmanager
def asked(house) -> Iterator[list[tuple[str, object]]]:
    """What the database is asked meanwhile."""
    found: list[tuple[str, object]] = []

    def heard(_connection, _cursor, statement, parameters, _context, _many):
        if statement.lstrip().startswith(("SELECT", "WITH")):
            found.append((statement, parameters))

    event.listen(house.world.store.engine, "before_cursor_execute", heard)
    yield found
    event.remove(house.world.store.engine, "before_cursor_execute", heard)


def whole(house, questions, walked=("INDEX",)) -> list[str]:
    """Tables of ``LONG`` that these questions read from end to end, as it is planned; ``walked``: but by these."""
    found = []
    with house.world.store.reading() as connection:
        for statement, parameters in questions:
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                words = row[3].split()
                if words[0] == "SCAN" and words[1] in LONG and not set(walked) & set(words):
                    found.append(f"{words[1]}: {statement}")
    return found


@pytest.fixture
def old(house) -> Iterator[None]:
    """Tasks of years, all of them done."""
    row = dict.fromkeys(("subject", "alert_id", "assignee", "outcome", "finding"), "")
    row |= {"fleet_id": "a", "vehicle_id": "V0", "kind": "workshop", "actor": "Li", "at": 1.0, "due": None}
    said = [row | {"task_id": f"old-{k}", "action": action} for k in range(OLD) for action in ("create", "done")]
    with house.world.store.writing() as connection:
        connection.execute(insert(deeds.task_actions), said)
    yield
    with house.world.store.writing() as connection:
        connection.execute(delete(deeds.task_actions).where(deeds.task_actions.c.task_id.startswith("old-")))


@pytest.mark.parametrize(
    "path",
    [
        "meta",
        "alerts?sort=newest&state=open,acked,resolved,dismissed",
        "alerts?sort=oldest&state=resolved",
        "alerts",
        "alerts?driver=a/D1&state=resolved",
        "alerts/{alert}",
        "vehicles/a/V1",
        "vehicles/a/V1/tyres",
        "heat",
        "today",
    ],
)
def test_no_table_that_grows_is_read_whole(house, path):
    client = house.client("manager")
    with asked(house) as questions:
        answer = client.get(f"{API}/{path.format(alert=house.ids['alerts'])}")
    assert answer.status_code == 200, answer.text
    assert whole(house, questions) == []


@pytest.mark.parametrize("state", ["resolved", "dismissed", "open,acknowledged"])
def test_what_people_left_alerts_as_is_read_from_an_index_alone(house, state):
    with asked(house) as questions:
        house.client("manager").get(f"{API}/alerts?state={state}")
    with house.world.store.reading() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all() for said, values in questions]
    ways = {row[3].partition(" (")[0] for rows in plans if "CORRELATED SCALAR SUBQUERY" in str(rows) for row in rows}
    assert "SEARCH actions USING COVERING INDEX actions_about" in ways
    assert not any(way.startswith(("SCAN actions", "SEARCH actions USING INDEX")) for way in ways)


def test_objections_are_found_by_what_drivers_said_not_by_all_alerts(house):
    with asked(house) as questions:
        assert house.client("admin").get(f"{API}/objections").status_code == 200
    assert whole(house, questions, walked=()) == []


def test_what_time_it_is_asks_no_days_where_the_clock_is_on_the_wall(house):
    with house.world.store.reading() as connection:
        fed = marks.clock(connection, 9e9)
        assert fed == connection.execute(select(func.max(schema.segments.c.end))).scalar()
        connection.execute(text("DELETE FROM meta WHERE key = 'clock'"))
        with asked(house) as questions:
            assert marks.clock(connection, 9e9) == 9e9
        connection.rollback()
    assert not [one for one, _ in questions if "segments" in one]


def test_a_page_of_tasks_reads_its_own_tasks_alone(house, old, monkeypatch):
    folded = []
    real = tasks.fold

    def fold(rows):
        rows = list(rows)
        folded.append(len(rows))
        return real(rows)

    monkeypatch.setattr(tasks, "fold", fold)
    client, name = house.client("manager"), house.ids["tasks"]
    shown = client.get(f"{API}/tasks", params={"state": "done", "limit": 20}).json()
    assert (shown["total"], len(shown["items"])) == (OLD, 20)
    open_ = client.get(f"{API}/tasks", params={"state": "open"}).json()["items"]
    assert name in [one["task_id"] for one in open_]
    assert client.get(f"{API}/alerts/{house.ids['alerts']}").status_code == 200
    assert client.post(f"{API}/tasks/{name}/assign", json={"assignee": "Bo"}).status_code == 200
    assert client.get(f"{API}/tasks", params={"assignee": "Bo"}).json()["total"] == 1
    items = client.get(f"{API}/today").json()["items"]
    assert name in [one["task_id"] for one in items]
    assert not [one for one in items if str(one["task_id"]).startswith("old-")]
    assert max(folded) < OLD / 10


def test_pages_of_tasks_are_the_list_cut(house, old):
    client = house.client("manager")
    first = client.get(f"{API}/tasks", params={"limit": 3}).json()
    second = client.get(f"{API}/tasks", params={"limit": 3, "cursor": first["cursor"]}).json()
    both = client.get(f"{API}/tasks", params={"limit": 6}).json()
    assert first["items"] + second["items"] == both["items"]
    assert first["total"] == both["total"]


def test_a_workshop_task_that_is_done_makes_room_for_the_next(house):
    client = house.client("manager")

    def made():
        return client.post(f"{API}/tasks", json={"kind": "workshop", "vehicle": "a/V1"}).json()["task_id"]

    first = made()
    assert made() == first
    client.post(f"{API}/tasks/{first}/done", json={"outcome": "fixed"})
    assert first not in [one["task_id"] for one in client.get(f"{API}/today").json()["items"]]
    second = made()
    assert second != first
    client.post(f"{API}/tasks/{second}/drop", json={"finding": "sold"})


def test_a_page_of_alerts_lays_out_no_more_than_it_shows(house, monkeypatch):
    from console.alerts import inbox

    seen = []
    real = inbox.laid
    monkeypatch.setattr(
        inbox, "laid", lambda connection, rows, now: seen.append(len(rows)) or real(connection, rows, now)
    )
    found = house.client("manager").get(f"{API}/alerts", params={"limit": 2}).json()
    assert len(found["items"]) == 2
    assert seen == [2]

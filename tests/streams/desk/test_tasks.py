"""Tasks: appended to, idempotent; a tyre's is believed when the pressure that follows says so."""

import pytest

from devices.samples import Payload
from streams.desk import tasks
from streams.desk.tasks import About, TaskError
from streams.desk.verify import Reading, Verifier, clear_pct, holds
from streams.store import schema

ABOUT = About("f", "V", "1L", "a1")
BODY = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":50,"tyres":{"1L":{"pressure_kpa":%s,"temp_c":20}}}'


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged())


@pytest.fixture
def store(river):
    return river.store


def only(store):
    with store.reading() as connection:
        (task,) = tasks.tasks(connection)
    return task


def test_a_task_is_made_once_given_to_somebody_and_done(store):
    name = tasks.create(store, "check_tyre", ABOUT, "Ann", 10.0, assignee="Bo", due=99.0)
    assert tasks.create(store, "check_tyre", ABOUT, "Ann", 11.0) == name
    assert (only(store)["assignee"], only(store)["due"], only(store)["state"]) == ("Bo", 99.0, "open")
    tasks.assign(store, name[:6], "Ann", 12.0, "Cy", None)
    assert (only(store)["assignee"], only(store)["due"]) == ("Cy", 99.0)
    tasks.done(store, name, "Cy", 13.0, "replaced", "a nail")
    tasks.done(store, name, "Cy", 14.0, "replaced", "a nail")
    found = only(store)
    assert (found["state"], found["outcome"], found["finding"], found["done_at"]) == (
        "done",
        "replaced",
        "a nail",
        13.0,
    )


def test_what_is_over_stays_over_and_the_next_is_another(store):
    name = tasks.create(store, "workshop", ABOUT, "Ann", 10.0)
    with pytest.raises(TaskError, match="needs a reason"):
        tasks.drop(store, name, "Ann", 11.0, "")
    tasks.drop(store, name, "Ann", 11.0, "sold")
    with pytest.raises(TaskError, match="is dropped already"):
        tasks.done(store, name, "Ann", 12.0, "fixed")
    assert tasks.create(store, "workshop", ABOUT, "Ann", 13.0) != name


def test_what_is_none_says_so(store):
    with pytest.raises(TaskError, match="'polish' is no task"):
        tasks.create(store, "polish", ABOUT, "Ann", 10.0)
    with pytest.raises(TaskError, match="no task has an id"):
        tasks.done(store, "zz", "Ann", 10.0, "fixed")
    name = tasks.create(store, "workshop", ABOUT, "Ann", 10.0)
    with pytest.raises(TaskError, match="no outcome"):
        tasks.done(store, name, "Ann", 10.0, "gone")


@pytest.mark.parametrize(
    ("deficits", "verdict"),
    [
        ((), None),
        ((1,), None),
        ((1, 2), True),
        ((12, 11), False),
        ((12, 1, 2), True),
        ((1, 12, 1), None),
        ((5, 5), False),
    ],
)
def test_two_readings_in_a_row_decide(deficits, verdict):
    assert holds([Reading(t, deficit) for t, deficit in enumerate(deficits)], 5.0) is verdict


def hear(river, seq, t, pressures):
    times = [t + 60 * k for k in range(len(pressures))]
    body = BODY % (seq, str(times).encode(), str(pressures).encode())
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 0.0)])


def tick(river, now):
    judge = Verifier(
        river.embedded.intake, river.source.known, lambda klass, t: clear_pct(river.rules.in_force, klass, t)
    )
    river.embedded.tickers = [judge.tick]
    river.embedded.tick(now)
    return only(river.store)


def test_a_tyre_that_holds_its_pressure_verifies_its_task(river):
    name = tasks.create(river.store, "check_tyre", ABOUT, "Ann", 900.0)
    hear(river, 1, 1_000.0, [600, 600])
    tasks.done(river.store, name, "Ann", 1_100.0, "fixed")
    assert tick(river, 1_140.0)["state"] == "done"
    hear(river, 2, 1_200.0, [795, 795])
    assert tick(river, 1_320.0)["state"] == "verified"
    assert tick(river, 1_380.0)["finding"] == "verified: 0.6 % below the placard"
    river.crash()
    assert tick(river, 1_440.0)["state"] == "verified"


def test_a_tyre_that_is_still_low_opens_its_task_again(river):
    name = tasks.create(river.store, "check_tyre", ABOUT, "Ann", 900.0)
    tasks.done(river.store, name, "Ann", 1_100.0, "fixed", "pumped up")
    hear(river, 1, 1_200.0, [600, 600])
    found = tick(river, 1_320.0)
    assert (found["state"], found["failures"], found["finding"]) == ("open", 1, "pumped up; 25.0 % below the placard")
    tasks.done(river.store, name, "Ann", 1_400.0, "replaced")
    hear(river, 2, 1_500.0, [800, 800])
    assert tick(river, 1_680.0)["state"] == "verified"


def test_other_tasks_are_done_when_somebody_says_so(river):
    name = tasks.create(river.store, "call_driver", ABOUT._replace(subject=""), "Ann", 900.0)
    tasks.done(river.store, name, "Ann", 1_000.0, "talked")
    hear(river, 1, 1_200.0, [600, 600])
    assert tick(river, 1_320.0)["state"] == "done"


def test_actions_are_only_ever_added(store):
    name = tasks.create(store, "workshop", ABOUT, "Ann", 10.0)
    tasks.done(store, name, "Ann", 11.0, "fixed")
    with store.reading() as connection:
        rows = connection.execute(schema.task_actions.select()).all()
    assert [row.action for row in rows] == ["create", "done"]

"""Tasks: appended to, idempotent; a tyre's is believed when the pressure that follows says so."""

import numpy as np
import pytest

from devices.samples import Payload
from devices.signals import WHEELS
from streams.desk import tasks
from streams.desk.tasks import About, TaskError
from streams.desk.verify import Reading, Verifier, holds
from streams.fleets.fleet import Coupled, Known
from streams.store import deeds, schema

ABOUT = About("f", "V", "1L", "a1")
BODY = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":50,"tyres":{"%s":{"pressure_kpa":%s,"temp_c":20}}}'


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


def hear(river, seq, t, pressures, wheel="1L", every=60):
    times = [t + every * k for k in range(len(pressures))]
    body = BODY % (seq, str(times).encode(), wheel.encode(), str(pressures).encode())
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 0.0)])


def tick(river, now):
    judge = Verifier(river.embedded.intake, river.source.known, river.rules.in_force)
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


DAY = 86_400.0
HELD = np.full(WHEELS, 800.0)


class Yard:
    """A tractor with trailer T1, then T2, then T1 again; its third axle is the trailer's first."""

    def known(self, _fleet, _vehicle):
        spans = ((0.0, 2_000.0, "T1"), (2_000.0, 3_000.0, "T2"), (3_000.0, 9e9, "T1"))
        return Known(2, HELD, couplings=[Coupled(*span, 2, 5, HELD) for span in spans])


def test_another_trailers_tyre_verifies_nothing(rivers, tmp_path):
    river = rivers.River(tmp_path, rivers.judged(), Yard())
    name = tasks.create(river.store, "check_tyre", ABOUT._replace(subject="3L"), "Ann", 900.0)
    hear(river, 1, 1_000.0, [500, 500], wheel="3L")
    tasks.done(river.store, name, "Ann", 1_900.0, "fixed")
    hear(river, 2, 2_100.0, [800, 800, 800], wheel="3L")
    assert tick(river, 2_400.0)["state"] == "done"
    hear(river, 3, 3_100.0, [500, 500], wheel="3L")
    assert tick(river, 3_300.0)["failures"] == 1
    tasks.done(river.store, name, "Ann", 3_400.0, "replaced")
    hear(river, 4, 3_500.0, [790, 790], wheel="3L")
    assert tick(river, 3_720.0)["state"] == "verified"


def day(river, seq, start, pressure):
    """A reading every half hour of a day; ``pressure`` kPa by days since ``start``."""
    for part in range(4):
        t = [start + DAY / 4 * part + 1_800.0 * k for k in range(12)]
        hear(river, 4 * seq + part, t[0], [round(pressure((at - start) / DAY), 1) for at in t], every=1_800.0)


def test_a_slow_leak_that_was_topped_up_is_not_mended(river):
    start = 20_000 * DAY
    for k in range(3):
        day(river, k, start + DAY * k, lambda d, k=k: 800 * (1 - 0.03 * (k + d)))
    (alert,) = [row for row in river.rows(schema.alerts) if row["kind"] == "tyre_slow_leak"]
    name = tasks.create(river.store, "check_tyre", ABOUT._replace(alert_id=alert["alert_id"]), "Ann", start + 3 * DAY)
    tasks.done(river.store, name, "Ann", start + 3 * DAY, "fixed", "topped up")
    day(river, 3, start + 3 * DAY + 600, lambda d: 800 * (1 - 0.03 * d))
    assert tick(river, start + 4 * DAY)["state"] == "done"
    day(river, 4, start + 4 * DAY + 600, lambda d: 800 * (1 - 0.03 * (1 + d)))
    found = tick(river, start + 5 * DAY)
    assert (found["state"], found["failures"]) == ("open", 1)
    assert "3.0 % a day lost" in found["finding"]
    tasks.done(river.store, name, "Ann", start + 5 * DAY, "replaced")
    for k in range(5, 9):
        day(river, k, start + DAY * k + 600, lambda _d: 800)
        assert tick(river, start + (k + 1) * DAY)["state"] == "done"
    day(river, 9, start + 9 * DAY + 600, lambda _d: 800)
    assert "0.0 % a day lost over 112 h" in tick(river, start + 10 * DAY)["finding"]
    assert only(river.store)["state"] == "verified"


def test_other_tasks_are_done_when_somebody_says_so(river):
    name = tasks.create(river.store, "call_driver", ABOUT._replace(subject=""), "Ann", 900.0)
    tasks.done(river.store, name, "Ann", 1_000.0, "talked")
    hear(river, 1, 1_200.0, [600, 600])
    assert tick(river, 1_320.0)["state"] == "done"


def test_actions_are_only_ever_added(store):
    name = tasks.create(store, "workshop", ABOUT, "Ann", 10.0)
    tasks.done(store, name, "Ann", 11.0, "fixed")
    with store.reading() as connection:
        rows = connection.execute(deeds.task_actions.select()).all()
    assert [row.action for row in rows] == ["create", "done"]

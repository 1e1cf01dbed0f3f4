"""Laws of every fault: seeded, on the sheet, nothing outside its spells, and what it leaves can still be sent."""

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from devices.codecs import decode
from simulator.answers import Whose
from simulator.device import Disturbance
from simulator.faults import BY_NAME, FAULTS, SENT, Fault, Per, Spell
from simulator.mishaps import PREFIX, Visited, visit
from simulator.payloads import Cut, payloads

START, HOURS = 1_762_923_600.0, 10
WINDOW = Spell(START, START + 3_600 * HOURS)
OFTEN = {Per.HOUR: 2.0, Per.VEHICLE: 1.0, Per.FLEET: 1.0}
MANUAL = Path(__file__).parents[3] / "docs" / "simulator.md"
WHOSE = Whose("f", "v", "d")


@pytest.fixture(scope="module")
def recording() -> pl.DataFrame:
    """A day at 1 Hz on one long road, five minutes of driving and one of standing in turn."""
    t = np.arange(HOURS * 3_600.0)
    speed = np.where(t % 360 < 300, 72.0, 0.0)
    north = np.cumsum(speed / 3.6) / 111_195
    columns = {"speed_kmh": speed, "lat_deg": np.round(45 + north, 6), "lon_deg": 8.0, "ignition": 1.0}
    return pl.DataFrame({"t": START + t, "vehicle_id": "v", "fleet_id": "f", "driver_id": "d", **columns})


def befallen(recording: pl.DataFrame, *faults: Fault, seed: int = 1, number: int = 0) -> Visited:
    return visit(recording, WHOSE, {fault.name: OFTEN[fault.per] for fault in faults}, WINDOW, seed, number)


def spans(visited: Visited, fault: Fault) -> list[tuple[float, float]]:
    rows = visited.sheet.filter(kind=PREFIX + fault.name).iter_rows(named=True)
    return [(row["start"].timestamp(), row["end"].timestamp()) for row in rows]


def whole(disturbances: list[Disturbance]) -> list[tuple[float, object]]:
    return [(one.at, getattr(one.act, "keywords", one.act)) for one in disturbances]


each = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
of_data = pytest.mark.parametrize("fault", [f for f in FAULTS if f.strike], ids=lambda fault: fault.name)
of_line = pytest.mark.parametrize("fault", [f for f in FAULTS if f.disturb], ids=lambda fault: fault.name)


@each
def test_it_has_one_way_of_breaking_things(fault: Fault) -> None:
    assert (fault.strike is None) != (fault.disturb is None)
    assert BY_NAME[fault.name] is fault and fault.rate > 0 and fault.lasts[0] <= fault.lasts[1]


@each
def test_the_same_seed_breaks_the_same_and_another_does_not(recording: pl.DataFrame, fault: Fault) -> None:
    one, two, other = (befallen(recording, fault, seed=seed) for seed in (1, 1, 2))
    assert one.recording.equals(two.recording) and one.sheet.equals(two.sheet)
    assert whole(one.disturbances) == whole(two.disturbances)
    assert not one.sheet.equals(other.sheet)


@each
def test_other_faults_do_not_move_it(recording: pl.DataFrame, fault: Fault) -> None:
    """What is not heard at all in a dead zone, or only after it, cannot be broken once more; everything else is."""
    whole = befallen(recording, *FAULTS)
    alone, among = spans(befallen(recording, fault), fault), spans(whole, fault)
    dead = [span for zone in ("loss", "backlog") for span in spans(whole, BY_NAME[zone])]
    assert set(among) <= set(alone) and among != []
    for start, end in set(alone) - set(among):
        instants = np.append(np.arange(start, end), end)
        assert np.logical_or.reduce([(instants >= a) & (instants <= b) for a, b in dead]).all()


@each
def test_vehicles_have_their_own_but_for_what_befalls_all(recording: pl.DataFrame, fault: Fault) -> None:
    here, there = (spans(befallen(recording, fault, number=number), fault) for number in (0, 1))
    assert (here == there) == (fault.per is Per.FLEET)


@of_data
def test_nothing_changes_outside_its_spells(recording: pl.DataFrame, fault: Fault) -> None:
    visited = befallen(recording, fault)
    during = pl.any_horizontal(pl.col("t").is_between(a, b + 0.001) for a, b in spans(visited, fault))
    names = recording.columns
    outside = recording.filter(~during)
    assert outside.join(visited.recording, on=names, how="anti").is_empty()
    changed = not visited.recording.select(names).equals(recording)
    assert changed or not visited.recording[SENT].equals(visited.recording["t"])


@of_data
def test_what_it_leaves_can_be_sent_and_read(recording: pl.DataFrame, fault: Fault) -> None:
    visited = befallen(recording, fault)
    readings = [decode(payload.body) for payload in payloads(visited.recording, 0, "b", Cut())]
    assert sum(len(reading.t) for reading in readings) == len(visited.recording)
    assert visited.recording[SENT].is_sorted()


@each
@pytest.mark.parametrize("rows", [0, 1])
def test_a_day_of_which_nothing_is_heard_goes_through(recording: pl.DataFrame, fault: Fault, rows: int) -> None:
    visited = befallen(recording.head(rows), fault)
    assert visited.recording.drop(SENT).equals(recording.head(rows))
    assert visited.sheet.is_empty() and visited.disturbances == []


def test_what_another_fault_has_lost_goes_through(recording: pl.DataFrame) -> None:
    """A minute of driving, most of it lost in a dead zone."""
    minute = recording.head(60)
    for seed in range(20):
        visited = visit(minute, WHOSE, {fault.name: 60.0 for fault in FAULTS}, WINDOW, seed, 0)
        assert visited.recording[SENT].is_sorted()


@of_data
def test_only_what_was_broken_is_on_the_sheet(recording: pl.DataFrame, fault: Fault) -> None:
    """A tracker that reports every half a minute, or stands all day."""
    slow = recording.gather_every(30)
    for rows in (slow, slow.with_columns(speed_kmh=0.0)):
        for number in range(10):
            visited = befallen(rows, fault, number=number)
            plain = rows.with_columns(pl.col("t").alias(SENT))
            assert visited.sheet.is_empty() == visited.recording.equals(plain)
            assert all(peak > 0 for peak in visited.sheet["peak"])


def test_nothing_is_cut_of_a_device_that_is_not_there(recording: pl.DataFrame) -> None:
    gone = recording.filter(~pl.col("t").is_between(START + 3_600, START + 8 * 3_600))
    spell = [spans(befallen(rows, BY_NAME["reconnects"]), BY_NAME["reconnects"]) for rows in (recording, gone)]
    assert set(spell[1]) < set(spell[0])
    assert not any(START + 7_200 < start < START + 7 * 3_600 for start, _ in spell[1])


@of_line
def test_the_line_is_disturbed_within_its_spells_and_data_is_not(recording: pl.DataFrame, fault: Fault) -> None:
    visited = befallen(recording, fault)
    times = [one.at for one in visited.disturbances]
    assert times == sorted(times)
    assert all(any(a - 0.001 <= at <= b + 0.2 for a, b in spans(visited, fault)) for at in times)
    assert visited.recording.drop(SENT).equals(recording)


def test_a_rate_is_what_it_says(recording: pl.DataFrame) -> None:
    doubled = BY_NAME["duplicates"]
    counts = [len(spans(visit(recording, WHOSE, {"duplicates": 2.0}, WINDOW, 1, k), doubled)) for k in range(60)]
    assert np.mean(counts) == pytest.approx(2.0 * HOURS, rel=0.1)
    hit = [
        len(spans(visit(recording, WHOSE, {"unit_error": 0.3}, WINDOW, 1, k), BY_NAME["unit_error"])) for k in range(60)
    ]
    assert 0.15 < np.mean(hit) < 0.45


def test_each_is_in_the_manual_with_its_rate() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([\d.]+) ", MANUAL.read_text("utf-8"), re.MULTILINE))
    assert {name: float(rate) for name, rate in table.items()} == {fault.name: fault.rate for fault in FAULTS}

"""Where two orders meet, each is on the sheet as it came to pass, or it is said why not; nothing changes the past."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import polars as pl
import pytest

from simulator.ailments import AILMENTS
from simulator.motion import Motion
from simulator.placed import KINDS, Placed, PlacingError
from simulator.profiles import PROFILES
from simulator.reports import Report
from simulator.roadside import CHANGE
from simulator.roster import roster
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window

START, HOURS = 1_762_923_600.0, 6.0  # 2025-11-12 06:00 in Karlsruhe
SECONDS = 3_600 * HOURS
NAMES = {"swerve": "lane_change", "puncture": "tyre_rapid_loss", "leak": "tyre_slow_leak"}
EXACT = ("puncture", "leak", "brake_drag", "dual_imbalance", "joins", "leaves", "unplugged", *AILMENTS)
MOVING = ("harsh_braking", "harsh_acceleration", "harsh_cornering", "lane_change", "crash", "speeding")
OPTIONS: dict[str, dict[str, Any]] = {"harsh_braking": {"mps2": 2.0}, "swerve": {"mps2": 1.5}}
OPTIONS |= {kind: {"wheel": "1L"} for kind in ("puncture", "leak", "brake_drag")}
OPTIONS |= {"dual_imbalance": {"wheel": "2LI"}}
TRAILERS = {kind: {"wheel": "3L"} for kind in ("puncture", "leak", "brake_drag")}
FEW = [kind for kind in KINDS if kind not in AILMENTS or kind in ("alternator_fails", "brake_air_leak")]
PAIRS = list(combinations_with_replacement(FEW, 2))
PARTS = 4  # in which all of them are tried, so that each takes seconds


def alone(k: int, hours: float = HOURS) -> Traffic:
    """One vehicle of the business, to which nothing usual happens."""
    whole = roster(k + 1, 7)
    some = {name: getattr(whole, name)[k:] for name in ("vehicles", "drivers")}
    quiet = replace(whole, incidents=(Incidents(),), **some)
    return Traffic(quiet, Window(START, hours), {}, (), (PROFILES["standard"],), ailments=0.0)


FLEETS = {"van": alone(0), "lorry": alone(1)}


@pytest.fixture(scope="module")
def usual() -> dict[str, Motion]:
    """Their days without orders."""
    return {name: driven(fleet) for name, fleet in FLEETS.items()}


def driven(fleet: Traffic) -> Motion:
    day = fleet.arranged.get(0)
    return fleet.motion([day.shift if day else fleet.shift(0)], 0)


def drawn(pair: tuple[str, str], name: str, seed: int) -> list[Placed]:
    """Both, at times that are drawn; every other lorry's wheels are its trailer's."""
    rng = np.random.default_rng([seed, *map(ord, "".join(pair))])
    own = OPTIONS | TRAILERS if name == "lorry" and rng.random() < 0.5 else OPTIONS
    first = float(np.round(rng.uniform(0.0, 0.95 * SECONDS)))
    near = first + float(np.round(rng.uniform(0.0, 1_800.0)))
    times = first, near if rng.random() < 0.7 else float(np.round(rng.uniform(0.0, SECONDS)))
    return [
        Placed(kind, 0, min(at, SECONDS - 1.0) if KINDS[kind].timed else 0.0, own.get(kind, {}), number=number)
        for number, (kind, at) in enumerate(zip(pair, times, strict=True), 1)
    ]


def rows(sheet: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in sheet.iter_rows(named=True):
        yield row | {name: row[name].timestamp() - START for name in ("start", "end")}


def holds(fleet: Traffic, events: list[Placed], usual: Motion) -> bool:
    """The law, of a day with two orders; false if they cannot be."""
    fleet = replace(fleet, events=tuple(events))
    try:
        _ = fleet.arranged
    except PlacingError as error:
        assert any(str(error).startswith(event.name) for event in events)
        return False
    motion, (report,) = driven(fleet), fleet.reports()
    until = int(min(event.at for event in events))
    for column in ("speed", "distance", "lateral", "ignition", "fuel", "heat"):
        assert (getattr(motion, column)[0, :until] == getattr(usual, column)[0, :until]).all(), column
    told = list(rows(report.sheet))
    for event in events:
        within(told, event)
    apart(told)
    true(told, motion, fleet)
    listed(report)
    return True


def within(told: list[dict[str, Any]], event: Placed) -> None:
    """It has its row, from when it was to begin or could."""
    own = [row["start"] for row in told if row["kind"] == NAMES.get(event.kind, event.kind)]
    joined = max([row["start"] for row in told if row["kind"] == "joins"], default=0.0)
    at = max(event.at, joined) if event.kind in EXACT else event.at
    assert any(start == pytest.approx(at, abs=1e-3) if event.kind in EXACT else start >= at - 1e-3 for start in own)


def apart(told: list[dict[str, Any]]) -> None:
    """None of them goes on beside itself."""
    last: dict[tuple[str, ...], float] = {}
    for row in told:
        key = row["kind"], row["subject"], row["driver_id"] if row["unit"] == "h" else ""
        assert row["start"] >= last.get(key, -np.inf), row
        last[key] = row["end"]


def true(told: list[dict[str, Any]], motion: Motion, fleet: Traffic) -> None:
    """Each lies within its day, is of somebody who moves if it is of moving, and as large as it says."""
    arranged, speed = fleet.arranged[0], np.append(0.0, motion.speed[0])
    since, until = arranged.insured
    for row in told:
        a, b = row["start"], row["end"]
        assert max(0.0, since) - 1e-3 <= a <= b <= min(SECONDS, until) + 1e-3, row
        if row["kind"] in MOVING:
            assert speed[max(int(a) - 1, 0) : int(a) + 2].max() > 0, row
        if row["unit"] in ("share", "K", "m/s²", "m") and row["level"]:
            assert row["peak"] >= row["threshold"] - 1e-3, row
        if row["kind"] in ("no_break", "long_day"):
            who = {driver: (x, y) for driver, x, y in arranged.whose.turns()}
            x, y = who[row["driver_id"]]
            assert x <= a and b <= y and row["peak"] > row["threshold"], row
        if row["kind"] == "tyre_rapid_loss" and b < min(SECONDS, until, *arranged.swapped):
            assert speed[int(b - CHANGE) + 1 : int(b)].max() == 0, row
            assert not motion.crashed[0, 0] < b, row


def listed(report: Report) -> None:
    """No trouble code is said twice."""
    if "fault_codes" in report.recording.columns:
        for said in report.recording["fault_codes"].drop_nulls().unique():
            assert len(set(said.split())) == len(said.split())


@pytest.mark.parametrize("name", FLEETS)
def test_two_orders_that_meet_are_both_true_or_it_is_said_why_not(name: str, usual: dict[str, Motion]) -> None:
    chosen = PAIRS[list(FLEETS).index(name) :: 22]
    assert sum(holds(FLEETS[name], drawn(pair, name, 1), usual[name]) for pair in chosen) > len(chosen) / 4


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", FLEETS)
def test_all_pairs_of_orders_are_true_or_it_is_said_why_not(name: str, part: int, usual: dict[str, Motion]) -> None:
    chosen = PAIRS[part::PARTS]
    assert sum(holds(FLEETS[name], drawn(pair, name, 0), usual[name]) for pair in chosen) > len(chosen) / 4


def sheet(fleet: Traffic, *events: Placed) -> pl.DataFrame:
    (report,) = replace(fleet, events=events).reports()
    return report.sheet


def refused(said: str, fleet: Traffic, *events: Placed) -> None:
    with pytest.raises(PlacingError, match=said):
        _ = replace(fleet, events=events).arranged


def test_hours_are_of_who_drove_them_or_it_is_said() -> None:
    long, whole = Placed("no_break", 0, 0.0), alone(0, 12.0)
    refused("no_break: VAN-001 drives for .* h only before it crashes", whole, long, Placed("crash", 0, 10_800.0))
    refused("no_break: VAN-001 drives for .* h only with one driver", alone(0, 3.0), long)
    (row,) = sheet(whole, long, Placed("driver_swap", 0, 5_400.0)).filter(kind="no_break").iter_rows(named=True)
    assert row["driver_id"] == "D-R001" and row["peak"] > 4.5
    refused("is told no_break and long_day on one day", whole, long, Placed("long_day", 0, 0.0))


def test_who_has_crashed_has_no_wheel_changed() -> None:
    van, hole = FLEETS["van"], Placed("puncture", 0, 9_000.0, {"wheel": "1L"})
    for events, ends in (([hole], 14_400.0), ([hole, Placed("crash", 0, 9_100.0)], SECONDS)):
        (row,) = rows(sheet(van, *events).filter(kind="tyre_rapid_loss"))
        assert row["start"] == 9_000.0 and (row["end"] < ends or row["end"] == ends == SECONDS)
    refused("puncture: VAN-001 has crashed by then", van, replace(hole, at=15_000.0), Placed("crash", 0, 9_100.0))


def test_nothing_is_punctured_at_home() -> None:
    van = alone(0, 8.0)
    home = float(driven(van).reached[-1])
    hole = Placed("puncture", 0, home - 60.0, {"wheel": "1L"})
    (row,) = rows(sheet(van, hole).filter(kind="tyre_rapid_loss"))
    assert row["end"] == pytest.approx(min(home + CHANGE, 8 * 3_600.0), abs=1.0)
    refused("puncture: VAN-001 has come home by then", van, replace(hole, at=home + 60.0))


@pytest.mark.parametrize("name", FLEETS)
def test_the_next_departure_is_that_after_the_roadside_stop(name: str) -> None:
    fleet, hole = FLEETS[name], Placed("puncture", 0, 3_600.0, {"wheel": "1L"})
    (loss,) = rows(sheet(fleet, hole).filter(kind="tyre_rapid_loss"))
    for at in (loss["end"] - CHANGE - 300.0, loss["end"] + 60.0):
        events = hole, Placed("driver_swap", 0, at)
        day = replace(fleet, events=events).arranged[0]
        motion, stops = fleet.motion([day.shift], 0), np.array(day.shift.stops[:-1]) - 1
        leaves = motion.reached[stops] + day.shift.legs["wait"][stops]
        assert day.relieved == (leaves[leaves >= at].min(),)


def test_what_goes_on_does_not_begin_again() -> None:
    van, wheel = FLEETS["van"], {"wheel": "1L"}
    for kind in ("leak", "brake_drag", "alternator_fails", "unplugged"):
        options = wheel if kind in OPTIONS else {}
        both = [Placed(kind, 0, at, options, number=int(at > 600) + 1) for at in (600.0, 1_800.0)]
        refused(rf"event 2 \({kind}\): VAN-001 .* anyway", van, *both)
    hole = Placed("puncture", 0, 3_600.0, wheel)
    refused("leak: VAN-001 has no air at 1L by then", van, hole, Placed("leak", 0, 3_700.0, wheel))
    leaking = replace(van, roster=replace(van.roster, incidents=(Incidents(leak=True),)))
    (usual,) = leaking.reports()
    own = {"wheel": usual.sheet.filter(kind="tyre_slow_leak")["subject"][0]}
    refused("set incidents = false", leaking, Placed("leak", 0, 600.0, own))

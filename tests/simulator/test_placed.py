"""What a scenario places happens to that vehicle at that time, and changes nothing before it."""

from dataclasses import replace
from datetime import datetime
from functools import partial

import numpy as np
import polars as pl
import pytest

from simulator import asked, registry, scenario
from simulator.answers import Whose, answers
from simulator.hours import Ledger
from simulator.manoeuvres import MANOEUVRE
from simulator.placed import Placed, PlacingError
from simulator.regions import REGIONS
from simulator.reports import Report
from simulator.roster import Incidents, roster
from simulator.tracks import Track
from simulator.traffic import Traffic, Window, combined
from streams.recordings import recording
from streams.registry import Roster, load

HOURS = 14.0
START = scenario.begins(datetime(2025, 11, 12, 4), REGIONS["karlsruhe"])
COUNT = 17
FIELDS = ("vehicles", "drivers", "incidents")


@pytest.fixture(scope="module")
def traffic() -> Traffic:
    """The shipped day on which one of everything happens."""
    told = scenario.read(asked.SHIPPED / "one_of_each.toml")
    business = roster(25, 7)
    calm = {"vehicles": business.vehicles[:COUNT], "drivers": business.drivers[:COUNT]}
    business = type(business)(business.region, 7, incidents=(Incidents(),) * COUNT, **calm)
    ids = [vehicle.vehicle_id for vehicle in business.vehicles]
    return Traffic(business, Window(START, HOURS), {}, scenario.place(told, ids, business.region, Window(START, HOURS)))


@pytest.fixture(scope="module")
def reports(traffic: Traffic) -> list[Report]:
    return list(traffic.reports())


@pytest.fixture(scope="module")
def plain(traffic: Traffic) -> list[Report]:
    """The same day on which nothing happens."""
    return list(Traffic(traffic.roster, traffic.window).reports())


def fact(reports: list[Report], traffic: Traffic, kind: str) -> tuple[Report, Placed, dict[str, object]]:
    """The fact on the sheet that a placed event became."""
    names = {"puncture": "tyre_rapid_loss", "leak": "tyre_slow_leak", "no_break": "continuous_driving"}
    names |= {"swerve": "lane_change"}
    (event,) = (event for event in traffic.events if event.kind == kind)
    report = reports[event.vehicle]
    rows = report.sheet.filter(pl.col("kind") == names.get(kind, kind)).iter_rows(named=True)
    return report, event, min(rows, key=lambda row: abs(row["start"].timestamp() - START - event.at))


@pytest.mark.parametrize(
    ("kind", "slack"),
    [
        ("harsh_braking", 120),
        ("swerve", 1_200),  # on a straight that is long enough
        ("puncture", 0.01),
        ("brake_drag", 0.01),
        ("dual_imbalance", 0.01),
        ("leak", 0.01),
        ("crash", 3_600),  # at the next moment it is fast enough
        ("route_deviation", 5_400),  # from the next departure
        ("driver_swap", 5_400),
        ("trailer_swap", 10_800),  # of a long haul
        ("joins", 0.01),
        ("leaves", 0.01),
        ("unplugged", 0.01),
    ],
)
def test_it_is_on_the_sheet_when_it_was_asked_for(
    reports: list[Report], traffic: Traffic, kind: str, slack: float
) -> None:
    _, event, row = fact(reports, traffic, kind)
    late = row["start"].timestamp() - START - event.at  # type: ignore[attr-defined]
    assert -0.01 <= late <= slack


@pytest.mark.parametrize("kind", ["harsh_braking", "puncture", "crash", "route_deviation", "driver_swap"])
def test_what_came_before_is_as_it_is_without_it(
    reports: list[Report], plain: list[Report], traffic: Traffic, kind: str
) -> None:
    report, event, row = fact(reports, traffic, kind)
    columns = ["t", "odometer_km", "ignition"]  # without noise, which goes by the number of rows
    before = pl.col("t") < min(row["start"].timestamp(), START + event.at) - 60  # type: ignore[attr-defined]
    same = plain[event.vehicle].recording.filter(before).select(columns)
    assert len(same) > 1_000
    assert report.recording.filter(before).select(columns).equals(same)
    assert not report.recording.select(columns).equals(plain[event.vehicle].recording.select(columns))


def test_other_vehicles_are_not_disturbed(reports: list[Report], plain: list[Report], traffic: Traffic) -> None:
    for k in {*range(COUNT)} - {event.vehicle for event in traffic.events}:
        assert reports[k].recording.equals(plain[k].recording)


def test_the_relief_drives_from_then_on(reports: list[Report], traffic: Traffic) -> None:
    report, _, row = fact(reports, traffic, "driver_swap")
    at = row["start"].timestamp()  # type: ignore[attr-defined]
    early, late = (set(report.recording.filter(where)["driver_id"]) for where in (pl.col("t") < at, pl.col("t") > at))
    assert (early, late) == ({"D-005"}, {"D-R005"})
    assert set(report.sheet.filter(pl.col("start") > row["start"])["driver_id"]) == {"D-R005"}


def test_nothing_is_heard_of_a_vehicle_that_is_not_there(reports: list[Report], traffic: Traffic) -> None:
    for kind, where in (("joins", pl.col("t") > START), ("leaves", pl.col("t") < START + 3_600 * HOURS)):
        report, event, _ = fact(reports, traffic, kind)
        late = pl.col("t") >= START + event.at
        assert report.recording.filter(where).select((late if kind == "joins" else ~late).all()).item()
    report, event, row = fact(reports, traffic, "unplugged")
    assert row["peak"] > 5  # type: ignore[operator]
    t = report.recording["t"] - START
    assert t.is_between(event.at, event.at + 5_400).sum() == 0 and t.max() > event.at + 5_400


def test_another_way_leads_to_the_same_place_far_from_the_planned_one(reports: list[Report], traffic: Traffic) -> None:
    _, event, row = fact(reports, traffic, "route_deviation")
    shift = traffic.arranged[event.vehicle].shift
    end = shift.pieces[shift.stops[shift.orders.detours[0]] - 1]
    assert (end["x"], end["y"]) != (0, 0)
    assert row["peak"] > 500  # type: ignore[operator]


def test_a_long_day_is_one_with_its_breaks(traffic: Traffic) -> None:
    haul = next(k for k, vehicle in enumerate(traffic.roster.vehicles) if vehicle.work == "haul")
    first = replace(traffic.roster, **{name: getattr(traffic.roster, name)[: haul + 1] for name in FIELDS})
    *_, report = Traffic(first, Window(START, 17.0), {}, (Placed("long_day", haul, 0.0),)).reports()
    (row,) = report.sheet.filter(kind="daily_driving").iter_rows(named=True)
    assert row["peak"] > 10 and row["level"] == 2 + (row["peak"] > 11)
    assert report.sheet.filter(pl.col("level") > 1, kind="continuous_driving").is_empty()
    with pytest.raises(PlacingError, match="h only with one driver"):
        _ = Traffic(first, Window(START, 6.0), {}, (Placed("long_day", haul, 0.0),)).arranged


def test_each_driver_is_at_the_wheel_for_his_own_hours(traffic: Traffic) -> None:
    """Ten hours without a break, but by two of them: nobody drove for more than nine, both for more than 4.5."""
    t = np.arange(1.0, 36_001.0)
    still = np.zeros(len(t))
    track = Track(*(still for _ in Track._fields))._replace(t=t, speed=still + 20.0, limit=still + 30.0)
    whose, nothing = Whose("f", "v", "one", ((18_000.0, "two"),)), np.zeros(0, MANOEUVRE)
    shift, ledger = traffic.shift(0), partial(Ledger, REGIONS["karlsruhe"])
    sheet = answers(shift, whose, track, nothing, (np.nan, np.nan), START, [], ledger())
    assert sheet.filter(kind="daily_driving").is_empty()
    assert sheet.filter(kind="continuous_driving")["driver_id"].to_list() == ["one", "two"]
    alone = answers(shift, whose._replace(reliefs=()), track, nothing, (np.nan, np.nan), START, [], ledger())
    assert alone.filter(kind="daily_driving")["level"].to_list() == [1]


def test_what_can_no_longer_happen_is_said(traffic: Traffic) -> None:
    late = (Placed("crash", 0, 13.9 * 3_600), Placed("driver_swap", 0, 13.9 * 3_600))
    for event, said in zip(late, ("fast enough", "departs from nowhere"), strict=True):
        with pytest.raises(PlacingError, match=said):
            _ = Traffic(traffic.roster, traffic.window, {}, (event,)).arranged


@pytest.mark.slow
def test_the_product_finds_what_was_placed_and_its_registry_is_taken(  # type: ignore[no-untyped-def]
    reports: list[Report], traffic: Traffic, rivers, tmp_path
) -> None:
    registry.write(traffic.roster, START, tmp_path, [(traffic.window, traffic.arranged)])
    whole, _ = combined([reports[event.vehicle] for event in traffic.events if event.kind != "no_break"])
    whole.write_parquet(tmp_path / "day.parquet")
    pieces = list(recording.read([tmp_path / "day.parquet"]))
    events = rivers.replayed(pieces, rivers.judged(), Roster(load(tmp_path)))["events"]
    kinds = {"puncture": "tyre_rapid_loss", "leak": "tyre_low", "unplugged": "odometer_gap"}
    kinds |= {"brake_drag": "tyre_hot", "dual_imbalance": "tyre_imbalance"}
    for placed in traffic.events:
        if placed.kind in (*kinds, "crash", "harsh_braking", "route_deviation"):
            name = traffic.roster.vehicles[placed.vehicle].vehicle_id
            found = events.filter(kind=kinds.get(placed.kind, placed.kind), vehicle_id=name)
            assert len(found) >= 1, placed
    puller = next(traffic.roster.vehicles[e.vehicle].vehicle_id for e in traffic.events if e.kind == "trailer_swap")
    assert events.filter(pl.col("kind").str.starts_with("tyre_"), vehicle_id=puller).is_empty()

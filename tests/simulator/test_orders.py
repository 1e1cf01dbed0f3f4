"""Of several orders a day each comes to pass, in order, and is on the sheet and in the office's books."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from simulator import couplings, registry
from simulator.lasting import relief
from simulator.placed import Placed, PlacingError
from simulator.reports import Report
from simulator.roster import Roster, roster
from simulator.shifts import Incidents
from simulator.tracks import track
from simulator.traffic import Traffic, Window
from simulator.ways import along

START, HOURS, VAN, LORRY = 1_762_916_400.0, 8.0, 0, 1
FIELDS = ("vehicles", "drivers", "incidents")
ORDERS = (
    *(Placed("driver_swap", VAN, 3_600.0 * hour) for hour in (2, 5)),
    *(Placed("route_deviation", VAN, 3_600.0 * hour) for hour in (3, 6)),
    *(Placed("trailer_swap", LORRY, 3_600.0 * hour) for hour in (2, 6)),
)


@pytest.fixture(scope="module")
def business() -> Roster:
    whole = roster(10, 7)
    lorry = next(k for k, vehicle in enumerate(whole.vehicles) if vehicle.work == "haul")
    some = {name: tuple(getattr(whole, name)[k] for k in (0, lorry)) for name in ("vehicles", "drivers")}
    some["vehicles"] = tuple(replace(vehicle, known_driver="device") for vehicle in some["vehicles"])
    return replace(whole, incidents=(Incidents(),) * 2, **some)


@pytest.fixture(scope="module")
def ordered(business: Roster) -> Traffic:
    return Traffic(business, Window(START, HOURS), {}, ORDERS)


@pytest.fixture(scope="module")
def reports(ordered: Traffic) -> list[Report]:
    return list(ordered.reports())


def begins(report: Report, kind: str) -> list[float]:
    return [at.timestamp() - START for at in report.sheet.filter(kind=kind)["start"]]


@pytest.mark.parametrize("kind", ["driver_swap", "route_deviation", "trailer_swap"])
def test_each_is_on_the_sheet_in_order(reports: list[Report], kind: str) -> None:
    asked = [event for event in ORDERS if event.kind == kind]
    found = begins(reports[asked[0].vehicle], kind)
    assert len(found) == len(asked) and sorted(found) == found
    assert all(at >= event.at for at, event in zip(found, asked, strict=True))
    assert all(before < event.at for before, event in zip(found, asked[1:], strict=False))


def test_a_relief_is_relieved_by_another(reports: list[Report]) -> None:
    van = reports[VAN]
    cards = [one for (one,) in van.recording.select("driver_id").unique(maintain_order=True).iter_rows()]
    assert len(cards) == 3 and cards[1:] == ["D-R001", "D-R001-2"]
    told = van.sheet.filter(kind="driver_swap")["cause"].to_list()
    assert told == [f"{name} takes over" for name in ("D-R001", "D-R001-2")]


def test_a_day_is_up_to_the_last_order_as_it_is_without_it(ordered: Traffic, reports: list[Report]) -> None:
    first = replace(ordered.roster, **{name: getattr(ordered.roster, name)[:1] for name in FIELDS})
    events = tuple(event for event in ORDERS if event.vehicle == VAN and event != ORDERS[1])
    without = replace(ordered, roster=first, events=events)
    before = pl.col("t") < START + begins(reports[VAN], "driver_swap")[1] - 1
    columns = ["t", "odometer_km", "ignition"]
    same = next(without.reports()).recording.filter(before).select(columns)
    assert len(same) > 10_000 and same.equals(reports[VAN].recording.filter(before).select(columns))


def test_the_first_trailer_is_pulled_again(ordered: Traffic, reports: list[Report], tmp_path: Path) -> None:
    rows = couplings.rows(ordered, 1, [ordered])["couplings"]
    a, b = (f"T-{ordered.roster.vehicles[LORRY].vehicle_id}-{name}" for name in "AB")
    assert [row["trailer"] for row in rows] == [a, b, a]
    shift = ordered.arranged[LORRY].shift
    first, second = shift.orders.changes
    masses = [shift.legs["mass"][shift.stops[leg] - 1] for leg in range(len(shift.stops))]
    own = shift.vehicle.kind
    pulled = [one.mass for one in shift.orders.trailers]
    for leg, mass in enumerate(masses):
        assert own.empty <= mass - pulled[first <= leg < second] <= own.gross
    registry.write(ordered.roster, START, tmp_path, [(ordered.window, ordered.arranged)])
    ways = pl.read_csv(tmp_path / "route_assignments.csv")
    assert ways["route_id"].n_unique() == 2 and pl.read_csv(tmp_path / "routes.csv")["line"].n_unique() == 2
    drivers = pl.read_csv(tmp_path / "drivers.csv")["driver_id"]
    assert {"D-R001", "D-R001-2"} <= set(drivers)


def test_a_deviation_begins_where_the_way_is_left_and_ends_where_it_is_met(ordered: Traffic) -> None:
    arranged = ordered.arranged[VAN]
    driven = track(ordered.motion([arranged.shift], VAN), 0, arranged.shift)
    for way in arranged.ways:
        assert way.departed <= way.left < way.met <= way.arrived
        x, y = along(way.planned)
        leg = driven.rows((driven.t >= way.departed) & (driven.t <= way.arrived))
        away = np.array([np.hypot(x - east, y - north).min() for east, north in zip(leg.x, leg.y, strict=True)])
        there = (leg.t <= way.left) | (leg.t >= way.met)
        assert away[there].max(initial=0.0) < 51.0  # points of the way are no more than that apart
        gone = leg.distance - np.interp(way.left, driven.t, driven.distance)
        assert away[(gone > 400.0) & (leg.t < way.met)][:1].max() > 51.0


def test_two_orders_for_one_departure_are_an_error(ordered: Traffic) -> None:
    for kind in ("driver_swap", "route_deviation"):
        events = tuple(Placed(kind, VAN, 7_200.0 + k, number=k + 1) for k in range(2))
        with pytest.raises(PlacingError, match=rf"event 2 \({kind}\): .* departs only once"):
            _ = replace(ordered, events=events).arranged


def test_who_drives_in_the_morning_is_whoever_took_over_last() -> None:
    events = [
        Placed("driver_swap", 0, at, {"days": days}, day) for at, days, day in ((9.0, 3, 0), (5.0, 1, 1), (7.0, 2, 1))
    ]
    assert [relief(events, 0, day) for day in range(5)] == [0, 1, 1, 0, 0]
    assert relief(events[:1], 0, 2) == 1 and relief(events[:2], 0, 2) == 1

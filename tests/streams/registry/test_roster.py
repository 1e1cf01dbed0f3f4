"""Roster: what the river asks of a registry."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl

from devices.signals import wheel_code
from streams.fleets.fleet import Fleet, Known
from streams.registry import Registry, Roster, load


def utc(*when: int) -> float:
    return datetime(*when, tzinfo=UTC).timestamp()  # type: ignore[arg-type, misc]


def test_a_vehicle_is_known_by_its_latest_row_and_the_earlier_ones(good: Path) -> None:
    known = Roster(load(good)).known("north", "truck-1")
    assert (known.klass, known.zone) == (2, "Europe/Berlin")
    assert known.placard is not None
    assert known.placard[[wheel_code("1L"), wheel_code("2LO")]].tolist() == [830.0, 800.0]
    assert np.isnan(known.placard[wheel_code("1R")])
    assert list(known.assignments) == [
        (utc(2026, 1, 5, 5), utc(2026, 1, 5, 13), "D1"),
        (utc(2026, 1, 5, 13), float("inf"), "D2"),
    ]


def test_a_row_begins_a_description_only_if_it_describes_something_else(good: Path) -> None:
    rows = (
        "vehicle_id,fleet_id,class,use,tyre_plan,home_depot,from,to",
        "truck-1,north,N2,own,two,,,2026-02-01",
        "truck-1,north,N3,own,two,yard,2026-02-01,2026-03-01",
        "truck-1,north,N3,own,,yard,2026-03-01T06:00,2026-04-01",
        "truck-1,north,M3,own,,,2026-05-01,2026-06-01",
        "van-1,north,N1,own,,,,",
    )
    (good / "vehicles.csv").write_text("\n".join(rows))
    roster = Roster(load(good))
    known = roster.known("north", "truck-1")
    marked = [(one.since, one.klass, one.placard is None, one.passenger) for one in known.descriptions()]
    assert marked == [
        (-np.inf, 2, False, False),
        (utc(2026, 3, 1, 5), 2, True, False),
        (utc(2026, 4, 30, 22), 3, True, True),
    ]
    assert (known.klass, known.since, known.passenger) == (3, utc(2026, 4, 30, 22), True)
    assert roster.known("north", "van-1").earlier == ()
    times = (utc(2025, 1, 1), utc(2026, 2, 2), utc(2026, 4, 15), utc(2026, 8, 1))
    assert [roster.site("north", "truck-1", t) for t in times] == ["", "yard", "yard", ""]
    assert roster.site("north", "stranger", 0.0) == ""


def test_a_trailer_is_behind_the_axles_its_tractor_had_then(good: Path) -> None:
    vehicles = "vehicle_id,fleet_id,class,tyre_plan,from,to\ntruck-1,north,N3,two,,2026-03-01\n"
    vehicles += "truck-1,north,N3,three,2026-03-01,\nvan-1,north,N1,,,\nvan-1,south,M1,,,\n"
    (good / "vehicles.csv").write_text(vehicles)
    plans = "plan_id,wheel,placard_kpa\n" + "\n".join(f"three,{n}L,800" for n in (1, 2, 3)) + "\ntwo,2L,800\n"
    (good / "tyre_plans.toml").unlink()
    (good / "tyre_plans.csv").write_text(plans)
    (good / "couplings.csv").write_text(
        "tractor,trailer,from,to\ntruck-1,tr-1,2026-01-05,2026-01-06\ntruck-1,tr-1,2026-03-05,\n"
    )
    assert [one.axle for one in Roster(load(good)).known("north", "truck-1").couplings] == [2, 3]


def test_whose_hours_rules_hold_is_by_the_fleets_jurisdiction_and_the_vehicles_use(tmp_path: Path) -> None:
    fleets = "fleet_id,name,time_zone,jurisdiction\nnorth,North,UTC,cn\nsouth,South,UTC,\n"
    vehicles = "vehicle_id,fleet_id,class,use\nbus,north,M3,own\ncar,north,M1,passenger\nvan,south,N1,own\n"
    for name, text in (("fleets", fleets), ("vehicles", vehicles)):
        (tmp_path / f"{name}.csv").write_text(text)
    roster = Roster(load(tmp_path))
    known = [roster.known(*vehicle) for vehicle in roster.vehicles()]
    assert [(one.jurisdiction, one.passenger) for one in known] == [("CN", True), ("CN", True), ("", False)]


def test_vehicles_of_the_same_id_are_told_apart_by_fleet(good: Path) -> None:
    roster = Roster(load(good))
    assert (roster.known("north", "van-1").klass, roster.known("south", "van-1").klass) == (1, 0)
    assert roster.vehicles() == [("north", "truck-1"), ("north", "van-1"), ("south", "van-1")]


def test_a_stranger_is_not_registered(good: Path) -> None:
    roster = Roster(load(good))
    assert roster.is_registered("north", "truck-1")
    assert not roster.is_registered("south", "truck-1")
    assert roster.known("south", "truck-1") == Known()


def test_credentials_and_the_vehicles_they_are_for(good: Path) -> None:
    roster = Roster(load(good))
    assert roster.credentials() == {"box-1": "s3cret"}
    assert roster.topics() == {"box-1": [("north", "truck-1")]}


def test_risks_are_cut_where_the_vehicle_changes(good: Path) -> None:
    risks = Roster(load(good)).risks()
    cut = risks.filter(pl.col("cover") == "tpl_injury").sort("valid_from")
    assert cut.select("valid_from", "valid_to", "class", "use", "mass_kg", "deductible").rows() == [
        (date(2026, 1, 1), date(2026, 3, 1), "truck", "own", 40_000.0, 500.5),
        (date(2026, 3, 1), date(2027, 1, 1), "truck", "hazmat", 11_000.0, 500.5),
    ]
    own = risks.filter(pl.col("cover") == "own_damage").row(0, named=True)
    assert (own["valid_to"], own["sum_insured"], own["year"]) == (date(2026, 3, 1), 90_000.5, 2020)


def test_a_cancelled_policy_insures_until_then(good: Path) -> None:
    whole = Roster(load(good))
    assert whole.insured().equals(whole.risks())
    policies = good / "policies.csv"
    (head, *rows), day = policies.read_text().splitlines(), date(2026, 2, 1)
    assert "cancelled" not in head
    policies.write_text("\n".join([f"{head},cancelled", *[f"{row},{day}" for row in rows]]) + "\n")
    roster = Roster(load(good))
    assert roster.risks().equals(whole.risks())
    covered = roster.insured()
    assert covered["valid_to"].unique().to_list() == [day] and (covered["valid_from"] < day).all()
    assert covered.height == whole.risks().filter(pl.col("valid_from") < day).height


def test_an_empty_registry_has_no_risks() -> None:
    assert Roster(Registry()).risks().height == Roster(Registry()).insured().height == 0


def test_the_fleet_can_be_built_from_it(good: Path) -> None:
    fleet = Fleet(Roster(load(good)))
    fleet.slot(("north", "truck-1"))
    fleet.slot(("nobody", "x"))
    columns = fleet.columns()
    assert columns.klass.tolist() == [2, 0]
    assert columns.assigned_bounds.tolist() == [0, 2, 2]


def test_a_trailers_wheels_follow_those_of_its_tractor(good: Path) -> None:
    (one,) = Roster(load(good)).known("north", "truck-1").couplings
    assert (one.trailer, one.axle, one.end) == ("tr-1", 2, 4)
    assert one.to - one.start == 86_400
    assert one.placard is not None
    assert one.placard[[wheel_code("3L"), wheel_code("4LO")]].tolist() == [830.0, 800.0]
    assert np.isnan(one.placard[wheel_code("1L")])


def test_the_first_axle_of_a_trailer_may_be_said(good: Path) -> None:
    (good / "couplings.csv").write_text("tractor,trailer,first_axle\nvan-1,tr-1,6\n")
    (good / "vehicles.csv").write_text("vehicle_id,fleet_id,class\nvan-1,north,N1\ntruck-1,north,N3\n")
    (one,) = Roster(load(good)).known("north", "van-1").couplings
    assert (one.start, one.axle, one.end) == (-np.inf, 5, 6)

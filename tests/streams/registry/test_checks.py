"""Checks: references, periods that overlap, and values that cannot be, all at once."""

from pathlib import Path

import pytest

from streams.registry import RegistryError, check, load


def problems(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text, "utf-8")
    return [str(problem) for problem in check(folder)[1]]


DEVICE = "device_id,vehicle_id,fleet_id,username,password,from,to\n"
VEHICLE = "vehicle_id,fleet_id,class,vin,year,empty_kg,gross_kg,from,to\n"
TRUCK = "truck-1,north,N3,,,,,,\n"
COVER = "policy_id,vehicle_id,cover,from,to,deductible\n"
POLICY = "policy_id,policyholder_id,from,to,basis,currency,cancelled,deposit,declared_km,minimum\n"
DAYS = "policy_id,policyholder_id,from,to,basis,currency,deposit,declared_km,declared_days\n"
ASSIGNED = "vehicle_id,driver_id,from,to,source\n"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "devices.csv",
            DEVICE + "b,truck-2,,,,,\n",
            "column vehicle_id: 'truck-2' is not in vehicles; did you mean 'truck-1'?",
        ),
        ("devices.csv", DEVICE + "b,van-1,,,,,\n", "'van-1' is in fleets north, south; fill in fleet_id"),
        ("devices.csv", DEVICE + "b,truck-1,south,,,,\n", "'truck-1' is no vehicle of fleet 'south'; write north"),
        ("devices.csv", DEVICE + "b,truck-1,east,,,,\n", "column fleet_id: 'east' is not in fleets"),
        ("devices.csv", DEVICE + "b,truck-1,,,p,,\n", "column username: is missing; say whose password"),
        ("devices.csv", DEVICE + "b,truck-1,,u,p,,\nc,truck-1,,u,p,,\n", "'u' is also that of b"),
        (
            "devices.csv",
            DEVICE + "b,truck-1,,,,2026-01-01,2026-02-01\nb,van-1,north,,,2026-01-31,\n",
            "devices.csv line 3, column from: overlaps devices.csv line 2",
        ),
        (
            "devices.csv",
            DEVICE + "b,truck-1,,,,2026-02-01,2026-02-01\n",
            "column to: ends at 2026-02-01 00:00:00, not after",
        ),
        (
            "vehicles.csv",
            VEHICLE + TRUCK + TRUCK.replace(",,\n", ",2026-01-01,\n"),
            "vehicles.csv line 3, column from: overlaps",
        ),
        (
            "vehicles.csv",
            VEHICLE + TRUCK + "a/b,north,N3,,,,,,\n",
            "column vehicle_id: is 'a/b'; ids become topic levels",
        ),
        ("vehicles.csv", VEHICLE + "truck-1,north,N3,WDB123,,,,,\n", "column vin: is 'WDB123'; a VIN has 17"),
        ("vehicles.csv", VEHICLE + "truck-1,north,N3,,20,,,,\n", "column year: is 20; write the year"),
        (
            "vehicles.csv",
            VEHICLE + "truck-1,north,N1,,,,7500,,\n",
            "column gross_kg: is 7500 in class N1; N1 goes from 0 to 3500 kg",
        ),
        ("vehicles.csv", VEHICLE + "truck-1,north,N2,,,9000,8000,,\n", "column empty_kg: is 9000, gross_kg 8000"),
        (
            "fleets.csv",
            "fleet_id,name,time_zone,currency\nnorth,N,Berlin,EUR\n",
            "column time_zone: 'Berlin' is no time zone",
        ),
        (
            "fleets.csv",
            "fleet_id,name,time_zone,currency\nnorth,N,UTC,eur\n",
            "column currency: is 'eur'; write three letters",
        ),
        (
            "tyre_plans.toml",
            '[[tyre_plans]]\nplan_id="two"\nwheel="1X"\nplacard_kpa=830\n',
            "column wheel: tyre '1X' is no wheel",
        ),
        (
            "tyre_plans.toml",
            '[[tyre_plans]]\nplan_id="two"\nwheel="1L"\nplacard_kpa=8.3\n',
            "column placard_kpa: is 8.3; write",
        ),
        ("policy_vehicles.csv", COVER + "P1,truck-1,tpl_injury,2026-01-01,2027-02-01,\n", "is not within the policy's"),
        ("policy_vehicles.csv", COVER + "P1,truck-1,tpl_injury,2026-01-01,2027-01-01,-5\n", "column deductible: is -5"),
        ("policy_vehicles.csv", COVER + "P9,truck-1,tpl_injury,2026-01-01,2027-01-01,\n", "'P9' is not in policies"),
        (
            "policies.csv",
            POLICY + "P1,ph,2026-01-01,2027-01-01,per_km,EUR,,100,,\n",
            "deposit: is said of a policy on the basis per",
        ),
        (
            "policies.csv",
            POLICY + "P1,ph,2026-01-01,2027-01-01,declaration,EUR,,100,,\n",
            "column declared_km: is missing",
        ),
        ("policies.csv", POLICY + "P1,ph,2026-01-01,2027-01-01,declaration,EUR,,-1,9,\n", "column deposit: is -1"),
        (
            "policies.csv",
            POLICY + "P1,ph,2026-01-01,2027-01-01,declaration,EUR,,,9,80\n",
            "column minimum: is 80; write a share",
        ),
        (
            "policies.csv",
            DAYS + "P1,ph,2026-01-01,2027-01-01,declaration,EUR,100,9,365\n",
            "column declared_days: stands beside km; say one of them",
        ),
        (
            "policies.csv",
            DAYS + "P1,ph,2026-01-01,2027-01-01,declaration,EUR,,,365\n",
            "column declared_days: is said of no deposit",
        ),
        ("policies.csv", DAYS + "P1,ph,2026-01-01,2027-01-01,declaration,EUR,9,,0\n", "column declared_days: is 0"),
        (
            "policies.csv",
            POLICY + "P1,ph,2026-01-01,2027-01-01,declaration,EUR,,,9,\n",
            "column declared_km: is said of no deposit; give the deposit, or leave it out",
        ),
        (
            "policies.csv",
            POLICY + "P1,ph,2026-01-01,2027-01-01,fixed,EUR,2027-01-01,,,\n",
            "column cancelled: is 2027-01-01",
        ),
        (
            "policy_vehicles.csv",
            COVER + "P1,truck-1,theft,2026-01-01,2027-01-01,\n",
            "column cover: is 'theft'; use one of",
        ),
        (
            "driver_assignments.csv",
            ASSIGNED + "truck-1,D1,2026-01-05T06:00,2026-01-05T14:00,x\ntruck-1,D2,2026-01-05T13:00+01:00,,x\n",
            "overlaps driver_assignments.csv line 2 of the same vehicle_id fleet_id",
        ),
        ("driver_assignments.csv", ASSIGNED + "truck-1,D9,,,x\n", "'D9' is not in drivers; did you mean"),
        ("couplings.csv", "tractor,trailer\ntruck-1,t\nvan-9,t\n", "column tractor: 'van-9' is not in vehicles"),
    ],
)
def test_what_does_not_fit_is_named(good: Path, name: str, text: str, expected: str) -> None:
    found = problems(good, name, text)
    assert any(expected in problem for problem in found), found


def test_everything_is_said_at_once(good: Path) -> None:
    (good / "drivers.csv").write_text("driver_id,fleet_id\nD1,nort\nD2,sout\n")
    (good / "devices.csv").write_text(DEVICE + "b,truck-9,,,,,\n")
    with pytest.raises(RegistryError) as error:
        load(good)
    assert len(error.value.problems) == 3
    assert [problem.place.file for problem in error.value.problems] == ["devices.csv", "drivers.csv", "drivers.csv"]


def test_a_handover_at_the_same_instant_is_no_overlap(good: Path) -> None:
    assert check(good)[1] == []


def test_periods_are_those_of_the_fleets_time_zone(good: Path) -> None:
    text = ASSIGNED + "truck-1,D1,2026-01-05,2026-01-06T00:30,x\ntruck-1,D2,2026-01-05T23:30Z,,x\n"
    assert problems(good, "driver_assignments.csv", text) == []  # 00:30 in Berlin is 23:30 UTC


def test_a_fleet_names_only_its_own_drivers(good: Path) -> None:
    (good / "drivers.csv").write_text("driver_id,fleet_id\nD8,north\nD9,south\n")
    found = problems(good, "driver_assignments.csv", ASSIGNED + "truck-1,D8,,,declared\n")
    assert found == []
    (said,) = problems(good, "driver_assignments.csv", ASSIGNED + "truck-1,D9,,,declared\n")
    assert "'D9' in drivers is not of fleet 'north'; write one of the fleet's own drivers" in said

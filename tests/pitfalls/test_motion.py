"""Pitfalls of motion: spikes, leaps, wander, lights, basements, zones, drivers. Numbers as in docs/pitfalls.md."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from streams.fleets.fleet import Known

HOUR = 3_600.0


def km(tables):
    return tables["exposure"]["km_measured"].sum()


def test_06_half_a_kmh_around_the_limit_for_ten_minutes_is_one_alert(pit):
    t = np.arange(0.0, 600.0)
    speed = 70 + 0.5 * (-1.0) ** t  # what is told begins 10 km/h above the limit
    judged = pit.rivers.judged("alerts.speeding.min_level=1")
    tables = pit.replayed(pit.drive(t, speed, speed_limit=60 / 3.6), rules=judged)
    assert len(pit.events(tables, "speeding")) == 1
    assert tables["alerts"].filter(kind="speeding").height == 1


def test_08_one_255_in_a_drive_at_60_is_no_event_and_no_kilometre(pit):
    t = np.arange(0.0, 300.0)
    true = pit.drive(t, 60, speed_limit=60 / 3.6)
    speed = np.full(t.size, 60.0)
    speed[100] = 255.0
    spiked = pit.replayed(pit.drive(t, speed, speed_limit=60 / 3.6))
    assert spiked["events"].height == 0
    assert km(spiked) == pytest.approx(km(pit.replayed(true)), rel=1e-3)
    assert "jump" in spiked["trips"]["quality"][0]


@pytest.mark.parametrize("leap", ["null island", "other hemisphere", "20 km and back"])
def test_09_a_leap_is_no_distance_no_trip_and_no_speed(pit, leap):
    t = np.arange(0.0, 1800.0, 5.0)
    metres = 15.0 * t
    drives = [pit.drive(t, None, metres=metres) for _ in range(2)]
    odd = drives[1].columns
    rows = slice(100, 102)
    if leap == "null island":
        odd["lat"][rows], odd["lon"][rows] = 0.0, 0.0
    elif leap == "other hemisphere":
        odd["lat"][rows] *= -1
    else:
        odd["lat"][rows] += 20_000 / 111_195.0
    true, leapt = (pit.replayed(one) for one in drives)
    assert km(leapt) == pytest.approx(km(true), rel=1e-3)
    assert leapt["trips"].height == true["trips"].height == 1
    assert leapt["events"].filter(kind="speeding").height == 0


def test_10_twelve_hours_parked_are_no_trip_no_kilometre_and_no_night(pit):
    rng = np.random.default_rng(10)
    t = np.arange(18 * HOUR, 30 * HOUR, 60.0)
    wander = np.clip(rng.normal(0, 8, (2, t.size)), -15, 15)
    parked = pit.drive(t, None, metres=wander[0])
    parked.columns["lon"] += wander[1] / 74_000
    tables = pit.replayed(parked)
    assert tables["trips"].height == 0
    assert km(tables) == 0
    assert tables["exposure"]["night_km"].sum() == 0


def test_11_twenty_lights_of_90_s_are_one_trip(pit):
    speed = np.tile(np.r_[np.full(90, 40.0), np.zeros(90)], 20)
    tables = pit.replayed(pit.drive(np.arange(speed.size), speed, ignition=1.0))
    assert tables["trips"].height == 1
    assert tables["events"].filter(kind="idling").height == 0


def test_12_nine_hours_in_a_basement_are_not_driven(pit):
    t = np.r_[np.arange(0.0, HOUR), np.arange(10 * HOUR, 11 * HOUR)]
    tables = pit.replayed(pit.drive(t, 40, ignition=1.0))
    trips = tables["trips"].sort("start")
    assert trips.height == 2
    assert (trips["end"][0].timestamp(), trips["start"][1].timestamp()) == (
        pit.start + HOUR - 1,
        pytest.approx(pit.start + 10 * HOUR, abs=2),
    )
    assert trips["driving_s"].sum() == pytest.approx(2 * HOUR, abs=5)


@dataclass(frozen=True)
class Zoned:
    """Two fleets' vehicles, each in its own time zone."""

    zones: dict[str, str]

    def known(self, _fleet_id: str, vehicle_id: str) -> Any:
        return Known(0, zone=self.zones[vehicle_id])


def test_17_days_are_utc_and_night_is_the_fleets_own_through_a_change_of_clocks(pit):
    october_26 = 1_761_436_800.0  # 2025-10-26 00:00 UTC: at 01:00 UTC Berlin puts its clocks back
    t = october_26 - pit.start + np.arange(-6 * HOUR, 6 * HOUR, 5.0)
    source = Zoned({"B": "Europe/Berlin", "S": "Asia/Shanghai"})
    parts = [pit.drive(t, 36, vehicle=name, ignition=1.0) for name in source.zones]
    tables = pit.rivers.replayed([pit.rivers.joined_rows(parts)], pit.rivers.judged(), source)
    nights = {
        name: tables["exposure"].filter(vehicle_id=name)["night_km"].sum() / 36 for name in source.zones
    }  # hours at 36 km/h
    assert nights["B"] == pytest.approx(8.0, abs=0.01)  # 22:00 to 05:00 is 8 hours that night
    assert nights["S"] == pytest.approx(3.0, abs=0.01)  # 18:00 to 06:00 UTC is 02:00 to 14:00 there
    days = tables["exposure"].filter(vehicle_id="B").sort("day")
    assert days["km_measured"].to_list() == pytest.approx([216, 216], abs=0.1)
    assert {str(event["start"].tzinfo) for event in tables["trips"].rows(named=True)} == {"UTC"}


def test_22_a_driver_named_once_drives_on_until_another_is_named(pit):
    t = np.arange(0.0, 3 * HOUR, 10.0)
    said = [None] * t.size
    said[0], said[540] = "anna", "bert"
    tables = pit.replayed(pit.drive(t, 36, driver=said, ignition=1.0))
    exposure = tables["exposure"]
    driven = {row["driver_id"]: row["km_measured"] for row in exposure.rows(named=True)}
    assert driven == {"anna": pytest.approx(54, abs=0.2), "bert": pytest.approx(54, abs=0.2)}


def test_22_nobody_named_is_a_driver_unknown_and_not_the_last_one(pit):
    t = np.arange(0.0, 2 * HOUR, 10.0)
    said = ["anna"] + [None] * (t.size - 1)
    ignition = np.ones(t.size)
    ignition[360:420] = 0.0
    speed = np.where(ignition > 0, 36.0, 0.0)
    tables = pit.replayed(pit.drive(t, speed, driver=said, ignition=ignition))
    assert set(tables["exposure"]["driver_id"].to_list()) == {"anna", None}

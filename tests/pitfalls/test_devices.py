"""Pitfalls of devices: stale values with fresh stamps, stuck receivers, units, alarms held, lines that flap."""

import numpy as np
import pytest

from devices.samples import DeviceEvent
from streams.store import schema

HOUR = 3_600.0
RISK = {"speeding", "crash", "harsh_braking", "harsh_acceleration", "harsh_cornering"}


def wavy(n, mean):
    """km/h that change all the time."""
    return mean + 12 * np.sin(np.arange(n) / 17) + np.random.default_rng(1).normal(0, 0.5, n)


def km(tables):
    return tables["exposure"]["km_measured"].sum()


def kinds(tables):
    return set(tables["events"]["kind"].to_list())


def test_14_old_values_with_fresh_stamps_for_two_hours_are_flagged_and_drive_nowhere(pit):
    t = np.arange(0.0, 2 * HOUR + 30, 10.0)
    stale = pit.drive(t, 60, metres=np.zeros(t.size), odometer=5e6, speed_limit=50 / 3.6)
    tables = pit.replayed(stale)
    (frozen,) = pit.events(tables, "frozen_signal")
    assert (frozen["level"], frozen["peak"]) == (3, 120)
    assert km(tables) < 6  # of 120: until five minutes have shown it
    assert tables["alerts"].filter(kind="frozen_signal")["priority"].to_list() == ["warning"]


def test_15_one_position_for_half_an_hour_is_a_gnss_fault_and_no_exposure_by_position(pit):
    t = np.arange(0.0, 0.75 * HOUR, 10.0)
    metres = np.cumsum(wavy(t.size, 60) / 3.6 * 10)
    metres[50:250] = metres[50]
    tables = pit.replayed(pit.drive(t, wavy(t.size, 60), metres=metres))
    (fault,) = pit.events(tables, "gnss_fault")
    assert (fault["level"], "frozen" in fault["quality"]) == (2, True)
    assert km(tables) < 0.4 * 60 * 0.75
    assert tables["alerts"].filter(kind="gnss_fault")["priority"].to_list() == ["warning"]
    assert not kinds(tables) & RISK


@pytest.mark.parametrize(
    ("unit", "factor"), [("metres_per_second", 1 / 3.6), ("knots", 1 / 1.852), ("too_fast", 1.852)]
)
def test_16_a_speed_in_another_unit_is_named_and_held_against_no_limit(pit, unit, factor):
    t = np.arange(0.0, 1.5 * HOUR)
    speed = wavy(t.size, 70)
    drive = pit.drive(t, speed * factor, metres=np.cumsum(speed / 3.6), speed_limit=90 / 3.6)
    tables = pit.replayed(drive)
    (fault,) = pit.events(tables, "unit_fault")
    assert unit in fault["quality"]
    late = [event for event in pit.events(tables, "speeding") if (event["start"].timestamp() - pit.start) > 0.5 * HOUR]
    assert late == []
    assert tables["exposure"]["limit_known_km"].sum() < 0.5 * km(tables)


def test_19_an_alarm_held_in_720_packets_is_one_alert_and_three_at_once_are_three(pit):
    t = np.arange(0.0, HOUR, 5.0)
    held = pit.drive(t, 50)
    held.events.extend(DeviceEvent(0, pit.start + float(at), "sos", 3) for at in t)
    river = pit.send(pit.river("hours.rule=eu"), held, size=1)
    assert [(row["kind"], row["count"]) for row in river.rows(schema.alerts)] == [("sos", 1)]
    assert len(river.rows(schema.outbox)) == 1
    three = pit.drive(t[:1], 50, vehicle="W")
    three.events.extend(DeviceEvent(0, pit.start, kind, 3) for kind in ("sos", "power_cut", "fatigue"))
    pit.send(river, three)
    assert len(river.rows(schema.alerts)) == 4


def test_20_a_line_that_flaps_is_no_alert_and_two_hours_away_is_one(pit):
    t = np.concatenate([90.0 * k + np.arange(0.0, 60.0, 10.0) for k in range(40)])
    river = pit.river("hours.rule=eu")
    for k in range(40):
        pit.send(river, pit.drive(t[6 * k : 6 * k + 6], 50, ignition=1.0))
        river.embedded.tick(pit.start + 90.0 * (k + 1))
    assert river.rows(schema.alerts) == []
    for minute in range(60, 300):
        river.embedded.tick(pit.start + 60.0 * minute)
    (alert,) = river.rows(schema.alerts)
    assert (alert["kind"], alert["level"], alert["condition"]) == ("device_silent", 3, "active")
    assert len(river.rows(schema.outbox)) == 2  # after half an hour, and when two hours have made it worse

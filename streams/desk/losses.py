"""Losses: what an alert may cost if nobody looks at it. Illustrative: it orders a list, it prices nothing."""

from typing import Any, NamedTuple

from streams.alert_rules import RAISED

Row = dict[str, Any]

DAY_S = 86_400.0
CHANCE = {"critical": 0.10, "major": 0.02, "minor": 0.005, "warning": 0.001, "info": 0.0002}  # of the loss, in a day
REPEATED, MOST_REPEATED = 0.1, 3.0  # more for each time it came again, up to so many times as much
A_DAY, MOST_DAYS = 0.25, 2.0  # more for each day it has waited, up to so many times as much


class Loss(NamedTuple):
    """What goes wrong, and what it costs on average (EUR)."""

    cost: float
    what: str


LOSSES = {
    "crash": Loss(25_000, "an injury that help reaches late"),
    "rollover": Loss(40_000, "an injury that help reaches late"),
    "sos": Loss(20_000, "a driver in need"),
    "power_cut": Loss(30_000, "vehicle and cargo stolen"),
    "tow": Loss(30_000, "vehicle and cargo stolen"),
    "tyre_low": Loss(4_000, "a burst tyre, a day lost, a fire at worst"),
    "tyre_rapid_loss": Loss(12_000, "a burst tyre at speed"),
    "tyre_flat": Loss(12_000, "a burst tyre, a wheel on fire"),
    "tyre_slow_leak": Loss(2_500, "a breakdown on the road"),
    "tyre_hot": Loss(15_000, "a wheel on fire"),
    "tyre_high": Loss(1_500, "a tyre worn early or damaged"),
    "tyre_imbalance": Loss(1_500, "tyres worn early"),
    "brake_air_low": Loss(20_000, "brakes that do not hold"),
    "brake_fade": Loss(20_000, "brakes that do not hold"),
    "brake_lining_worn": Loss(5_000, "discs and a day in the workshop"),
    "coolant_hot": Loss(8_000, "an engine"),
    "oil_pressure_low": Loss(12_000, "an engine"),
    "battery_low": Loss(800, "a vehicle that does not start"),
    "fault_code": Loss(1_500, "a repair that grows"),
    "ignition_off_movement": Loss(20_000, "a vehicle that rolls away or is stolen"),
    "geofence": Loss(10_000, "a vehicle where it should not be"),
    "route_deviation": Loss(3_000, "a delivery late, cargo at risk"),
    "unplanned_stop": Loss(5_000, "cargo at risk, a driver in need"),
    "device_silent": Loss(500, "a vehicle nobody sees"),
    "odometer_gap": Loss(2_000, "a vehicle used and driven unseen"),
    "alarm_held": Loss(1_500, "a true alarm that nobody hears"),
    "continuous_driving": Loss(15_000, "a tired driver's crash, or a fine"),
    "night_continuous": Loss(18_000, "a tired driver's crash at night, or a fine"),
    "daily_driving": Loss(12_000, "a tired driver's crash, or a fine"),
    "duty_window": Loss(10_000, "a tired driver's crash, or a fine"),
    "weekly_driving": Loss(6_000, "a fine, a vehicle stopped on the road"),
    "fortnight_driving": Loss(6_000, "a fine, a vehicle stopped on the road"),
    "weekly_rest": Loss(6_000, "a fine, a vehicle stopped on the road"),
    "fatigue": Loss(15_000, "a tired driver's crash"),
    "speeding": Loss(8_000, "a crash, a fine, a licence"),
    "harsh_braking": Loss(4_000, "a crash"),
    "harsh_acceleration": Loss(2_000, "a crash, fuel, tyres"),
    "harsh_cornering": Loss(5_000, "a crash or a rollover"),
    "lane_change": Loss(5_000, "a crash; a driver asleep at the wheel"),
    "harsh_manoeuvre": Loss(3_000, "a crash"),
    "idling": Loss(200, "fuel"),
    "arrival": Loss(0, "nothing"),
    "tyre_sensor": Loss(500, "a tyre nobody watches"),
    "gnss_fault": Loss(500, "a vehicle nobody finds"),
    "frozen_signal": Loss(500, "a danger nobody sees"),
    "replayed_data": Loss(300, "reports that are not true"),
    "unit_fault": Loss(500, "speeding nobody sees"),
    "clock_fault": Loss(500, "data that is set aside"),
    "device_fault": Loss(500, "a danger nobody sees"),
    RAISED: Loss(1_000, "whatever else a device raises"),
}


def expected(alert: Row, now: float) -> float:
    """Expected loss (EUR) of leaving an alert for another day: chance x cost, more for repeats and for waiting."""
    loss = LOSSES.get(alert["kind"], LOSSES[RAISED])
    again = min(1 + REPEATED * (alert["count"] - 1), MOST_REPEATED)
    waited = min(1 + A_DAY * max(now - alert["first_seen"], 0.0) / DAY_S, MOST_DAYS)
    return float(CHANCE[alert["priority"]] * loss.cost * again * waited)

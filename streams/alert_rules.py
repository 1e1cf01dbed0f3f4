"""Alert rules: which events of a kind a human must see, how urgent each level is, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

PRIORITIES = ("critical", "major", "minor", "warning", "info")
TASKS = {
    "call_driver": "call the driver",
    "check_tyre": "check the tyre",
    "workshop": "have the workshop look at it",
    "coach": "talk it over with the driver",
}


@dataclass(frozen=True)
class AlertRule:
    """Which events of a kind become alerts, how urgent each level is, and what the manager is asked to do."""

    priorities: tuple[str | None, str | None, str | None]  # for level 1, 2, 3; None: the event alone is enough
    quiet_s: float  # a repeat after a longer pause than this is a new alert
    action: str
    task: str = "call_driver"  # of TASKS: what the alert is usually turned into
    pages: str = "major"  # lowest priority that pages somebody at once, the rest waits for the morning list; or "none"
    of_driver: bool = False  # about a person: pages nobody while it is not known who drove, as shifts would be added up
    at_night: bool = False  # somebody must act now: pages in quiet hours too, as what is critical always does

    def pages_at(self, priority: str, driver_id: str | None = "") -> bool:
        """Whether somebody is paged at once; ``driver_id`` None: nobody knows who drove."""
        if self.pages == "none" or (self.of_driver and driver_id is None):
            return False
        return PRIORITIES.index(priority) <= PRIORITIES.index(self.pages)

    def priority(self, level: int, quality: str = "") -> str | None:
        """Priority of a level; None where it is no alert. Somebody's hours by a slow tracker are one less urgent."""
        priority = self.priorities[level - 1]
        if priority is None or not (self.of_driver and SPARSE in quality.split()):
            return priority
        return PRIORITIES[min(PRIORITIES.index(priority) + 1, len(PRIORITIES) - 1)]


SPARSE = "sparse"  # in an event's quality: the device reports so seldom that stops in between may have been longer
RAISED = "device"  # the rule of whatever a device raises that has no rule of its own

RULES = {
    "crash": AlertRule((None, "critical", "critical"), 600, "call the driver; send help if there is no answer"),
    "rollover": AlertRule(
        (None, "major", "critical"), 600, "call the driver; send help if there is no answer", at_night=True
    ),
    "sos": AlertRule(
        ("critical", "critical", "critical"), 3_600, "call the driver now; if nobody answers, send help to the vehicle"
    ),
    "power_cut": AlertRule(
        ("warning", "major", "major"),
        43_200,
        "ask the driver; without an answer treat the vehicle as stolen",
        at_night=True,
    ),
    "fatigue": AlertRule(("warning", "major", "major"), 3_600, "have the driver stop and rest", at_night=True),
    "device_silent": AlertRule(
        ("info", "warning", "minor"), 43_200, "call the driver; then check the device's supply and SIM card", "workshop"
    ),
    "gnss_fault": AlertRule(
        (None, "warning", "warning"), 43_200, "have the receiver's antenna and its place checked", "workshop"
    ),
    "frozen_signal": AlertRule(
        (None, "warning", "warning"),
        43_200,
        "restart the device; have its bus adapter and firmware checked",
        "workshop",
    ),
    "replayed_data": AlertRule(
        ("info", "warning", "warning"),
        43_200,
        "have the device's firmware checked: it sends old data as new",
        "workshop",
    ),
    "unit_fault": AlertRule(
        (None, "warning", "warning"),
        7 * 86_400,
        "set the unit of the device's speed; until then no limit is held against it",
        "workshop",
    ),
    "odometer_gap": AlertRule(
        (None, "warning", "minor"),
        86_400,
        "ask who drove and why it was not heard; check the device's plug, seal and supply",
        "workshop",
    ),
    "alarm_held": AlertRule(
        (None, "warning", "warning"),
        86_400,
        "shelve this alarm; have its button, wiring or limit checked: it says nothing any more",
        "workshop",
    ),
    "clock_fault": AlertRule(
        (None, "warning", "warning"),
        86_400,
        "have the device's clock and firmware checked; its data is set aside",
        "workshop",
    ),
    "device_fault": AlertRule(
        ("info", "warning", "warning"), 86_400, "have the device looked at at the next service", "workshop"
    ),
    RAISED: AlertRule(
        (None, "info", "warning"), 3_600, "look up in the device's manual what it means, and at the vehicle", "workshop"
    ),
    "tyre_low": AlertRule(
        ("warning", "minor", "major"), 43_200, "check the tyre at the next stop; below 25 % stop now", "check_tyre"
    ),
    "tyre_rapid_loss": AlertRule(
        (None, "major", "critical"),
        3_600,
        "stop now, out of the traffic; do not drive on before the tyre is changed",
        "check_tyre",
        at_night=True,
    ),
    "tyre_flat": AlertRule(
        (None, None, "critical"),
        43_200,
        "stop now; take the tyre off and inspect it before it is filled again",
        "check_tyre",
    ),
    "tyre_hot": AlertRule(
        (None, "minor", "critical"),
        3_600,
        "stop and look for smoke; have the brake and the bearing checked",
        "workshop",
    ),
    "tyre_high": AlertRule(
        (None, "warning", "minor"), 86_400, "let the pressure down to the placard when the tyre is cold", "workshop"
    ),
    "tyre_imbalance": AlertRule(
        (None, "warning", "minor"),
        86_400,
        "bring the tyres of this axle to one pressure when they are cold",
        "workshop",
    ),
    "tyre_slow_leak": AlertRule(
        ("warning", "minor", "major"), 172_800, "fill the tyre; have the leak found before it is low", "workshop"
    ),
    "tyre_sensor": AlertRule(
        ("info", "info", "info"), 86_400, "have the tyre's sensor checked at the next service", "workshop"
    ),
    "continuous_driving": AlertRule(
        (None, "major", "major"), 3_600, "have the driver take the break now", of_driver=True, at_night=True
    ),
    "night_continuous": AlertRule(
        (None, "major", "major"), 3_600, "have the driver stop for 20 min or be relieved", of_driver=True, at_night=True
    ),
    "daily_driving": AlertRule(
        ("warning", "major", "major"),
        3_600,
        "end this driver's day: find a place to rest, or send a relief driver",
        of_driver=True,
        at_night=True,
    ),
    "duty_window": AlertRule(
        ("warning", "major", "major"),
        3_600,
        "have the driver begin the long rest now; move what is left to tomorrow",
        of_driver=True,
        at_night=True,
    ),
    "weekly_driving": AlertRule(
        ("warning", "major", "major"),
        86_400,
        "give this driver's remaining trips of the week to somebody else",
        of_driver=True,
        pages="none",
    ),
    "fortnight_driving": AlertRule(
        ("warning", "major", "major"),
        86_400,
        "plan no more driving for this driver until Monday",
        of_driver=True,
        pages="none",
    ),
    "weekly_rest": AlertRule(
        ("warning", "major", "major"),
        86_400,
        "plan this driver's weekly rest to begin today; relieve the driver",
        of_driver=True,
        pages="none",
    ),
    "speeding": AlertRule((None, "warning", "major"), 3_600, "talk to the driver", "coach", pages="none"),
    "harsh_braking": AlertRule((None, "warning", "minor"), 3_600, "look at the drive; coach if it repeats", "coach"),
    "harsh_acceleration": AlertRule(
        (None, "warning", "minor"), 3_600, "look at the drive; coach if it repeats", "coach"
    ),
    "harsh_cornering": AlertRule((None, "warning", "minor"), 3_600, "look at the drive; coach if it repeats", "coach"),
    "lane_change": AlertRule((None, "warning", "minor"), 3_600, "look at the drive; ask if it was tiredness", "coach"),
    "harsh_manoeuvre": AlertRule((None, "warning", "minor"), 3_600, "look at the drive; coach if it repeats", "coach"),
    "brake_air_low": AlertRule(
        (None, "critical", "critical"),
        3_600,
        "have the driver stop where it is safe; do not drive on before it is mended",
        "workshop",
    ),
    "brake_fade": AlertRule(
        (None, "major", "major"), 7 * 86_400, "have the brakes tested before the next long descent", "workshop"
    ),
    "brake_lining_worn": AlertRule(
        (None, "minor", "major"), 30 * 86_400, "book the workshop; below 5 % do not send the vehicle out", "workshop"
    ),
    "coolant_hot": AlertRule(
        (None, "major", "major"),
        3_600,
        "have the driver stop and let the engine idle, then cool",
        "workshop",
        at_night=True,
    ),
    "oil_pressure_low": AlertRule(
        (None, "major", "critical"), 3_600, "have the driver stop the engine; check the oil", "workshop", at_night=True
    ),
    "fault_code": AlertRule(
        ("warning", "minor", "minor"),
        30 * 86_400,
        "look the code up and book the workshop; C codes are brakes or steering",
        "workshop",
    ),
    "battery_low": AlertRule(
        (None, "minor", "major"),
        86_400,
        "have alternator and battery checked; do not stop the engine on the way",
        "workshop",
    ),
    "tow": AlertRule(
        (None, "major", "critical"), 3_600, "call the driver; if they do not know of it, call the police", at_night=True
    ),
    "ignition_off_movement": AlertRule(
        (None, "major", "critical"),
        3_600,
        "call the driver to secure the vehicle; if nobody is with it, call the police",
        at_night=True,
    ),
    "geofence": AlertRule(
        (None, "minor", "major"),
        3_600,
        "ask the driver what they do there; without an answer treat it as stolen",
        at_night=True,
    ),
    "route_deviation": AlertRule((None, "warning", "major"), 3_600, "ask the driver why they left the route"),
    "unplanned_stop": AlertRule(
        (None, "warning", "major"), 3_600, "call the driver; at night without an answer send somebody", at_night=True
    ),
    "idling": AlertRule((None, "info", "info"), 3_600, "ask for the engine to be switched off", "coach", "none"),
    "arrival": AlertRule((None, None, "info"), 0, "nothing: for those who want to be told", pages="none"),
}


def rule_of(rules: Mapping[str, AlertRule], kind: str, source: str) -> AlertRule | None:
    """The rule of a kind; what a device raised and has none comes under that of ``RAISED``."""
    return rules.get(kind) or (rules.get(RAISED) if source == RAISED else None)

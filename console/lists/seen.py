"""Seen: what of a path may be seen by who asks; what may not is not there."""

from console.endpoint import Ask
from console.gate.problems import Problem


def vehicle(ask: Ask) -> tuple[str, str]:
    """The vehicle of a path."""
    key = ask.pair("vehicle")
    if not ask.scope.sees(*key):
        raise Problem(404, "no_vehicle", f"there is no vehicle {'/'.join(key)!r}")
    return key


def driver(ask: Ask) -> tuple[str, str]:
    """The driver of a path."""
    fleet_id, driver_id = ask.pair("driver")
    own = not ask.scope.driver_id or ask.scope.driver_id == driver_id
    if not own or not ask.scope.touches(fleet_id):
        raise Problem(404, "no_driver", f"there is no driver {fleet_id}/{driver_id}")
    return fleet_id, driver_id

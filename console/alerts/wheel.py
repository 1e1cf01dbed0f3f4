"""Wheel: what the tyre of an alert held in the hours around it, where sensors speak too seldom for traces."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select

from console.said import number
from console.shapes import WheelHeld
from console.world import World
from devices.signals import WHEELS, wheel_name
from streams.records import traced
from streams.store import schema

Row = dict[str, Any]
NUMBERS = {wheel_name(code): code for code in range(WHEELS)}
HOUR_S = 3600.0
AROUND_S = 4 * HOUR_S  # of readings
FAR_S = 48 * HOUR_S  # of means of hours, before the readings and after them
BELOW: dict[str, Callable[[float, float], float]] = {  # kinds whose threshold is percent of ...
    "tyre_rapid_loss": lambda _placard, held: held,  # ... what it held as the loss began
    "tyre_low": lambda placard, _held: placard,  # ... its placard
    "tyre_flat": lambda placard, _held: placard,
}


def held(connection: Connection, world: World, alert: Row, threshold: float | None) -> WheelHeld | None:
    """What the wheel of an alert held when cold, as far as it is on record; None: the alert is about none."""
    code = NUMBERS.get(alert["subject"]) if alert["kind"].startswith("tyre_") else None
    if code is None:
        return None
    t, who = alert["last_start"], (alert["fleet_id"], alert["vehicle_id"])
    near = traced.wheel(connection, world.intake, who, code, (t - AROUND_S, t + AROUND_S))
    first, last = (near[0][0], near[-1][0]) if near else (t, t)
    far = [point for point in _points(connection, who, code, t) if not first <= point[0] <= last]
    found = sorted([*far, *near])
    placard = world.known.roster.known(*who).placard_at(code, t)
    return WheelHeld(
        t=[at for at, _ in found],
        cold_kpa=[number(kpa, 1) for _, kpa in found],
        placard_kpa=number(placard, 1),
        threshold_kpa=_threshold(alert["kind"], threshold, placard, next((kpa for at, kpa in near if at >= t), None)),
    )


def _threshold(kind: str, percent: float | None, placard: float, began: float | None) -> float | None:
    if kind not in BELOW or percent is None:
        return None
    whole = BELOW[kind](placard, float("nan") if began is None else began)
    return number(whole * (1.0 - percent / 100.0), 1)


def _points(connection: Connection, who: tuple[str, str], code: int, t: float) -> list[tuple[float, float]]:
    """Means of hours of a wheel, each by when it began."""
    points = schema.tyre_points
    whose = (points.c.fleet_id == who[0], points.c.vehicle_id == who[1], points.c.wheel == code)
    query = select(points.c.start, points.c.cold_kpa).where(*whose, points.c.start.between(t - FAR_S, t + FAR_S))
    return [(row.start, row.cold_kpa) for row in connection.execute(query.order_by(points.c.start))]

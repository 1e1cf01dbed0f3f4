"""Wheels: what tyres are held against - when their vehicle drove, where low begins - and how sure a fall is."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from console.endpoint import Ask
from streams.desk.chosen import THRESHOLDS
from streams.kernels.params import CLASSES
from streams.pipeline.chain import PARAMS
from streams.store import deeds, schema
from streams.store.store import rows_of

DAY_S = 86_400.0
SHOWN_S = 14 * DAY_S
SLOPE_S = 3 * DAY_S  # of history the slope is taken from
SURE, STUDENT = 6, 2.776  # points at least, and Student's t of so many (97.5 %, 4 degrees of freedom), for 95 %
LOW, LIMIT = "tyre_low", "level1_pct"  # the detector and its threshold
Row = dict[str, Any]
Key = tuple[str, str]


class Look(NamedTuple):
    """What wheels are held against."""

    now: float
    driven: Mapping[Key, float]  # when each vehicle drove last
    low: Callable[[Key], float]  # share of the placard below which a tyre of it is low

    @classmethod
    def of(cls, ask: Ask, connection: Connection, now: float, key: Key | None = None) -> "Look":
        """As it is now, of all vehicles or of one."""
        segments, day = schema.segments, int((now - SHOWN_S) // DAY_S)
        whose = (segments.c.fleet_id, segments.c.vehicle_id)
        query = select(*whose, func.max(segments.c.end)).where(segments.c.day >= day).group_by(*whose)
        if key is not None:
            query = query.where(segments.c.fleet_id == key[0], segments.c.vehicle_id == key[1])
        driven = {(fleet_id, vehicle_id): float(end) for fleet_id, vehicle_id, end in connection.execute(query)}
        return cls(now, driven, _low(ask, connection))


def _low(ask: Ask, connection: Connection) -> Callable[[Key], float]:
    """By vehicle, the share of the placard below which its fleet's tyres are low."""
    settings, service = deeds.fleet_settings, ask.world.rules.in_force.sets[-1].thresholds[list(PARAMS).index(LOW)]
    roster = ask.world.known.roster

    query = select(settings).where(settings.c.section == THRESHOLDS, settings.c.name == LOW).order_by(settings.c.id)
    own = {row["fleet_id"]: json.loads(row["value"]).get(LIMIT, {}) for row in rows_of(connection, query)}

    def low(key: Key) -> float:
        klass = roster.known(*key).klass
        return 1.0 - float(own.get(key[0], {}).get(CLASSES[klass], service[LIMIT][klass])) / 100.0

    return low


def slope(rows: list[Row]) -> tuple[float, float]:
    """kPa an hour by least squares over the last days, and the most it may be; NaN from less than three, six points."""
    last = rows[-1]["start"]
    points = [((row["start"] - last) / 3600, row["cold_kpa"]) for row in rows if row["start"] > last - SLOPE_S]
    if len(points) < 3:
        return math.nan, math.nan
    mean_t, mean_p = (math.fsum(column) / len(points) for column in zip(*points, strict=True))
    square = math.fsum((t - mean_t) ** 2 for t, _ in points)
    if not square:
        return math.nan, math.nan
    slope = math.fsum((t - mean_t) * (p - mean_p) for t, p in points) / square
    left = math.fsum((p - mean_p - slope * (t - mean_t)) ** 2 for t, p in points)
    if len(points) < SURE:
        return slope, math.nan
    return slope, slope + STUDENT * math.sqrt(left / (len(points) - 2) / square)

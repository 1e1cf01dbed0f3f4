"""Weather: hour by hour in a region, seeded, and what it and who else drives leave of a road's grip and of speed."""

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from simulator.demand import crowds, pace
from simulator.regions import Region

Floats = npt.NDArray[np.float64]


class Sky(NamedTuple):
    """A kind of weather: the road's grip as a share of a dry one's, and the speed chosen, likewise.

    Source: asphalt holds about 0.85 of the weight dry, 0.5 to 0.7 wet, 0.2 to 0.35 under snow (Wong, Theory of Ground
    Vehicles, 1.4); freeways lose 3 to 13 % of their speed in light rain, 3 to 16 % in heavy, 5 to 40 % in snow
    (FHWA, How Do Weather Events Impact Roads).
    """

    grip: float
    pace: float


SKIES = {
    "dry": Sky(1.0, 1.0),
    "rain": Sky(0.70, 0.95),
    "downpour": Sky(0.55, 0.88),
    "snow": Sky(0.35, 0.70),
}
STAYS = 0.7  # chance that an hour after a wet one is wet; ours
HEAVY = 0.2  # of wet hours are a downpour; ours
FREEZES = 0.5  # °C below which it snows
DARK, NIGHT = (6.0, 20.0), 0.97  # hours of light, and the speed chosen without it; ours
HOURS = 48


def skies(region: Region, seed: int) -> list[str]:
    """The kind of weather of each hour from a local midnight on, for two days."""
    rng = np.random.default_rng([seed, 17])
    begins = region.wet * (1 - STAYS) / (1 - region.wet)
    found, wet = [], bool(rng.random() < region.wet)
    for hour in range(HOURS):
        heavy, after = rng.random(2)
        cold = region.ambient(np.array(hour % 24.0)) < FREEZES
        kind = "snow" if cold else "downpour" if heavy < HEAVY else "rain"
        found.append(kind if wet else "dry")
        wet = after < (STAYS if wet else begins)
    return found


class Air(NamedTuple):
    """What a window's weather, light and traffic do at instants in it."""

    grip: Floats
    pace: Floats


def air(region: Region, start: float, t: Floats, kinds: list[str], seed: int) -> Air:
    """At ``t`` s after a window begins at ``start`` (UTC epoch s); ``kinds`` are those of :func:`skies`.

    How full roads are is drawn from ``seed`` by the hour and even in between.
    """
    local, since = _midnight(region, start)
    hour = (since + t) / 3_600
    table = np.array([SKIES[kind] for kind in kinds])[np.minimum(hour.astype(np.int64), len(kinds) - 1)]
    clock = hour % 24
    light = np.where((clock < DARK[0]) | (clock >= DARK[1]), NIGHT, 1.0)
    full = crowds(seed, local.weekday(), kinds)
    flow = pace(np.interp(hour - 0.5, np.arange(len(full)), full))
    return Air(table[:, 0], table[:, 1] * light * flow)


def _midnight(region: Region, start: float) -> tuple[datetime, float]:
    """An instant by the local clock, and s since midnight by it."""
    local = datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(region.zone))
    return local, 3_600.0 * local.hour + 60 * local.minute + local.second


class Spell(NamedTuple):
    """s after the window begins from when to when the road was slippery, why, and the least grip."""

    start: float
    end: float
    kind: str
    grip: float


def spells(region: Region, start: float, seconds: float, kinds: list[str]) -> list[Spell]:
    """When in a window roads were not dry: hours on end, called by the worst of them."""
    _, since = _midnight(region, start)
    found: list[Spell] = []
    for hour, kind in enumerate(kinds):
        begins, ends = max(3_600.0 * hour - since, 0.0), min(3_600.0 * (hour + 1) - since, seconds)
        if kind == "dry" or begins >= ends:
            continue
        one = Spell(begins, ends, kind, SKIES[kind].grip)
        if found and found[-1].end == begins:
            before = found.pop()
            one = (one if one.grip < before.grip else before)._replace(start=before.start, end=ends)
        found.append(one)
    return found

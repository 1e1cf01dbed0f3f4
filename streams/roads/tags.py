"""Tags: what OpenStreetMap's highway and maxspeed say, as a class of road and limits by direction and vehicle."""

import re
from collections import Counter
from collections.abc import Mapping
from math import inf, isnan, nan
from typing import NamedTuple

from streams.kernels.params import CLASSES

UNKNOWN, MOTORWAY, RURAL, URBAN, RESIDENTIAL = range(5)  # Batch.road_class
KINDS = ("unknown", "motorway", "rural", "urban", "residential")
DIRECTIONS = ("forward", "backward")

TOWN_KMH = 60.0  # ours: up to here (35 mph, 60 km/h) a road whose zone nobody tagged is taken for one in a town
WALK_KMH = 7.0  # German courts take Schrittgeschwindigkeit for 4 to 7 km/h
UNITS = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_CLASSED = {"motorway": MOTORWAY, "residential": RESIDENTIAL, "living_street": RESIDENTIAL}
_THROUGH = ("trunk", "primary", "secondary", "tertiary", "unclassified", "road")
_OWN = {"truck": ("hgv", "goods"), "bus": ("bus",)}  # what the tags call our classes
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z/]*)")
_NIGHT = re.compile(r"\s*(.+?)\s*@\s*\(?\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*\)?\s*")
_ZONE = re.compile(r"([A-Z]{2}):([\w:]+)")

# General limits of cars in towns, outside, and on motorways. Source: OpenStreetMap wiki, "Speed limits", 2026.
_EUROPE = {
    "AT": (50, 100, 130),
    "BE": (50, nan, 120),  # outside towns it differs by region
    "CH": (50, 80, 120),
    "CZ": (50, 90, 130),
    "DE": (50, 100, inf),
    "DK": (50, 80, 130),
    "ES": (50, 90, 120),
    "FI": (50, 80, 120),
    "FR": (50, 80, 130),
    "HU": (50, 90, 130),
    "IT": (50, 90, 130),
    "PL": (50, 90, 140),
    "PT": (50, 90, 120),
    "RO": (50, 90, 130),
    "SI": (50, 90, 130),
    "SK": (50, 90, 130),
}
ZONES = {
    f"{country}:{zone}": float(limit)
    for country, limits in _EUROPE.items()
    for zone, limit in zip(("urban", "rural", "motorway"), limits, strict=True)
} | {
    "GB:nsl_restricted": 30 * UNITS["mph"],
    "GB:nsl_single": 60 * UNITS["mph"],
    "GB:nsl_dual": 70 * UNITS["mph"],
    "GB:motorway": 70 * UNITS["mph"],
}


class Night(NamedTuple):
    """A limit by the hour; ``start`` and ``end`` in minutes of the local day, over midnight where end <= start."""

    start: int
    end: int
    kmh: tuple[float, ...]  # by vehicle class; NaN as by day


class Road(NamedTuple):
    """What the tags of a way say; limits in km/h, inf where there is none, NaN where it is not known."""

    kind: int
    oneway: int  # 1 and -1: may be driven along or against its drawing only
    limits: tuple[tuple[float, ...], tuple[float, ...]]  # forward and backward, by vehicle class
    night: Night | None


def road(tags: Mapping[str, str], ignored: Counter[str]) -> Road | None:
    """The road a way is; None if it is none for through traffic. What was not understood is counted in ``ignored``."""
    highway = tags.get("highway", "")
    base = highway.removesuffix("_link")
    if base not in _CLASSED and base not in _THROUGH:
        ignored[f"highway={highway or 'missing'}: no road for through traffic"] += 1
        return None
    general = _general(tags, ignored)
    limits = _by_class(tags, "forward", general, ignored), _by_class(tags, "backward", general, ignored)
    kind = _CLASSED[base] if base in _CLASSED else _through(base, tags, general)
    return Road(kind, _oneway(base, tags), limits, _night(tags, ignored))


def kmh(value: str, ignored: Counter[str]) -> float:
    """A limit as tagged: "50", "30 mph", "none" (inf), "walk", "DE:urban"; NaN, and counted, if it says no number."""
    said = value.strip()
    if said in ("none", "walk"):
        return inf if said == "none" else WALK_KMH
    number = _NUMBER.fullmatch(said.lower())
    if number and number[2] in UNITS and 0 < float(number[1]) <= 300:
        return float(number[1]) * UNITS[number[2]]
    limit = ZONES.get(said, nan)
    if isnan(limit):
        ignored[f"maxspeed={said}: not a limit we know"] += 1
    return limit


def _general(tags: Mapping[str, str], ignored: Counter[str]) -> float:
    if "maxspeed" in tags:
        return kmh(tags["maxspeed"], ignored)
    zone = _zone(tags)
    return ZONES.get(zone, nan)


def _zone(tags: Mapping[str, str]) -> str:
    """The country and zone, as in ``DE:urban``, by whose rule the limit holds; empty if nobody says."""
    for key in ("maxspeed", "source:maxspeed", "maxspeed:type", "zone:traffic", "zone:maxspeed"):
        if _ZONE.fullmatch(tags.get(key, "")):
            return tags[key]
    return ""


def _by_class(tags: Mapping[str, str], direction: str, general: float, ignored: Counter[str]) -> tuple[float, ...]:
    """km/h by vehicle class; a class's own limit holds where it is lower than the general one."""
    along = tags.get(f"maxspeed:{direction}")
    base = general if along is None else kmh(along, ignored)
    found = []
    for klass in CLASSES:
        said = [tags[key] for word in _OWN.get(klass, ()) for key in _keys(word, direction) if key in tags]
        found.append(_lowest([base, *[kmh(value, ignored) for value in said]]))
    return tuple(found)


def _keys(word: str, direction: str) -> tuple[str, str]:
    return f"maxspeed:{word}", f"maxspeed:{word}:{direction}"


def _lowest(limits: list[float]) -> float:
    return min((limit for limit in limits if not isnan(limit)), default=nan)


def _through(base: str, tags: Mapping[str, str], general: float) -> int:
    """Rural or urban, by the zone tagged, else by the limit; unknown if neither is."""
    zone = _zone(tags).partition(":")[2]
    if zone in ("urban", "nsl_restricted") or zone.startswith("zone") or zone.isdecimal():
        return URBAN
    if zone in ("rural", "trunk", "nsl_single", "nsl_dual") or general > TOWN_KMH:
        return RURAL
    if not isnan(general):
        return URBAN
    return RURAL if base == "trunk" else UNKNOWN


def _oneway(base: str, tags: Mapping[str, str]) -> int:
    said = tags.get("oneway", "")
    if said in ("-1", "reverse"):
        return -1
    implied = base == "motorway" or tags.get("junction") in ("roundabout", "circular")
    return int(said in ("yes", "true", "1") or (implied and said not in ("no", "false", "0")))


def _night(tags: Mapping[str, str], ignored: Counter[str]) -> Night | None:
    """The limit that holds between two times of the day, for all classes or one; other conditions are counted."""
    hours, limits = None, [nan] * len(CLASSES)
    for word, classes in (("", CLASSES), *[(f":{word}", (k,)) for k, words in _OWN.items() for word in words]):
        for condition in tags.get(f"maxspeed{word}:conditional", "").split(";"):
            read = _NIGHT.fullmatch(condition)
            span = (_minutes(read[2], read[3]), _minutes(read[4], read[5])) if read else None
            if read is None or span is None or hours not in (None, span):
                if condition.strip():
                    ignored["maxspeed:conditional: not hours of the day alone"] += 1
                continue
            hours = span
            for klass in classes:
                k = CLASSES.index(klass)
                limits[k] = _lowest([limits[k], kmh(read[1], ignored)])
    return Night(*hours, tuple(limits)) if hours else None


def _minutes(hour: str, minute: str) -> int:
    return (int(hour) % 24) * 60 + min(int(minute), 59)

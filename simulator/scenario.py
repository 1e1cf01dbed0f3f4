"""Scenario: a TOML file that says which fleet drives when, what breaks, and what is to happen to whom at which time."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from math import inf
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from simulator.faults import BY_NAME
from simulator.limits import LAWS
from simulator.mishaps import Chosen, MishapError, checked
from simulator.names import hint
from simulator.placed import KINDS, Kind, Placed
from simulator.regions import REGIONS, Region
from simulator.reports import Window
from simulator.weather import SKIES

KEYS = (
    "about",
    "region",
    "seed",
    "start",
    "hours",
    "vehicles",
    "incidents",
    "ailments",
    "law",
    "profile",
    "weather",
    "roads",
    "faults",
    "event",
)
DAY_H = 24


class ScenarioError(ValueError):
    """A scenario that cannot be played: which file, which key, what was found, what was expected."""


@dataclass(frozen=True)
class Scenario:
    """What the file says; what it leaves out is None."""

    region: str | None = None
    seed: int | None = None
    start: datetime | None = None
    hours: float | None = None
    vehicles: int | None = None
    incidents: bool = True  # the usual leak, puncture, tired driver and crash of each day
    ailments: float = 1.0  # times as often as usual that something in a vehicle wears out or leaks
    profile: str | None = None  # of the devices
    weather: str | None = None  # all day
    roads: str | None = None  # file of a map
    law: str = "auto"  # on hours
    faults: Chosen | None = None
    events: tuple[Mapping[str, Any], ...] = ()


def read(path: Path) -> Scenario:
    """The scenario in a file, checked as far as that goes without its fleet; raises ``ScenarioError``."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from None
    try:
        return _scenario(told)
    except (ScenarioError, MishapError) as error:
        raise ScenarioError(f"{path}: {error}") from None


def _scenario(told: dict[str, Any]) -> Scenario:
    for key in told:
        _known(key, KEYS, "key")
    region = _value(told, "region", str)
    if region is not None and region not in REGIONS:
        raise ScenarioError(f"region is {region!r}, expected one of {', '.join(REGIONS)}")
    hours = _value(told, "hours", float)
    if hours is not None and not 0.05 <= hours <= DAY_H:
        raise ScenarioError(f"hours is {hours:g}, expected 0.05 to {DAY_H}")
    vehicles = _value(told, "vehicles", int)
    if vehicles is not None and vehicles < 1:
        raise ScenarioError(f"vehicles is {vehicles}, expected at least 1")
    weather = _value(told, "weather", str)
    if weather is not None and weather not in SKIES:
        raise ScenarioError(f"weather is {weather!r}, expected one of {', '.join(SKIES)}")
    law = _value(told, "law", str) or "auto"
    if law not in ("auto", *LAWS):
        raise ScenarioError(f"law is {law!r}, expected one of auto, {', '.join(LAWS)}")
    incidents = _value(told, "incidents", bool)
    return Scenario(
        region,
        _value(told, "seed", int),
        _value(told, "start", datetime),
        hours,
        vehicles,
        True if incidents is None else incidents,
        _often(told, incidents),
        _value(told, "profile", str),
        weather,
        _value(told, "roads", str),
        law,
        _faults(_value(told, "faults", dict) or {}),
        tuple(_event(number, event) for number, event in enumerate(_value(told, "event", list) or [], 1)),
    )


def _value(told: Mapping[str, Any], key: str, kind: type) -> Any:
    """The value of a key, None if it is absent; a whole number may stand for a number, but true for neither."""
    value = told.get(key)
    if kind is float and type(value) is int:
        return float(value)
    if value is not None and type(value) is not kind:
        raise ScenarioError(f"{key} is {value!r}, expected {NAMES[kind]}")
    return value


def _often(told: Mapping[str, Any], incidents: bool | None) -> float:
    """How often vehicles ail, times the usual; never where nothing usual is to happen, unless it is said."""
    rate = _value(told, "ailments", float)
    if rate is not None and not 0 <= rate < float("inf"):
        raise ScenarioError(f"ailments is {rate:g}, expected a number from 0, times the usual")
    return rate if rate is not None else float(incidents is not False)


NAMES = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a table",
    list: "a list of tables, [[event]]",
    datetime: "a date and time such as 2025-11-12T04:00:00",
}


def _known(key: str, known: tuple[str, ...] | Mapping[str, Any], what: str) -> None:
    if key not in known:
        raise ScenarioError(f"no {what} is called {key!r}; {hint(key, known)}")


def _faults(told: dict[str, Any]) -> dict[str, float]:
    """``true`` is a fault's own rate, ``false`` none."""
    rates = {}
    for name, rate in told.items():
        _known(name, BY_NAME, "fault")
        fault = BY_NAME[name]
        rates[name] = (fault.rate if rate else 0.0) if isinstance(rate, bool) else checked(fault, rate)
    return rates


def _event(number: int, told: Any) -> Mapping[str, Any]:
    """An event whose keys are those of its kind."""
    where = f"event {number}"
    try:
        if not isinstance(told, dict) or not isinstance(told.get("kind"), str):
            raise ScenarioError("it has no kind")
        _known(told["kind"], KINDS, "kind of event")
        kind = KINDS[told["kind"]]
        for key in told:
            _known(key, ("kind", "vehicle", "day", *(("at",) if kind.timed else ()), *kind.options), "key")
        if type(told.get("vehicle")) not in (int, str):
            raise ScenarioError("vehicle is missing, expected its number from 1, or its id")
        if kind.timed and type(told.get("at")) not in (str, datetime, time):
            raise ScenarioError('at is missing, expected a local time such as "10:12"')
        day = _value(told, "day", int)
        if day is not None and day < 1:
            raise ScenarioError(f"day is {day}, expected a number from 1, the first")
        if day and isinstance(told.get("at"), datetime):
            raise ScenarioError("at has a date, so that there is no need of a day")
        for key in kind.options:
            _option(kind, key, told.get(key))
    except ScenarioError as error:
        raise ScenarioError(f"{where}: {error}") from None
    return told


def _option(kind: Kind, key: str, value: Any) -> None:
    wanted, most = kind.options[key], 100 if key == "percent" else inf
    if value is None or (wanted is not float and type(value) is wanted):
        return
    if wanted is float and type(value) in (int, float) and 0 < value < most:
        return
    expected = NAMES[wanted] if wanted is not float else "a number above 0"
    raise ScenarioError(f"{key} is {value!r}, expected {expected}{' and below 100' if most == 100 else ''}")


def begins(start: datetime, region: Region) -> float:
    """UTC epoch s of a start; a time without an offset is the region's."""
    return (start if start.tzinfo else start.replace(tzinfo=ZoneInfo(region.zone))).timestamp()


def place(scenario: Scenario, ids: list[str], region: Region, window: Window, days: int = 1) -> tuple[Placed, ...]:
    """The events of a scenario for a fleet, the window of its first day and so many days; raises ``ScenarioError``."""
    windows = [window.later(day, region.zone) for day in range(days)]
    placed = []
    for number, told in enumerate(scenario.events, 1):
        try:
            k, at = _vehicle(told["vehicle"], ids), told.get("at")
            day = _date(at, region, windows) if isinstance(at, datetime) else told.get("day", 1) - 1
            if day >= days:
                raise ScenarioError(f"day is {day + 1}, but {days} are driven; see --days")
            after = 0.0 if at is None else _instant(at, region, windows[day])
        except ScenarioError as error:
            raise ScenarioError(f"event {number} ({told['kind']}): {error}") from None
        rest = {key: value for key, value in told.items() if key not in ("kind", "vehicle", "at", "day")}
        placed.append(Placed(told["kind"], k, after, rest, day, number))
    return tuple(placed)


def _date(at: datetime, region: Region, windows: list[Window]) -> int:
    """The day in whose window an instant lies; the last that has begun if there is none."""
    begun = [window.start <= begins(at, region) for window in windows]
    return max(sum(begun) - 1, 0)


def _vehicle(name: int | str, ids: list[str]) -> int:
    if isinstance(name, str):
        if name in ids:
            return ids.index(name)
        raise ScenarioError(f"no vehicle is called {name!r}; {hint(name, ids)}")
    if not 1 <= name <= len(ids):
        raise ScenarioError(f"there is no vehicle {name}; the fleet has {len(ids)}")
    return name - 1


def _instant(at: str | datetime | time, region: Region, window: Window) -> float:
    """s after the window begins; a time of day is the first such after the beginning, local."""
    zone, (start, hours) = ZoneInfo(region.zone), window
    if isinstance(at, datetime):
        seconds = begins(at, region) - start
    else:
        try:
            clock = time.fromisoformat(at) if isinstance(at, str) else at
        except ValueError:
            raise ScenarioError(f'at is {at!r}, expected a local time such as "10:12" or 10:12:00') from None
        first = datetime.fromtimestamp(start, zone)
        moment = datetime.combine(first.date(), clock, zone)
        seconds = (moment if moment >= first else moment + timedelta(days=1)).timestamp() - start
    if not 0 <= seconds < 3600 * hours:
        ends = [datetime.fromtimestamp(start + 3600 * h, zone).strftime("%d %b %H:%M") for h in (0, hours)]
        raise ScenarioError(f"{at} is not within the window, {ends[0]} to {ends[1]} local time")
    return seconds

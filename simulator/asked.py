"""Asked: the fleet and day that options and a scenario ask for; an option given on the command line wins."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource

from simulator import couplings, profiles, registry, scenario
from simulator.days import later
from simulator.maps import MapError
from simulator.mishaps import MishapError, chosen
from simulator.options import BEGINS, DATE
from simulator.placed import PlacingError
from simulator.profiles import ProfileError
from simulator.regions import REGIONS, Region
from simulator.roster import roster
from simulator.scenario import Scenario, ScenarioError
from simulator.shifts import Incidents
from simulator.traffic import Traffic, Window

SHIPPED = Path(__file__).parent / "scenarios"
NOTHING = Scenario()


def traffic(options: Mapping[str, Any], days: int = 1) -> Traffic:
    """The traffic asked for, of the first of so many days; its registry is written first, where one is."""
    try:
        return _traffic(options, days)
    except (ScenarioError, PlacingError, ProfileError, MapError) as error:
        raise click.ClickException(str(error)) from None


def _traffic(options: Mapping[str, Any], count: int) -> Traffic:
    told = scenario.read(_path(options["scenario"])) if options["scenario"] else Scenario()
    region = REGIONS[_pick(options, "region", told.region)]
    window = Window(_start(options, told, region), _pick(options, "hours", told.hours))
    business = roster(_pick(options, "vehicles", told.vehicles), _pick(options, "seed", told.seed), region.name)
    if extract := _pick(options, "roads", told.roads):
        business = replace(business, extract=Path(extract))
    if not told.incidents:
        business = replace(business, incidents=tuple(Incidents() for _ in business.vehicles))
    events = scenario.place(told, [vehicle.vehicle_id for vehicle in business.vehicles], region, window, count)
    devices = profiles.chosen(_pick(options, "profile", told.profile))
    skies, often = told.weather, told.ailments
    found = Traffic(
        business, window, faults(options, told), events, devices, weather=skies, law=told.law, ailments=often
    )
    _ = found.roads  # what cannot be is said before anything is written, on all days
    eventful = sorted({0, *(event.day for event in events)})
    booked = [later(found, day, business) if day else found for day in eventful]
    books = [(one.window, one.arranged) for one in booked]
    if options["registry"]:
        registry.write(business, window.start, options["registry"], books, couplings.rows(found, count, booked))
    return found


def _path(name: str) -> Path:
    """A file, or one of those shipped, by its name."""
    shipped = SHIPPED / f"{name}.toml"
    if Path(name).is_file() or not shipped.is_file():
        return Path(name)
    return shipped


def shipped() -> list[str]:
    """Names of the scenarios that come along."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def _pick(options: Mapping[str, Any], name: str, told: Any) -> Any:
    """An option as given, else what the scenario says, else the option's default."""
    given = click.get_current_context().get_parameter_source(name) is not ParameterSource.DEFAULT
    return options[name] if given or told is None else told


def _start(options: Mapping[str, Any], told: Scenario, region: Region) -> float:
    """UTC epoch s."""
    if options["start"] == "now":
        return datetime.now(UTC).replace(microsecond=0).timestamp()
    if options["start"]:
        return _instant(options["start"]).timestamp()
    if told.start:
        return scenario.begins(told.start, region)
    return (datetime.fromisoformat(DATE).replace(tzinfo=ZoneInfo(region.zone)) + timedelta(hours=BEGINS)).timestamp()


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither 'now' nor ISO 8601", param_hint="--start") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def faults(options: Mapping[str, Any], told: Scenario = NOTHING) -> dict[str, float]:
    """Rates of those asked for, by name; the command line wins over a scenario."""
    try:
        return {**(told.faults or {}), **chosen(options["faults"])}
    except MishapError as error:
        raise click.BadParameter(str(error), param_hint="--fault") from None

"""Command: `tripmeter-sim load` - its options, a load brought once, and what is said of it."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from simulator import recordings
from simulator.accounts import Accounts
from simulator.answers import SHEET, Fact, Whose, sheet
from simulator.load.capacity import LIMIT_MS, OWN, Habit, holds, judged, row, search
from simulator.load.crew import LoadError
from simulator.load.crews import Heard, drive
from simulator.load.plan import SOS, Plan
from simulator.load.tally import tally

Tell = Callable[[str], None]
Row = dict[str, Any]
ARRIVE = 500  # devices that connect in a second, unless told otherwise
ACQUAINTED = 1_600  # of them in the first second: each one's first payload is compared with all subscriptions
HANDFUL, REST = 10, 12  # vehicles that tell whether a service has caught up, and how often they are asked
EAR = "listener"  # under whose account alerts are heard


def fleet_id() -> str:
    """A fleet nobody has seen, so that no alert of an earlier load is open."""
    return f"load-{secrets.token_hex(3)}"


def plans(
    vehicles: int, processes: int, hz: float, batch: float, shared: int, events: float, **rest: Any
) -> list[Plan]:
    """The load shared out among processes; raises ``LoadError``."""
    if not 0 < hz * batch <= 1_000:
        raise LoadError(
            f"{hz:g} Hz in payloads of {batch:g} s make {hz * batch:g} samples a payload, expected up to 1,000"
        )
    count = min(processes, vehicles)
    if shared and shared < count:
        raise LoadError(f"{shared} connections cannot be shared among {count} processes; give fewer --processes")
    share = [len(range(k, vehicles, count)) for k in range(count)]
    hubs = [len(range(k, shared, count)) for k in range(count)]
    return [
        Plan(
            first=k, stride=count, vehicles=share[k], hz=hz, batch=batch, shared=hubs[k], events=events / count, **rest
        )
        for k in range(count)
    ]


def ramp(lines: int, known: int = 0) -> float:
    """s in which so many connect, unless told otherwise: of many each is more work for the embedded broker.

    ``known`` are the devices that it has heard of before, which it never forgets.
    """
    return max(1.0, lines / ARRIVE, lines * (lines + known) / ACQUAINTED**2)


def asked(
    options: Mapping[str, Any], vehicles: int, hz: float, batch: float, duration: float, known: int = 0
) -> list[Plan]:
    """The plans of a load with the other options as given; so many devices are ``known`` to the broker."""
    shared = min(options["shared_connections"], vehicles)
    return plans(
        vehicles,
        options["processes"],
        hz,
        batch,
        shared,
        options["events"],
        fleet=options["fleet"] or fleet_id(),
        duration=duration,
        ramp=options["ramp"] or ramp(shared or vehicles, known),
        codec=options["codec"],
        seed=options["seed"],
    )


def capacities(
    options: Mapping[str, Any], habits: Iterable[Habit], trial_s: float, who: Accounts, tell: Tell
) -> list[Row]:
    """How many vehicles of each habit the service serves; each number is tried with a fleet nobody has seen."""
    most = options["most"] if options["shared_connections"] else min(options["most"], OWN)
    rows, known = [], 0
    for habit in habits:

        def trial(vehicles: int, habit: Habit = habit) -> Row:
            nonlocal known
            tell(f"{habit.meaning}: {vehicles:,} vehicles")
            load = asked(options, vehicles, habit.hz, habit.batch, max(trial_s, habit.batch), known)
            known += vehicles
            return _tried(load, who)

        rested = partial(_rested, options, who, tell)
        rows.append(row(habit, search(judged(trial, rested), habit.start, most)))
    return rows


def _tried(chosen: list[Plan], who: Accounts) -> Row:
    try:
        return bring(chosen, who, lambda _: None)[0]
    except LoadError as error:
        return {"held": False, "alert_ms": {"p99": None}, "why": str(error)}


def _rested(options: Mapping[str, Any], who: Accounts, tell: Tell) -> None:
    """Wait until the service has worked off what was too much: until a handful of vehicles is served well again."""
    for _ in range(REST):
        tell("waiting until the service has caught up")
        try:
            if holds(bring(asked(options, HANDFUL, 1.0, 1.0, 3.0), who, lambda _: None)[0]):
                return
        except LoadError:
            continue
    raise LoadError(f"the service does not serve {HANDFUL} vehicles within {LIMIT_MS:g} ms any more, or never did")


def bring(chosen: list[Plan], who: Accounts, tell: Tell) -> tuple[dict[str, Any], Heard]:
    """One load, and its tally; raises ``LoadError`` and ``LinkError``."""
    begun, fleet = time.monotonic(), chosen[0].fleet
    heard = asyncio.run(drive(chosen, lambda vehicle: who(fleet, vehicle), who(fleet, EAR), tell))
    return tally(heard, time.monotonic() - begun), heard


def write_answers(heard: Heard, path: Path) -> None:
    """The planted events as an answer sheet; ``start`` is when the payload that shows it was due."""
    sheets = [pl.DataFrame(schema=SHEET)]
    zero = time.time() - time.monotonic()
    for crew in heard.crews:
        cause = "raised by the device" if crew.plan.kind == SOS else "braked hard"
        unit = "" if crew.plan.kind == SOS else "m/s²"
        for vehicle, due in crew.planted:
            fact = Fact(crew.plan.kind, 3, due, due, 0.0 if crew.plan.kind == SOS else 6.0, unit, 0.0, 0.0, cause)
            sheets.append(sheet([fact], Whose(crew.plan.fleet, vehicle, None), zero))
    recordings.write(pl.concat(sheets).sort("start", "vehicle_id"), path)

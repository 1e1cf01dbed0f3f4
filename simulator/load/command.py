"""Command: `tripmeter-sim load` - its options, a load brought once, and what is said of it."""

import asyncio
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from simulator import recordings
from simulator.accounts import Accounts
from simulator.answers import SHEET, Fact, Whose, sheet
from simulator.load.crew import LoadError
from simulator.load.crews import Heard, drive
from simulator.load.plan import SOS, Plan
from simulator.load.tally import tally

Tell = Callable[[str], None]
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

"""Fleets: which one a request is about, for those who may see all of it; what is refused of its settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from console.endpoint import Ask
from console.gate.problems import Problem
from streams.desk.chosen import ChangedError
from streams.messages import iso
from streams.registry import Registry
from streams.registry.rows import FleetRow


def of_fleet(ask: Ask) -> str:
    """The fleet in the path; 404 for one that is not there, or of which only a part may be seen."""
    fleet_id = ask.parts["fleet"]
    if fleet_id not in ask.world.known.registry.rows["fleets"] or not ask.scope.fleet(fleet_id):
        raise Problem(404, "no_fleet", f"there is no fleet {fleet_id!r}")
    return fleet_id


def fleet_row(known: Registry, fleet_id: str) -> FleetRow:
    """What the registry says of a fleet that is there."""
    row = known.rows["fleets"][fleet_id]
    if not isinstance(row, FleetRow):
        raise TypeError(row)
    return row


def seen(ask: Ask) -> str:
    """The revision that whoever writes has seen; empty: whatever it is."""
    return ask.headers.get("if-match", "").removeprefix("W/").strip('"*')


def last_word(row: dict[str, Any] | None) -> tuple[str | None, str | None]:
    """Who has set something last, and from when on it holds; None: nobody has."""
    return (None, None) if row is None else (row["actor"], iso(row["at"]))


@contextmanager
def refused(current: Callable[[], Any]) -> Iterator[None]:
    """409 with what it is now, where somebody was faster."""
    try:
        yield
    except ChangedError as error:
        raise Problem(409, "changed", str(error), current=current(), who=error.actor) from error

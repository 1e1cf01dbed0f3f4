"""Quiet: the hours in which a fleet wants only to be called for what cannot wait, as it has set them for itself."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from streams.alert_rules import PRIORITIES
from streams.desk import chosen
from streams.desk.chosen import QUIET, ChosenError
from streams.desk.paging import Paging, clock_time
from streams.store.store import Store
from streams.words import say

FROM, TO, WAKES = "from", "to", "wakes"


def paging_of(connection: Connection, fleet_id: str, now: float, paging: Paging) -> Paging:
    """``paging`` with the quiet hours that a fleet has set and that hold at ``now`` (UTC epoch s)."""
    said = chosen.latest(connection, fleet_id, QUIET, now).get("", {"value": {}})["value"]
    if not said:
        return paging
    quiet = (clock_time(said[FROM]), clock_time(said[TO])) if said[FROM] else None
    return replace(paging, quiet=quiet, wakes=said[WAKES])


def change(store: Store, fleet_id: str, said: dict[str, Any], actor: str, now: float, seen: str = "") -> None:
    """Set a fleet's quiet hours; empty: those of the service. As ``chosen.choose``."""
    chosen.choose(store, (fleet_id, QUIET, ""), checked(said), actor, now, seen)


def checked(said: dict[str, Any]) -> dict[str, Any]:
    """What may be set: times of day, and the lowest priority that calls in spite of them; ``ChosenError``."""
    if not said:
        return {}
    try:
        times = [f"{clock_time(said[name]):%H:%M}" if said[name] or said[FROM] else "" for name in (FROM, TO)]
    except ValueError as error:
        raise ChosenError(say("no_clock_time", said=f"{said[FROM]} {said[TO]}")) from error
    if times[0] and times[0] == times[1]:
        raise ChosenError(say("quiet_same"))
    if said[WAKES] not in PRIORITIES:
        raise ChosenError(say("no_priority", value=repr(said[WAKES]), known=", ".join(PRIORITIES)))
    return {FROM: times[0], TO: times[1], WAKES: said[WAKES]}

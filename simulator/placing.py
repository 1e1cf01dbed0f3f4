"""Placing: a scenario's events put into a vehicle's day one by one, in the order in which they come to pass."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from simulator import absences
from simulator.absences import absence
from simulator.ailments import AILMENTS
from simulator.arranged import Arranged, Step, Tools
from simulator.departures import ORDERING, departs
from simulator.flaws import FLAWED, flaw
from simulator.hours import LONG
from simulator.motion import Motion
from simulator.placed import Placed, PlacingError
from simulator.sudden import brakes, crashes, punctured, swerves


def arrange(events: Iterable[Placed], day: Arranged, tools: Tools) -> tuple[Arranged, Motion]:
    """One vehicle's day with its events, and how it is driven; whatever comes before an event is as it is without it.

    Motion is causal: the day is driven with what has come to pass, and of all events still to come the one that does so
    first on that day is put where it then is. Raises ``PlacingError``.
    """
    waiting, motion = sorted(events, key=lambda event: event.at), tools.drive(day.shift)
    while waiting:
        event, step = _first(waiting, day, motion, tools)
        waiting.remove(event)
        day = replace(step.day, told=(*day.told, (event, step.at)))
        if event.kind in MOVING:
            motion = tools.drive(day.shift)
    return day, motion


def _first(waiting: Sequence[Placed], day: Arranged, motion: Motion, tools: Tools) -> tuple[Placed, Step]:
    """Which of them comes to pass first, whichever was ordered first."""
    steps: list[tuple[Placed, Step]] = []
    cannot: list[PlacingError] = []
    for event in waiting:
        if any(event.at >= step.at for _, step in steps):
            break
        try:
            steps.append((event, HAPPENING[event.kind](event, day, motion, tools)))
        except PlacingError as error:  # it may still be when others have come to pass
            cannot.append(error)
    if not steps:
        raise cannot[0]
    return min(steps, key=lambda one: one[1].at)


def _flawed(event: Placed, day: Arranged, _motion: Motion, _tools: Tools) -> Step:
    return Step(event.at, replace(day, flaws=(*day.flaws, flaw(event.kind, event.at, event.options))))


def _absent(event: Placed, day: Arranged, _motion: Motion, _tools: Tools) -> Step:
    return Step(event.at, replace(day, absences=(*day.absences, absence(event.kind, event.at, event.options))))


def _told(event: Placed, day: Arranged, _motion: Motion, _tools: Tools) -> Step:
    """What the day was planned by, or its motion does not know of."""
    return Step(event.at, day)


HAPPENING: Mapping[str, Callable[[Placed, Arranged, Motion, Tools], Step]] = {
    "harsh_braking": brakes,
    "swerve": swerves,
    "crash": crashes,
    "puncture": punctured,
    **dict.fromkeys(ORDERING, departs),
    **dict.fromkeys(FLAWED, _flawed),
    **dict.fromkeys(absences.KINDS, _absent),
    **dict.fromkeys((*LONG, *AILMENTS), _told),
}
MOVING = ("harsh_braking", "swerve", "crash", "puncture", "brake_drag", *ORDERING)

"""Words: a limit as a fleet manager reads it; the tables of docs/hours.md and what `tripmeter explain` adds."""

from streams.hours.laws import RULES
from streams.hours.limits import Limit, Rest

UNKNOWN = "The driver is unknown: the vehicle stands for the person, and several people may have driven it."


def explain(rule: str, driver_id: str | None) -> list[str]:
    """What an event of ``rule`` (kind:set) rests on, a line each."""
    kind, _, name = rule.partition(":")
    limits = {limit.kind: limit for limit in RULES[name].limits} if name in RULES else {}
    lines = [f"  most   {allowed(limits[kind])} {over(limits[kind])}; {limits[kind].source}"] if kind in limits else []
    return lines if driver_id else [*lines, f"  note   {UNKNOWN}"]


def allowed(limit: Limit) -> str:
    """How much is allowed, of what."""
    what = {"driving": "driving", "elapsed": "with stops", "duty": "on duty"}[limit.counts]
    if limit.within_s:
        return f"{length(limit.within_s)} less the rest that is due, {what}"
    more = f", {length(limit.extended_s)} {limit.extended_times} times a week" if limit.extended_times else ""
    return f"{length(limit.most_s)}{more}, {what}"


def over(limit: Limit) -> str:
    """Since when, or within which time."""
    if limit.rolling_s:
        text = f"in any {length(limit.rolling_s)}"
    elif limit.calendar is not None:
        unit = "week" if limit.calendar.days == 7 else "day"
        clock = "UTC" if limit.calendar.clock == "utc" else "the fleet's time"
        text = f"in {limit.calendar.periods} {unit}{'s' * (limit.calendar.periods > 1)} by {clock}"
        text += f", since {rested(limit.rest)} off" if limit.rest else ""
    else:
        text = f"since {rested(limit.rest or Rest(0.0))} off"
    text += f", {limit.night[0]:02g}:00 to {limit.night[1]:02g}:00 only" if limit.night else ""
    return text + (", of vehicles that carry passengers" if limit.passenger else "")


def rested(rest: Rest) -> str:
    """What starts the count afresh."""
    parts = [length(rest.full_s)]
    parts += [f"{length(rest.split[0])} then {length(rest.split[1])}"] if rest.split else []
    times = {1: "once", 3: "three times"}.get(rest.reduced_times, f"{rest.reduced_times} times")
    parts += [f"{times} {length(rest.reduced_s)} between rests of {length(rest.renew_s)}"] if rest.reduced_times else []
    return " or ".join(parts)


def length(seconds: float) -> str:
    """Hours and minutes."""
    hours, minutes = divmod(round(seconds / 60), 60)
    return " ".join([f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0 or hours == 0))


def table(limits: tuple[Limit, ...]) -> list[tuple[str, ...]]:
    """A row a limit: kind, what is allowed, over which time, when level 1 and 3 are passed, source."""
    return [
        (
            f"`{one.kind}`",
            allowed(one),
            over(one),
            f"{length(one.notice_s)} before",
            f"{length(one.severe_s)} beyond",
            one.source,
        )
        for one in limits
    ]

"""Capacity: how many vehicles a service serves, found by bringing it more of them until its alerts come late."""

from collections.abc import Callable
from typing import Any, NamedTuple

LIMIT_MS = 250.0  # of the alerts' p99
CLEAR = 0.5  # of the limit: a number whose alerts are so early is not tried again
STEP = 2.0  # from a number that held to the next, until one does not
FINE = 1.15  # a number that held and one that did not, no further apart than this, are the answer
OWN = 10_000  # connections of devices that the embedded broker takes, beside those of service and listener


class Habit(NamedTuple):
    """How vehicles report, and with how many to begin."""

    meaning: str
    hz: float
    batch: float  # s
    start: int


HABITS = (
    Habit("1 Hz, each sample at once", 1.0, 1.0, 250),
    Habit("1 Hz, ten samples in a payload", 1.0, 10.0, 2_000),
    Habit("one report in 30 s", 1 / 30, 30.0, 4_000),
)

Result = dict[str, Any]
Trial = Callable[[int], Result]


def holds(result: Result) -> bool:
    """Whether nothing was lost and alerts came in time."""
    p99 = result["alert_ms"]["p99"]
    return bool(result["held"] and p99 is not None and p99 < LIMIT_MS)


def judged(trial: Trial, rested: Callable[[], None]) -> Trial:
    """``trial`` repeated where the answer is near: what two of three say, and the slower of two that held.

    A busy machine is late now and then at any load, and in time now and then at too much. ``rested`` waits until
    what was too much has been worked off.
    """

    def tried(vehicles: int) -> Result:
        good: list[Result] = []
        bad = 0
        while len(good) < 2 and bad < 2:
            result = trial(vehicles)
            if holds(result):
                good.append(result)
                if result["alert_ms"]["p99"] < CLEAR * LIMIT_MS and not bad:
                    break
                continue
            bad += 1
            rested()
            if not result["held"]:
                return result
        return max(good, key=lambda one: one["alert_ms"]["p99"]) if bad < 2 else result

    return tried


def search(trial: Trial, start: int, most: int) -> Result | None:
    """The tally of the most vehicles tried that held, None if none did; ``bound`` if more were not tried."""
    low, best, high, count = 0, None, most + 1, min(start, most)
    while True:
        result = trial(count)
        if holds(result):
            low, best = count, result
        else:
            high = count
        if low >= most:
            return result | {"bound": True}
        if high <= max(low * FINE, low + 1):
            return best and best | {"bound": False}
        if high > most:
            count = min(most, int(low * STEP))
        else:
            count = max(1, int((low * high) ** 0.5) if low else high // 4)
            count = min(max(count, low + 1), high - 1)


def row(habit: Habit, found: Result | None) -> Result:
    """What the table says of a habit."""
    said = {"habit": habit.meaning, "vehicles": 0, "bound": False}
    if found is None:
        return said
    names = ("vehicles", "bound", "payloads_per_second", "samples_per_second", "connections", "codec")
    return said | {name: found[name] for name in (*names, "alerts_of", "alert_ms")}


def text(rows: list[Result]) -> str:
    """The table a buyer asks for."""
    head = "vehicles served with 99 % of alerts within 250 ms"
    lines = [f"{head:52} {'vehicles':>9} {'samples/s':>10} {'p99':>9}  alerts of"]
    for one in rows:
        if not one["vehicles"]:
            lines.append(f"{one['habit']:52} {'none':>9}")
            continue
        count = f"{one['vehicles']:,}{'+' if one['bound'] else ''}"
        p99 = f"{one['alert_ms']['p99']:.0f} ms"
        lines.append(f"{one['habit']:52} {count:>9} {one['samples_per_second']:>10,.0f} {p99:>9}  {one['alerts_of']}")
    served = [one for one in rows if one["vehicles"]]
    lines += [f"connections: {served[0]['connections'].split(' for')[0]}, {served[0]['codec']}"] if served else []
    lines += ["+ more were not tried"] if any(one["bound"] for one in rows) else []
    return "\n".join(lines)

"""Hours: what a commit costs the hours book once it holds a month of many drivers; ``python -m bench.hours``."""

import gc
import resource
import sys
import time

import numpy as np

from streams.fleets.fleet import Fleet, Known
from streams.hours import RULES, RuleBook
from streams.journeys.activity import DRIVE, INTERVAL, STATE
from streams.journeys.folds import UNDER_WAY
from streams.kernels.params import CLOSE, Records
from streams.pipeline.rule_set import InForce, RuleSet
from streams.records.hours_book import HoursBook

DRIVERS, DAYS, LEGS = 10_000, 28, 12  # a day: so many drives of 40 min, 10 min apart, one break of an hour
A_COMMIT = 20  # drivers whose driving begins or ends in one commit
COMMITS = 200
MONDAY = 1_748_822_400.0


class Berlin:
    """Every vehicle is in Berlin."""

    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        return Known(zone="Europe/Berlin")


def month(slots: int, days: int) -> Records:
    """Closed driving of a month, five days a week, a driver a vehicle."""
    worked = [day for day in range(days) if day % 7 < 5]
    starts = [
        day * 86_400.0 + 21_600 + leg * 3_000 + 3_000 * (leg >= LEGS // 2) for day in worked for leg in range(LEGS)
    ]
    found = np.zeros(slots * len(starts), INTERVAL)
    found["op"], found["kind"] = CLOSE, DRIVE
    found["slot"] = found["driver"] = np.repeat(np.arange(slots), len(starts))
    found["start"] = MONDAY + np.tile(starts, slots) + found["slot"] % 600
    found["end"] = found["start"] + 2_400
    return found


def filled(slots: int, days: int = DAYS, rules: str = "eu") -> tuple[HoursBook, Records]:
    """A book that holds a month of everybody."""
    fleet = Fleet(Berlin())
    fleet.slots([("fleet", f"V{slot:05}") for slot in range(slots)])
    fleet.numbers([f"D{slot:05}" for slot in range(slots)])
    in_force = InForce([RuleSet((), "", hours=RuleBook(RULES[rules]))])
    book, state = HoursBook(in_force, fleet, 0.0), np.zeros(slots, STATE)
    driven = month(slots, days)
    for some in np.array_split(driven, max(slots // 100, 1)):
        book.take(some, state, np.arange(0))
    return book, state


def commits(book: HoursBook, state: Records, chance: np.random.Generator, count: int = COMMITS) -> list[float]:
    """Seconds of CPU that each of ``count`` commits takes, in which some drivers set out."""
    taken = []
    drives = state["drive"]
    for k in range(count):
        slots = np.sort(chance.choice(state.size, A_COMMIT, replace=False))
        state["phase"][slots] = UNDER_WAY
        drives["driver"][slots] = slots
        drives["start"][slots] = MONDAY + DAYS * 86_400.0 + 20_000 + k
        drives["end"][slots] = drives["start"][slots] + 60.0
        began = time.process_time()
        book.take(np.zeros(0, INTERVAL), state, slots)
        taken.append(time.process_time() - began)
    return taken


def main(slots: int) -> None:
    filled(1)  # the time zone is worked out once
    before, began = _peak(), time.process_time()
    book, state = filled(slots)
    filling = time.process_time() - began
    held = _peak() - before
    gc.collect()
    taken = sorted(commits(book, state, np.random.default_rng(1)))
    late = np.zeros(1, INTERVAL)
    late[0] = (CLOSE, 0, 0, 0, DRIVE, MONDAY + 1_000, MONDAY + 2_000, 0)
    began = time.process_time()
    book.take(late, state, np.arange(0))
    anew = time.process_time() - began
    print(f"{slots:,} drivers with {DAYS} days, at most {held / slots:.0f} kB each; all in CPU time:")
    print(f"  all of it folded from nothing: {filling:.1f} s, {filling / slots * 1e3:.1f} ms each")
    print(
        f"  a commit in which {A_COMMIT} set out: {taken[len(taken) // 2] * 1e3:.1f} ms, at worst {taken[-1] * 1e3:.1f}"
    )
    print(f"  one whose past has changed, folded anew: {anew * 1e3:.1f} ms")


def _peak() -> int:
    """Most memory held so far, kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DRIVERS)

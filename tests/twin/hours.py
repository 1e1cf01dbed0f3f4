"""Hours: driving without a sufficient break, after docs/trips.md."""

import math
from typing import Any, NamedTuple

from .words import milliseconds, span

HOUR, MINUTE = 3600.0, 60.0


class Rule(NamedTuple):
    limit: float
    break_s: float
    parts: tuple[float, float] | None
    counts: str


RULES = {
    "eu": Rule(4.5 * HOUR, 45 * MINUTE, (15 * MINUTE, 30 * MINUTE), "driving"),
    "china": Rule(4 * HOUR, 20 * MINUTE, None, "elapsed"),
}


class Piece(NamedTuple):
    start: float
    end: float
    vehicle: Any


def episodes(driven: list[Piece], rule: Rule) -> list[dict[str, Any]]:
    """Episodes of one person from (start, end, vehicle) of everything driven."""
    found = []
    for block, ended in blocks(pieces(driven), rule):
        passed = [instant(block, rule, rule.limit + more) for more in (-15 * MINUTE, 0, 30 * MINUTE)]
        if passed[0] is None:
            continue
        start, vehicle = passed[0]
        level = sum(1 for one in passed if one is not None)
        end = block[-1].end if ended else None
        peak = sum(milliseconds(piece.start, piece.end) for piece in block) / 1000
        if rule.counts == "elapsed":
            peak = span(block[0].start, block[-1].end)
        threshold = (rule.limit + (-15 * MINUTE, 0, 30 * MINUTE)[level - 1]) / HOUR
        start = math.floor(start * 1000 + 0.5) / 1000
        row = {"vehicle": vehicle, "start": start, "end": end, "level": level}
        found.append(row | {"peak": peak / HOUR, "threshold": threshold})
    return found


def pieces(driven: list[Piece]) -> list[Piece]:
    found, until = [], -math.inf
    for start, end, vehicle in sorted(driven):
        if end > max(start, until):
            found.append(Piece(max(start, until), end, vehicle))
        until = max(until, end)
    return found


def blocks(driven: list[Piece], rule: Rule) -> list[tuple[list[Piece], bool]]:
    """The pieces between two sufficient pauses, and whether such a pause followed."""
    found: list[tuple[list[Piece], bool]] = []
    block: list[Piece] = []
    first_part = False
    for piece in driven:
        pause = span(block[-1].end, piece.start) if block else 0.0
        if block and (pause >= rule.break_s or (rule.parts and first_part and pause >= rule.parts[1])):
            found.append((block, True))
            block, first_part = [], False
        elif rule.parts and pause >= rule.parts[0]:
            first_part = True
        block.append(piece)
    return [*found, (block, False)] if block else found


def instant(block: list[Piece], rule: Rule, threshold: float) -> tuple[float, Any] | None:
    """When, and in which vehicle, the count of a block becomes greater than a threshold."""
    count = 0  # ms, so that exactly 4 h 30 is allowed
    for start, end, vehicle in block:
        if rule.counts == "elapsed":
            count = milliseconds(block[0].start, start)
        if count + milliseconds(start, end) > threshold * 1000:
            return start + max(threshold - count / 1000, 0.0), vehicle
        count += milliseconds(start, end)
    return None

"""Hours at the wheel: driving since the last sufficient break, over a driver's intervals in all vehicles."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from hashlib import blake2b
from typing import Literal, NamedTuple

ESTIMATE = "Estimated from motion and driver assignment; not a tachograph record."
Counts = Literal["driving", "elapsed"]
WINDOW_S = 28 * 86400.0  # intervals older than this play no part


class Interval(NamedTuple):
    """One stretch of driving by one person."""

    start: float  # UTC epoch s
    end: float
    slot: int  # the vehicle; of two that begin and end together the lower one comes first


@dataclass(frozen=True)
class HoursRule:
    """How long one may drive until which break; daily and weekly limits are the same rule with a longer rest.

    Levels: 1 ``notice_s`` before the limit, 2 at the limit, 3 ``severe_s`` beyond it. A count equal to the
    threshold has not passed it.
    """

    name: str
    source: str
    drive_max_s: float
    break_s: float  # off the wheel at least this long in one piece starts the count afresh
    split: tuple[float, float] | None = None  # or a break of the first length, later one of the second
    counts: Counts = "driving"  # elapsed: shorter stops count as well
    notice_s: float = 900.0
    severe_s: float = 1800.0
    kind: str = "continuous_driving"

    def thresholds(self) -> tuple[float, float, float]:
        """Count at which levels 1, 2 and 3 are passed, s."""
        return self.drive_max_s - self.notice_s, self.drive_max_s, self.drive_max_s + self.severe_s

    def version(self) -> str:
        """Name of exactly these values."""
        return blake2b(repr(astuple(self)).encode(), digest_size=6).hexdigest()


EU = HoursRule(
    "eu",
    "Regulation (EC) 561/2006, Art. 7: 45 min, or 15 min then 30 min, after 4 h 30 of driving",
    drive_max_s=4.5 * 3600,
    break_s=45 * 60,
    split=(15 * 60, 30 * 60),
)
CHINA = HoursRule(
    "china",
    "Road Traffic Safety Law Implementing Regulations, Art. 62(7): 4 h without a stop of at least 20 min",
    drive_max_s=4 * 3600,
    break_s=20 * 60,
    counts="elapsed",
)
RULES = {rule.name: rule for rule in (EU, CHINA)}


def custom(drive_h: float, break_min: float, split_min: float = 0.0, counts: Counts = "elapsed") -> HoursRule:
    """A fleet's own rule; ``split_min`` > 0 allows a break of that length and later one of the rest."""
    split = (split_min * 60, (break_min - split_min) * 60) if split_min > 0 else None
    return HoursRule("custom", "set by the fleet", drive_h * 3600, break_min * 60, split, counts)


@dataclass(frozen=True)
class Episode:
    """A count that passed level 1: it starts where it did and ends with the last driving before a sufficient break."""

    start: float  # UTC epoch s, inside an interval
    end: float | None  # None while no sufficient break is known
    reached: tuple[float, ...]  # instants at which levels 1, 2, 3 were passed, as far as they were
    counted_s: float  # the count at the end, or so far
    driving_s: float  # of which at the wheel
    slot: int  # the vehicle driven at the start

    @property
    def level(self) -> int:
        return len(self.reached)


def person(driver: int, slot: int) -> int:
    """Key of whose hours an interval counts to: the driver, or the vehicle where the driver is unknown (negative)."""
    return driver if driver >= 0 else -1 - slot


def episodes(intervals: Iterable[Interval], rule: HoursRule, until: float | None = None) -> list[Episode]:
    """The episodes of one person's driving ``intervals`` (any order; an open one goes up to its last driving).

    ``until``: nothing is driven between the last interval and this instant; None: not known.
    """
    found = []
    for block in _blocks(_pieces(intervals), rule, until):
        reached = tuple(at for at in (_crossing(block, rule, limit) for limit in rule.thresholds()) if at is not None)
        if reached:
            end = block.pieces[-1].end
            slot = next(piece.slot for piece in block.pieces if piece.end > reached[0])
            driving = sum(_ms(piece.start, piece.end) for piece in block.pieces) / 1000
            counted = driving if rule.counts == "driving" else _ms(block.pieces[0].start, end) / 1000
            found.append(Episode(reached[0], end if block.closed else None, reached, counted, driving, slot))
    return found


def deadline(intervals: Iterable[Interval], now_open: Interval, rule: HoursRule, level: int = 2) -> float:
    """Instant up to which the person of ``intervals`` may go on in ``now_open`` without passing ``level``.

    It does not depend on ``now_open.end``: a live check compares it with the interval's last driving.
    """
    endless = now_open._replace(end=now_open.start + rule.thresholds()[level - 1] + 1.0)
    others = [other for other in intervals if (other.start, other.slot) != (now_open.start, now_open.slot)]
    block = _blocks(_pieces([*others, endless]), rule, None)[-1]
    at = _crossing(block, rule, rule.thresholds()[level - 1])
    return endless.end if at is None else max(at, now_open.start)


def describe(episode: Episode, rule: HoursRule) -> str:
    """One line for a person, with what it rests on."""
    counted, limit = _hours(episode.counted_s), _hours(rule.drive_max_s)
    what = "at the wheel" if rule.counts == "driving" else "on the road"
    return (
        f"{counted} {what} without a sufficient break (limit {limit}, break {rule.break_s / 60:g} min;"
        f" {rule.source}). {ESTIMATE}"
    )


def last_break(intervals: Iterable[Interval], rule: HoursRule, before: float) -> float:
    """Last driving, ended before ``before``, that a sufficient break came after; -inf if there is none."""
    blocks = _blocks(_pieces(intervals), rule, None)
    ends = (block.pieces[-1].end for block in blocks if block.closed)
    return max((end for end in ends if end < before), default=-float("inf"))


class _Block(NamedTuple):
    """Driving between two sufficient breaks, oldest first, without overlap."""

    pieces: list[Interval]
    closed: bool


def _pieces(intervals: Iterable[Interval]) -> list[Interval]:
    """The union of ``intervals``; where two overlap, the one that began first keeps the time."""
    pieces: list[Interval] = []
    at = -float("inf")
    for interval in sorted(intervals):
        if interval.end > max(at, interval.start):
            pieces.append(interval._replace(start=max(at, interval.start)))
            at = interval.end
    return pieces


def _blocks(pieces: Sequence[Interval], rule: HoursRule, until: float | None) -> list[_Block]:
    """``pieces`` cut at every sufficient break."""
    blocks: list[_Block] = []
    current: list[Interval] = []
    first_part = False
    for k, piece in enumerate(pieces):
        current.append(piece)
        after = pieces[k + 1].start if k + 1 < len(pieces) else until
        pause = 0.0 if after is None else after - piece.end
        if _sufficient(pause, rule, first_part):
            blocks.append(_Block(current, closed=True))
            current, first_part = [], False
        elif rule.split and pause >= rule.split[0]:
            first_part = True
    return [*blocks, _Block(current, closed=False)] if current else blocks


def _sufficient(pause: float, rule: HoursRule, first_part: bool) -> bool:
    return pause >= rule.break_s or (rule.split is not None and first_part and pause >= rule.split[1])


def _crossing(block: _Block, rule: HoursRule, limit: float) -> float | None:
    """First instant at the wheel from which the count is beyond ``limit``; None: it never is."""
    began, driven, most = block.pieces[0].start, 0, _ms(0.0, limit)
    for piece in block.pieces:
        left = most - (driven if rule.counts == "driving" else _ms(began, piece.start))
        if _ms(piece.start, piece.end) > left:
            return max(piece.start + left / 1000, piece.start)
        driven += _ms(piece.start, piece.end)
    return None


def _ms(start: float, end: float) -> int:
    """Whole ms between two instants: sums of them are exact, so that 4 h 30 are not more than 4 h 30."""
    return round((end - start) * 1000)


def _hours(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min"

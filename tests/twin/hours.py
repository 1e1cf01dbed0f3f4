"""Hours: every limit of every rule set, after docs/hours.md; whole ms, one limit after another, nothing remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from .words import milliseconds

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
NEVER = 10**18


class Piece(NamedTuple):
    """Driving, or standing with the ignition on, in s; once it is a piece, in ms."""

    start: Any
    end: Any
    vehicle: Any
    zone: str = "UTC"
    passenger: bool = False
    sparse: bool = False
    idle: bool = False


@dataclass(frozen=True)
class Limit:
    most: int
    notice: int
    severe: int
    elapsed: bool = False
    rest: int = NEVER
    split: tuple[int, int] = (NEVER, NEVER)
    reduced: tuple[int, int, int] = (NEVER, 0, NEVER)  # length, times, what renews them
    extended: tuple[int, int] = (0, 0)  # limit, times a week
    within: int = 0
    weeks: int = 0
    days: int = 0
    off: int = 0  # standing with the ignition on counts in stops shorter than this
    rolling: int = 0
    night: bool = False
    passenger: bool = False


def coach(only: bool) -> dict[str, Limit]:
    return {
        "night_continuous": Limit(2 * HOUR, 15 * MINUTE, 30 * MINUTE, True, 20 * MINUTE, night=True, passenger=only),
        "daily_driving": Limit(8 * HOUR, 30 * MINUTE, HOUR, rolling=24 * HOUR, passenger=only),
        "weekly_driving": Limit(44 * HOUR, 2 * HOUR, 4 * HOUR, rolling=7 * DAY, passenger=only),
    }


def america(hours: int, days: int) -> dict[str, Limit]:
    return {
        "continuous_driving": Limit(8 * HOUR, 15 * MINUTE, 30 * MINUTE, rest=30 * MINUTE),
        "daily_driving": Limit(11 * HOUR, 30 * MINUTE, HOUR, rest=10 * HOUR),
        "duty_window": Limit(14 * HOUR, HOUR, HOUR, True, rest=10 * HOUR),
        "weekly_driving": Limit(hours * HOUR, 2 * HOUR, 4 * HOUR, rest=34 * HOUR, days=days, off=7 * HOUR),
    }


CHINA = Limit(4 * HOUR, 15 * MINUTE, 30 * MINUTE, True, 20 * MINUTE)
RULES: dict[str, dict[str, Limit]] = {
    "eu": {
        "continuous_driving": Limit(
            4 * HOUR + 30 * MINUTE, 15 * MINUTE, 30 * MINUTE, rest=45 * MINUTE, split=(15 * MINUTE, 30 * MINUTE)
        ),
        "daily_driving": Limit(9 * HOUR, 30 * MINUTE, HOUR, rest=9 * HOUR, extended=(10 * HOUR, 2)),
        "duty_window": Limit(
            *(13 * HOUR, HOUR, HOUR, True),
            rest=11 * HOUR,
            split=(3 * HOUR, 9 * HOUR),
            reduced=(9 * HOUR, 3, 24 * HOUR),
            within=24 * HOUR,
        ),
        "weekly_driving": Limit(56 * HOUR, 2 * HOUR, 4 * HOUR, weeks=1),
        "fortnight_driving": Limit(90 * HOUR, 4 * HOUR, 10 * HOUR, weeks=2),
        "weekly_rest": Limit(144 * HOUR, 12 * HOUR, 3 * HOUR, True, 45 * HOUR, reduced=(24 * HOUR, 1, 45 * HOUR)),
    },
    "china": {"continuous_driving": CHINA} | coach(only=True),
    "china_passenger": {"continuous_driving": CHINA} | coach(only=False),
    "us_60_7": america(60, 7),
    "us_70_8": america(70, 8),
}


def episodes(driven: list[Piece], rule: str) -> list[dict[str, Any]]:
    """Episodes of one person from everything driven."""
    at_wheel = pieces([one for one in driven if not one.idle])
    found_ = []
    for kind, limit in RULES[rule].items():
        found_ += found(kind, limit, on_duty(at_wheel, driven, limit.off) if limit.off else at_wheel)
    return found_


def on_duty(at_wheel: list[Piece], driven: list[Piece], off: int) -> list[Piece]:
    """The driving, and in each stop shorter than ``off`` between two drives what was stood with the ignition on."""
    stood = pieces([one for one in driven if one.idle])
    counted = list(at_wheel)
    for before, after in pairwise(at_wheel):
        if after.start - before.end < off:
            for one in stood:
                start, end = max(one.start, before.end), min(one.end, after.start)
                if start < end:
                    counted.append(after._replace(start=start, end=end, idle=True))
    return sorted(counted)


def pieces(driven: list[Piece]) -> list[Piece]:
    """What was driven, without overlap: the earlier one keeps the time."""
    kept: list[Piece] = []
    for one in sorted(driven):
        start, end = milliseconds(0, one.start), milliseconds(0, one.end)
        start = max([start, *(before.end for before in kept)])
        if end > start:
            kept.append(one._replace(start=start, end=end))
    return kept


def found(kind: str, limit: Limit, driven: list[Piece]) -> list[dict[str, Any]]:
    counted = [piece for piece in driven if piece.passenger or not limit.passenger]
    if limit.night:
        counted = at_night(counted)
    if limit.weeks or limit.days:
        blocks = by_calendar(counted, limit)
    elif limit.rolling:
        blocks = by_window(counted, limit)
    else:
        blocks = by_rest(counted, limit)
    rows = []
    for number, block in enumerate(blocks):
        row = passed(limit, block)
        if row:
            end = max(one.end for one in block.pieces if not one.idle) / 1000 if number < len(blocks) - 1 else None
            rows.append(row | {"kind": kind, "end": end})
    return rows


class Block(NamedTuple):
    """Pieces counted together, with the limit that held at each, and what was driven before that counts too."""

    pieces: list[Piece]
    most: list[int]
    before: list[Piece]


def passed(limit: Limit, block: Block) -> dict[str, Any] | None:
    """When the levels were passed; None if none was."""
    reached: list[tuple[int, int, Any]] = []
    for number, (piece, most) in enumerate(zip(block.pieces, block.most, strict=True)):
        if piece.idle:
            continue
        for threshold in (most - limit.notice, most, most + limit.severe)[len(reached) :]:
            at = instant(limit, block, number, threshold)
            if at is None:
                break
            reached.append((at, threshold, piece.vehicle))
    if not reached:
        return None
    return {
        "vehicle": reached[0][2],
        "start": reached[0][0] / 1000,
        "level": len(reached),
        "peak": max(count(limit, block, piece.end) for piece in block.pieces if not piece.idle) / HOUR,
        "threshold": reached[-1][1] / HOUR,
        "sparse": any(piece.sparse for piece in block.pieces),
    }


def count(limit: Limit, block: Block, at: int) -> int:
    """The count at an instant at the wheel."""
    if limit.elapsed:
        return at - block.pieces[0].start
    since = at - limit.rolling if limit.rolling else -NEVER
    return sum(max(min(one.end, at) - max(one.start, since), 0) for one in [*block.before, *block.pieces])


def instant(limit: Limit, block: Block, number: int, threshold: int) -> int | None:
    """First instant in a piece from which the count is greater; between turns it rises with time, or stands still."""
    piece = block.pieces[number]
    turns = {piece.start, piece.end}
    if limit.rolling:
        edges = [edge for one in [*block.before, *block.pieces] for edge in (one.start, one.end)]
        turns |= {edge + limit.rolling for edge in edges if piece.start < edge + limit.rolling < piece.end}
    ordered = sorted(turns)
    for start, end in pairwise(ordered):
        if count(limit, block, end) > threshold:
            return start + max(threshold - count(limit, block, start), 0)
    return None


def by_rest(driven: list[Piece], limit: Limit) -> list[Block]:
    """Cut at every rest that is long enough."""
    length, times, renews = limit.reduced
    blocks: list[Block] = []
    first_part, taken = False, 0
    extended: dict[int, int] = {}
    for number, piece in enumerate(driven):
        pause = piece.start - driven[number - 1].end if number else NEVER
        enough = pause >= limit.rest or (first_part and pause >= limit.split[1])
        if not enough and pause >= length and taken < times:
            enough, taken = True, taken + 1
        if pause >= renews:
            taken = 0
        if number == 0 or enough:
            if blocks:
                drove = sum(one.end - one.start for one in blocks[-1].pieces)
                week = monday(blocks[-1].pieces[0].start)
                extended[week] = extended.get(week, 0) + (drove > limit.most)
            blocks.append(Block([], [], []))
            first_part = False
        elif pause >= limit.split[0]:
            first_part = True
        most = limit.most
        if extended.get(monday((blocks[-1].pieces or [piece])[0].start), 0) < limit.extended[1]:
            most = limit.extended[0]
        if limit.within:
            shortest = [limit.rest] + [length] * (taken < times) + [limit.split[1]] * first_part
            most = limit.within - min(shortest)
        blocks[-1].pieces.append(piece)
        blocks[-1].most.append(most)
    return blocks


def by_calendar(driven: list[Piece], limit: Limit) -> list[Block]:
    """A block a week or day, and what was driven in those counted with it since a rest long enough."""
    blocks: list[Block] = []
    now, last, since = None, None, 0
    cut = [part for piece in driven for part in at_midnights(piece, "UTC" if limit.weeks else piece.zone)]
    for number, (part, day) in enumerate(cut):
        period = (day + 3) // 7 if limit.weeks else day
        rested = last is not None and part.start - last >= limit.rest
        if rested:
            since = number
        if rested or period != now:
            oldest = period - (limit.weeks or limit.days)
            before = [one for one, d in cut[since:number] if ((d + 3) // 7 if limit.weeks else d) > oldest]
            blocks.append(Block([], [], before))
        blocks[-1].pieces.append(part)
        blocks[-1].most.append(limit.most)
        now, last = period, part.end
    return blocks


def by_window(driven: list[Piece], limit: Limit) -> list[Block]:
    """Cut where, after a pause, the count has fallen twice the notice below the limit."""
    blocks: list[Block] = []
    for number, piece in enumerate(driven):
        before = driven[:number]
        if not blocks:
            blocks.append(Block([], [], before))
        elif piece.start > driven[number - 1].end:
            at_start = count(limit, Block([], [], before), piece.start)
            if at_start <= limit.most - 2 * limit.notice:
                blocks.append(Block([], [], before))
        blocks[-1].pieces.append(piece)
        blocks[-1].most.append(limit.most)
    return blocks


def at_night(driven: list[Piece]) -> list[Piece]:
    """The parts from 22 to 6 by the clock of the vehicle's fleet."""
    parts = []
    for piece in driven:
        edges = {piece.start, piece.end}
        for part, day in at_midnights(piece, piece.zone):
            here = {shows(day, 6, piece.zone), shows(day, 22, piece.zone), part.start}
            edges |= {edge for edge in here if piece.start < edge < piece.end}
        ordered = sorted(edges)
        for start, end in pairwise(ordered):
            if not 6 <= datetime.fromtimestamp(start / 1000, ZoneInfo(piece.zone)).hour < 22:
                parts.append(piece._replace(start=start, end=end))
    return parts


def at_midnights(piece: Piece, zone: str) -> list[tuple[Piece, int]]:
    """A piece by local day, with the number of the day since 1970-01-01."""
    parts, at = [], piece.start
    while at < piece.end:
        local = datetime.fromtimestamp(at / 1000, ZoneInfo(zone))
        day = (local.date() - datetime(1970, 1, 1).date()).days
        end = min(shows(day + 1, 0, zone), piece.end)
        parts.append((piece._replace(start=at, end=end), day))
        at = end
    return parts


def shows(day: int, hour: int, zone: str) -> int:
    """When the local clock shows a full hour of a day, in ms."""
    midnight = datetime(1970, 1, 1) + timedelta(days=day)
    return round(midnight.replace(hour=hour, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def monday(at: int) -> int:
    """Number of the UTC week of an instant."""
    return (at // DAY + 3) // 7

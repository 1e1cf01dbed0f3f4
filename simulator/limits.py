"""Limits: how long one may be at the wheel by the law of the land, as far as it is on the answer sheet, as data."""

from dataclasses import dataclass
from typing import NamedTuple

DAY = 24.0  # h


class Reduced(NamedTuple):
    """A shorter rest that counts as a whole one, so many times until one of ``renewed`` h."""

    least: float  # h
    times: int
    renewed: float  # h


@dataclass(frozen=True)
class Limit:
    """One limit, in h; it counts from rest to rest unless it has ``weeks``, ``days`` or a ``window``.

    It is on the sheet from ``notice`` before it on (level 1), beyond it (2) and ``beyond`` further (3): an episode
    begins where level 1 is passed, as docs/hours.md defines it.
    """

    kind: str
    most: float
    notice: float
    beyond: float
    cause: str
    rest: float = float("inf")  # off the wheel so long starts a count afresh
    split: tuple[float, float] | None = None  # or so long, and later so long
    reduced: Reduced | None = None
    elapsed: bool = False  # stops count as well
    extended: float = 0.0  # allowed instead, twice a week
    within: float = 0.0  # the rest that is due must be over so long after the last
    weeks: int = 0  # Monday to Sunday, UTC: the current one and those before it
    days: int = 0  # by the local clock, on duty: standing with the ignition on between two drives counts too
    window: float = 0.0  # any so many hours
    night: bool = False  # only from 22 to 6 by the local clock
    passengers: bool = False  # only buses


EU = (  # Regulation (EC) 561/2006, Art. 6 to 8
    Limit("continuous_driving", 4.5, 0.25, 0.5, "no break", rest=0.75, split=(0.25, 0.5)),
    Limit("daily_driving", 9.0, 0.5, 1.0, "long day", rest=9.0, extended=10.0),
    Limit(
        "duty_window", 13.0, 1.0, 1.0, "no long rest in time", rest=11.0, split=(3.0, 9.0),
        reduced=Reduced(9.0, 3, 24.0), elapsed=True, within=24.0,
    ),
    Limit("weekly_driving", 56.0, 2.0, 4.0, "long week", weeks=1),
    Limit("fortnight_driving", 90.0, 4.0, 10.0, "two long weeks", weeks=2),
    Limit(
        "weekly_rest", 144.0, 12.0, 3.0, "no weekly rest", rest=45.0, reduced=Reduced(24.0, 1, 45.0), elapsed=True
    ),
)  # fmt: skip
CHINA = (  # Road Traffic Safety Law Implementing Regulations, Art. 62(7); code for passenger transport, Art. 38
    Limit("continuous_driving", 4.0, 0.25, 0.5, "no break", rest=1 / 3, elapsed=True),
    Limit(
        "night_continuous", 2.0, 0.25, 0.5, "no break at night", rest=1 / 3, elapsed=True, night=True, passengers=True
    ),
    Limit("daily_driving", 8.0, 0.5, 1.0, "long day", window=DAY, passengers=True),
    Limit("weekly_driving", 44.0, 2.0, 4.0, "long week", window=7 * DAY, passengers=True),
)
_DAY = (  # 49 CFR 395.3(a)
    Limit("continuous_driving", 8.0, 0.25, 0.5, "no break", rest=0.5),
    Limit("daily_driving", 11.0, 0.5, 1.0, "long day", rest=10.0),
    Limit("duty_window", 14.0, 1.0, 1.0, "no long rest in time", rest=10.0, elapsed=True),
)
US_70_8 = (*_DAY, Limit("weekly_driving", 70.0, 2.0, 4.0, "long week", rest=34.0, days=8))  # 395.3(b)(2), (c)(2)
US_60_7 = (*_DAY, Limit("weekly_driving", 60.0, 2.0, 4.0, "long week", rest=34.0, days=7))  # 395.3(b)(1), (c)(1)
LAWS = {"eu": EU, "china": CHINA, "us_70_8": US_70_8, "us_60_7": US_60_7}
BY_COUNTRY = {"CN": "china", "US": "us_70_8"}  # others: the EU's

"""Ailments: what wears out or leaks in engine, electrics and brakes, how fast, how often, and until when."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

HEAVY, ALL = ("truck", "bus"), ("car", "van", "truck", "bus")
DAY, YEAR = 86_400.0, 365.0
(
    COOLANT_LEAK,
    THERMOSTAT_SHUT,
    THERMOSTAT_OPEN,
    ALTERNATOR_FAILS,
    BATTERY_TIRED,
    OIL_LEAK,
    BRAKE_AIR_LEAK,
    LINING_WORN,
) = range(8)


class Ailing(NamedTuple):
    """A kind of ailment; all numbers but codes of SAE J2012 are ours."""

    meaning: str
    code: str  # that the control unit sets
    hours: float  # until it is at its worst
    days: float  # until it is mended
    yearly: float  # times a vehicle and year
    classes: tuple[str, ...] = ALL


AILMENTS = {  # P codes: SAE J2012; C codes: J2012 leaves C1xxx to makers
    "coolant_leak": Ailing("coolant leaks until the engine runs hot", "P2560", 5.0, 1.0, 0.05),
    "thermostat_shut": Ailing("the thermostat closes for good: the engine runs hot", "P0217", 3.0, 1.0, 0.02),
    "thermostat_open": Ailing("the thermostat stays open: the engine stays cold", "P0128", 3.0, 3.0, 0.03),
    "alternator_fails": Ailing("the alternator gives less and less, then nothing", "P0562", 3.0, 1.0, 0.04),
    "battery_tired": Ailing("the battery breaks down when the engine is started", "P0561", 6.0, 3.0, 0.06),
    "oil_leak": Ailing("oil is lost until the pump draws air", "P0524", 4.0, 1.0, 0.02),
    "brake_air_leak": Ailing("brakes lose more air than the compressor gives", "C1101", 3.0, 1.0, 0.08, HEAVY),
    "lining_worn": Ailing("a brake grips for good and wears its lining off", "C1102", 6.0, 3.0, 0.06),
}
PLACES = {kind: place for place, kind in enumerate(AILMENTS)}
LONGEST = ceil(max(known.days for known in AILMENTS.values())) + 1  # days on which what began by chance may go on


class Ailment(NamedTuple):
    """One vehicle's, from ``start`` on (s) until it is mended at ``end``, at its worst after ``hours``."""

    kind: str  # of AILMENTS
    start: float
    end: float
    hours: float

    def severity(self, t: Floats) -> Floats:
        """How far it has come at ``t``, 0 to 1."""
        grown = np.minimum((t - self.start) / (3_600 * self.hours), 1.0)
        return np.where((t >= self.start) & (t < self.end), grown, 0.0)


def ailment(kind: str, at: float, options: Mapping[str, Any]) -> Ailment:
    """Of an event of a scenario, from ``at`` s after the window begins on."""
    known = AILMENTS[kind]
    lasts, hours = (float(options.get(name, usual)) for name, usual in (("days", known.days), ("hours", known.hours)))
    return Ailment(kind, at, at + DAY * lasts, hours)


def ordinary(seed: int, number: int, klass: str, day: int, seconds: float, rate: float) -> Iterator[Ailment]:
    """What begins by chance on a day of vehicle ``number``, ``rate`` times as often as usual."""
    draws = np.random.default_rng([seed, 24, number, day]).random((len(AILMENTS), 2))
    for (kind, known), (chance, when) in zip(AILMENTS.items(), draws, strict=True):
        if klass in known.classes and chance < rate * known.yearly / YEAR:
            yield ailment(kind, float(when * seconds), {})


def recent(seed: int, number: int, klass: str, day: int, seconds: float, rate: float) -> Iterator[tuple[int, Ailment]]:
    """What has begun by chance so lately that it, or what began while it did, may go on on a ``day``, with its day."""
    for before in range(max(day - 2 * LONGEST, 0), day + 1):
        for one in ordinary(seed, number, klass, before, seconds, rate):
            yield before, one


def lasting(begun: Iterable[tuple[int, Ailment]], day: int, begins: Callable[[int], float]) -> Iterator[Ailment]:
    """What is not mended yet on a ``day``, of what has ``begun``, each with the day on which it did.

    What begins while the same goes on is no other.
    """
    since = [(begins(day) - begins(before), one) for before, one in begun if before <= day]
    known = sorted((one._replace(start=one.start - gone, end=one.end - gone) for gone, one in since), key=_start)
    for k, one in enumerate(known):
        if one.end > 0 and not any(other.kind == one.kind and one.start < other.end for other in known[:k]):
            yield one


def _start(one: Ailment) -> float:
    return one.start


def severities(ills: Iterable[Ailment], t: Floats) -> Floats:
    """(ailments, n) how far each has come at ``t``."""
    grown = np.zeros((len(AILMENTS), len(t)))
    for one in ills:
        row = PLACES[one.kind]
        grown[row] = np.maximum(grown[row], one.severity(t))
    return grown

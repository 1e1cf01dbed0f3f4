"""Perils: how often each cover's claims really come, by class, days, km and the driver's traits - the truth itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

from simulator.drivers import Driver

HEADWAY, PACE, SMOOTH, HOURS = 1.55, 0.97, 0.6, 1.6  # of the middle driver; h at the wheel since a break, on average
NIGHT = 1.0  # how much more a km of a shift begun in the night claims; see ``relativity``
HARM = {"headway": 0.6, "unsmooth": 0.9}  # elasticity; log for all of smoothness; ours
CRASHES = 1 / 4_000  # that are seen in the samples, a day of the middle driver; ours
OF_A_CRASH = {  # chance that such a crash is a claim of a cover; ours
    "own_damage": 1.0,
    "tpl_property": 0.5,
    "compulsory": 0.3,
    "cargo": 0.25,
    "tpl_injury": 0.1,
    "occupants": 0.1,
}


@dataclass(frozen=True)
class Peril:
    """A cover's claims: ``per_day`` of the vehicle, driven or not, and ``per_km`` of the middle driver, of a car.

    Ours, so that frequency times mean cost is about the pure premium of the illustrative tariff. ``speed``: 2 for
    injury (crashes with injured grow with the square of speed: the power model of Nilsson, as in Cameron & Elvik 2010)
    and 1.5 for damage (ours).
    """

    cover: str
    per_day: float
    per_km: float
    speed: float  # exponent of the chosen speed
    at_fault: float  # share of claims in which the driver is at fault; 1 where the cover pays for nothing else
    class_day: Mapping[str, float]
    class_km: Mapping[str, float]


_DAY = {"car": 1.0, "van": 1.3, "truck": 2.2, "bus": 2.5}
_KM = {"car": 1.0, "van": 1.17, "truck": 1.63, "bus": 1.85}
PERILS = {
    peril.cover: peril
    for peril in (
        Peril("compulsory", 0.0, 2.5e-6, 1.5, 1.0, _DAY, _KM),
        Peril("tpl_injury", 3.6e-6, 0.36e-6, 2.0, 1.0, _DAY, _KM),
        Peril("tpl_property", 19e-6, 1.86e-6, 1.5, 1.0, _DAY, _KM),
        Peril("own_damage", 71e-6, 2.58e-6, 1.5, 0.6, _DAY, _KM),
        Peril(
            "cargo", 5.7e-6, 0.114e-6, 1.5, 0.5,
            _DAY | {"van": 2.5, "truck": 6.0, "bus": 1.0}, _KM | {"van": 2.5, "truck": 5.25, "bus": 1.0},
        ),
        Peril(
            "occupants", 2e-6, 0.2e-6, 2.0, 0.7,
            _DAY | {"van": 1.0, "truck": 0.83, "bus": 7.5}, _KM | {"van": 0.83, "truck": 0.42, "bus": 3.8},
        ),
    )
}  # fmt: skip


def relativity(driver: Driver, peril: Peril, frailty: bool = True) -> float:
    """Claims a km of this driver against the middle one of no frailty, in a depot like others.

    ``(1.55 / headway)^0.6 (pace / 0.97)^speed exp(0.9 (0.6 - smooth)) (1 + 1.6 fatigue) / 1.128 (1 + night)``, times
    ``frailty`` and ``discipline``. Elasticities are ours, of a size that the roughest have about five times the claims
    of the calmest; of three groups of novices the riskiest had ten times the crashes and near crashes a km of the
    safest (Guo et al. 2013), and g-force events and crashes go together with r = 0.60 (Simons-Morton et al. 2012). A km
    at night has twice the claims of one by day (ours; occupants killed a mile: about three times, Varghese & Shankar
    2007).
    """
    found: float = (HEADWAY / driver.headway) ** HARM["headway"] * (driver.pace / PACE) ** peril.speed
    found *= exp(HARM["unsmooth"] * (SMOOTH - driver.smooth))
    found *= (1 + HOURS * driver.fatigue) / (1 + HOURS * 0.08) * (1 + NIGHT * driver.night)
    return found * driver.frailty * driver.discipline if frailty else found


def expected(driver: Driver, klass: str, cover: str, days: float, km: float, frailty: bool = True) -> float:
    """True mean of claims in so many days and km: ``days a F + km b G relativity``; linear, so it may be cut anywhere.

    Linear in km: once drivers' own differences are out, frequency is in proportion to km (Boucher & Turcotte 2020).
    """
    peril = PERILS[cover]
    return standing(peril, klass) * days + running(peril, klass) * km * relativity(driver, peril, frailty)


def standing(peril: Peril, klass: str) -> float:
    """Claims a day, whoever drives: hail, theft, glass, what happens in the yard."""
    return peril.per_day * peril.class_day[klass]


def running(peril: Peril, klass: str) -> float:
    """Claims a km of the middle driver."""
    return peril.per_km * peril.class_km[klass]


def covers(klass: str) -> tuple[str, ...]:
    """Those a vehicle of a class has: cargo with goods, occupants with people."""
    carries = "cargo" if klass in ("van", "truck") else "occupants"
    return ("compulsory", "tpl_injury", "tpl_property", "own_damage", carries)

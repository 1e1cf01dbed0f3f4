"""Tariff: every number a premium or a score is made with, dated and named by its hash."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pricing.bonus_malus import BonusMalus, Rule
from pricing.canonical import digest, text
from pricing.factors import Factor
from pricing.peers import Peers
from pricing.profile import Profile

CLASSES = ("car", "van", "truck", "bus")  # UNECE M1, N1, N2 and N3, M2 and M3
COVERS = ("compulsory", "tpl_injury", "tpl_property", "own_damage", "cargo", "occupants")
SUBJECTS = ("driver", "vehicle")
STATUSES = ("illustrative", "filed")
UNSAID: tuple[Any, ...] = (None, {}, [])  # of what a tariff need not say nothing is part of its hash


@dataclass(frozen=True)
class Behaviour:
    """One term of the score: weighted counts or km over an exposure, and what claims make of them."""

    name: str
    counts: tuple[tuple[str, float], ...]  # columns of exposure and their weights, never falling
    exposure: str  # column in which the behaviour could be seen at all
    per: float  # exposure that a rate is stated for
    unit: str
    beta: float  # elasticity of claim frequency to the rate, >= 0
    k: float  # exposure of half credibility, in the exposure's unit
    spread: float  # coefficient of variation of the true rate between drivers of a class
    controllable: bool  # by the person or the fleet: counts for coaching
    subjects: tuple[str, ...]
    means: Mapping[str, float]  # rate by vehicle class
    one_sided: bool = (
        False  # only what was seen counts: silence earns nothing where devices cannot say that all is well
    )

    def mean(self, klass: str | None) -> float:
        """Mean rate of a class; of a vehicle whose class is not known, the plain mean over classes."""
        return self.means.get(klass or "") or sum(self.means.values()) / len(self.means)

    @property
    def prior(self) -> float:
        """Variance of its part of the linear predictor before anything was observed, the true rate lognormal.

        0 of one that can only be seen, and never be seen to be absent: no score waits for it to be credible.
        """
        return 0.0 if self.one_sided else self.beta**2 * math.log1p(self.spread**2)


@dataclass(frozen=True)
class Scale:
    """How a relativity becomes a score: ``base - points * ln(r) / ln(ratio)``."""

    base: float
    points: float
    ratio: float
    interval: float  # probability of the interval shown
    provisional: float  # credibility below which a score is provisional
    memory: float = math.inf  # weeks after which what was seen counts half

    @property
    def per_eta(self) -> float:
        """Points for one of ln(relativity)."""
        return self.points / math.log(self.ratio)


@dataclass(frozen=True)
class Loads:
    """From pure premium to premium."""

    off_balance: Decimal
    fixed_per_day: Decimal  # a vehicle and cover
    variable: Decimal  # share of the premium: commission, handling
    profit: Decimal


@dataclass(frozen=True)
class Levy:
    """A tax or levy on a premium, which is no part of it."""

    name: str
    rate: Decimal  # of the premium
    covers: tuple[str, ...]


@dataclass(frozen=True)
class Prior:
    """What claims are held against at a renewal: how much fleets and vehicles differ, and what a claim costs."""

    fleet: Decimal  # variance of a fleet's effect, V_R
    vehicle: Decimal  # of a vehicle's inside its fleet, V_S
    claim: Mapping[str, Decimal]  # mean amount of a claim by cover


@dataclass(frozen=True)
class Cover:
    """Base rates of a cover by vehicle class and the factors that apply to it, in order."""

    name: str
    per_day: Mapping[str, Decimal]
    per_km: Mapping[str, Decimal]
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class Tariff:
    """All of it; ``tariff_id`` names exactly these numbers."""

    name: str
    status: str
    currency: str
    valid_from: date
    rules: str  # rule set under which pricing reads events
    rounding: str
    loads: Loads
    caps: Mapping[str, tuple[Decimal, Decimal]]  # by factor, and ``change`` against the previous premium
    scale: Scale
    behaviours: tuple[Behaviour, ...]
    covers: Mapping[str, Cover]
    valid_to: date | None = None  # excluded; None: until another begins
    profile: Profile | None = None  # the jurisdiction whose rules it keeps
    discretion: Decimal | None = None  # insurer's own coefficient before own driving, where the profile has windows
    mean: tuple[Decimal, Decimal] | None = None  # what the portfolio's mean coefficient must keep to
    minimum: Mapping[str, Decimal] = field(default_factory=dict)  # least premium a vehicle and day by cover
    levies: tuple[Levy, ...] = ()
    prior: Prior | None = None  # None: the experience coefficient is the underwriter's
    peers: Peers | None = None  # None: no score is held against others
    complement: bool | None = None  # the off-balance works on what credibility leaves to the class; None: on all
    bonus_malus: tuple[Rule, ...] = ()  # where a scale is the experience

    @cached_property
    def scoring(self) -> str:
        """First digits of the sha256 over all that makes a score."""
        return digest(text(_plain((self.scale, self.behaviours))))[:16]

    def coefficient(self, cover: str) -> Profile | None:
        """The profile in whose window the insurer's coefficient is kept, own driving in it, on the whole premium."""
        return self.profile if self.profile and self.profile.windows and cover != "compulsory" else None

    def record(self, cover: str, klass: str) -> BonusMalus | None:
        """The bonus-malus scale of a cover of a vehicle class, whose coefficient is on the whole premium; if any."""
        named = (rule.scale for rule in self.bonus_malus if cover in rule.covers and klass in rule.classes)
        return next(named, None)

    @cached_property
    def digest(self) -> str:
        """sha256 over the canonical content: numbers and names, not comments, order of keys or layout."""
        return digest(text(self.content()))

    @cached_property
    def tariff_id(self) -> str:
        """Name and the first 8 digits of the digest."""
        return f"{self.name}+{self.digest[:8]}"

    def content(self) -> dict[str, Any]:
        """Everything that makes a premium, the numbers of the factors in use included, ready for JSON."""
        content: dict[str, Any] = _plain(self)
        return {name: said for name, said in content.items() if said not in UNSAID}


def _plain(value: Any) -> Any:
    """``value`` as JSON can say it, a number always the same way."""
    if isinstance(value, Factor):
        return {
            "name": value.name,
            "base": _plain(value.base),
            "points": _plain(value.points),
            "levels": _plain(value.levels),
        }
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value if value is None or isinstance(value, str | bool) else str(value)

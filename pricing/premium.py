"""Premium: what one vehicle pays for one cover and period, with every step that made it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.ids import identify
from pricing.ladder import Step

KINDS = ("indicated", "charged", "adjustment", "offer", "answer")
INDICATED, CHARGED, ADJUSTMENT, OFFER, ANSWER = KINDS


@dataclass(frozen=True)
class Risk:
    """What is insured: a vehicle, a cover and a period, and what is known of it; NaN or None is not known.

    Field names are the covariates of the factors.
    """

    fleet_id: str
    vehicle_id: str
    policy_id: str
    cover: str
    valid_from: date
    valid_to: date  # excluded
    klass: str
    use: str | None = None
    mass_t: float = float("nan")
    vehicle_age: float = float("nan")  # years
    annual_km: float = float("nan")  # declared
    sum_insured: float = float("nan")
    deductible: float = float("nan")
    limit: float = float("nan")
    experience: float = float("nan")  # claims coefficient
    previous: Decimal | None = None  # premium of the same cover for a period as long as this one
    energy: str | None = None  # one of pricing.profile.ENERGIES
    inception: date | None = None  # when its policy began, if not with the period
    jurisdiction: str | None = None  # of its fleet, two letters

    @property
    def begun(self) -> date:
        """The day whose rules hold: that on which the policy began."""
        return self.inception or self.valid_from

    @property
    def use_mass(self) -> str | None:
        """Use and permitted mass together; None unless both are known."""
        return use_mass(self.use, self.mass_t)


def use_mass(use: str | None, mass_t: float | None) -> str | None:
    """Use and permitted mass together; None unless both are known."""
    return None if use is None or mass_t is None or mass_t != mass_t else f"{use} {mass_t:.10g}"


@dataclass(frozen=True)
class Premium:
    """One row of the premiums table."""

    premium_id: str
    fleet_id: str
    vehicle_id: str
    policy_id: str
    cover: str
    valid_from: date
    valid_to: date
    kind: str
    amount: Decimal
    currency: str
    tariff_id: str
    status: str
    days: int
    km_measured: float
    km_gap: float
    credibility: float | None  # of the telematics relativity; None: the cover has none
    caps: str | None  # names of the caps that bound, comma separated
    factors: tuple[Step, ...]

    def row(self) -> dict[str, Any]:
        """The row with its steps as dicts."""
        return {**vars(self), "factors": [step._asdict() for step in self.factors]}


def premium_id(risk: Risk, kind: str, digest: str) -> str:
    """Id of a premium: its subject, cover, period, kind and tariff; rating again overwrites it."""
    period = (risk.valid_from.isoformat(), risk.valid_to.isoformat())
    return identify(risk.fleet_id, risk.vehicle_id, risk.policy_id, risk.cover, *period, kind, digest)

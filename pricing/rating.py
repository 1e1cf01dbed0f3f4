"""Rating: a risk, its exposure and a tariff make a premium, step by step in exact decimals."""

from decimal import Decimal
from functools import lru_cache

from pricing.bonus_malus import BonusMalus
from pricing.exposure import Exposure, vehicle_days
from pricing.factors import experience, telematics
from pricing.factors.base import Factor
from pricing.ladder import GAP, PREMIUM, RUNNING, STANDING, TELEMATICS, Ladder
from pricing.levies import levies
from pricing.money import CENT, PLACES, decimal, micro
from pricing.premium import INDICATED, Premium, Risk, premium_id
from pricing.profile import Profile, ProfileError, Window
from pricing.score import Score, score
from pricing.tariff import Cover, Tariff

ONE = Decimal(1)
WHOLE = (telematics.FACTOR.name, experience.FACTOR.name)  # on the whole premium where a profile has a coefficient


class RatingError(ValueError):
    """A risk the tariff has no rate for."""


def rate(risk: Risk, exposure: Exposure, tariff: Tariff, own: Score | None = None, kind: str = INDICATED) -> Premium:
    """Premium of ``risk`` for its period.

    ``exposure`` is the vehicle's in that period. ``own`` is its score, from as long a history as there is; without
    it, from ``exposure``. Days count by the calendar: a parked vehicle earns its standing premium.
    """
    cover = cover_of(risk, tariff)
    own = own or score({risk.klass: exposure}, tariff, "vehicle")
    sheet = Sheet(risk, cover, tariff)
    days = vehicle_days(risk.valid_from, risk.valid_to)
    sheet.standing(days)
    if cover.per_km[risk.klass]:
        sheet.running(exposure, own)
    amount = sheet.premium(days, own)
    return Premium(
        premium_id=premium_id(risk, kind, tariff.digest),
        fleet_id=risk.fleet_id,
        vehicle_id=risk.vehicle_id,
        policy_id=risk.policy_id,
        cover=risk.cover,
        valid_from=risk.valid_from,
        valid_to=risk.valid_to,
        kind=kind,
        amount=amount,
        currency=tariff.currency,
        tariff_id=tariff.tariff_id,
        status=tariff.status,
        days=days,
        km_measured=exposure["km_measured"],
        km_gap=exposure["km_gap"],
        credibility=own.credibility if sheet.drives else None,
        caps=", ".join(sheet.bound) or None,
        factors=(*sheet.ladder.steps, *levies(tariff, risk.cover, amount)),
    )


def cover_of(risk: Risk, tariff: Tariff) -> Cover:
    """The cover that is asked for; ``RatingError`` if the tariff has no rate for it."""
    if risk.cover not in tariff.covers:
        raise RatingError(f"{risk.vehicle_id}: {tariff.tariff_id} does not insure {risk.cover!r}")
    if tariff.profile is not None:
        _ours(risk, tariff.profile)
    cover = tariff.covers[risk.cover]
    if risk.klass not in cover.per_day:
        raise RatingError(f"{risk.vehicle_id}: {tariff.tariff_id} has no rate for the vehicle class {risk.klass!r}")
    _on_scale(risk, tariff)
    return cover


def _ours(risk: Risk, profile: Profile) -> None:
    try:
        profile.refuse_country(risk.jurisdiction)
    except ProfileError as error:
        raise RatingError(f"{risk.vehicle_id}: {error}") from error


def _on_scale(risk: Risk, tariff: Tariff) -> None:
    scale, known = tariff.record(risk.cover, risk.klass), risk.experience == risk.experience
    if scale is not None and known and not scale.holds(decimal(risk.experience)):
        said = f"{risk.experience:.10g} is no coefficient of the bonus-malus scale {scale.name!r}"
        raise RatingError(f"{risk.vehicle_id}: {said}")


class Sheet:
    """The calculation of one premium: its ladder and the caps that bound."""

    def __init__(self, risk: Risk, cover: Cover, tariff: Tariff) -> None:
        self.risk, self.cover, self.tariff = risk, cover, tariff
        self.drives = telematics.FACTOR.name in {factor.name for factor in cover.factors}
        self.whole = tariff.coefficient(risk.cover)
        self.scale = tariff.record(risk.cover, risk.klass)
        self.ladder = Ladder()
        self.bound: list[str] = []

    def standing(self, days: int) -> None:
        """d * b_day * F_class: what the vehicle costs also when it is parked."""
        per_day = self.cover.per_day[self.risk.klass]
        self.ladder.add(STANDING, "per_day", "start", per_day, "days", str(days), f"days of a {self.risk.klass}")
        for factor in self.cover.factors:
            if not factor.km_only:
                self._apply(STANDING, factor)

    def running(self, exposure: Exposure, own: Score) -> None:
        """k * b_km * F_class * T * X, and the same for km that were driven unseen, with no telematics credit."""
        driving = self._telematics(own) if self.drives and not self.whole else ONE
        self._kilometres(RUNNING, "km_measured", exposure, driving, own.credibility)
        if exposure["km_gap"] > 0:
            # a surcharge stays: pulling the plug must not be cheaper than being seen
            self._kilometres(GAP, "km_gap", exposure, max(driving, ONE), None)

    def premium(self, days: int, own: Score) -> Decimal:
        """Off-balance, loads, the coefficient, the cap on change, the minimum and the cent."""
        loads, add = self.tariff.loads, self.ladder.add
        driving = self._telematics(own) if self.drives and self.whole else ONE
        add(PREMIUM, "technical", "sum", ONE)
        self._off_balance(own)
        add(PREMIUM, "fixed_expense", "plus", micro(loads.fixed_per_day * days), "days", str(days), "days")
        share = ONE - loads.variable - loads.profit
        amount = add(PREMIUM, "variable_expense_and_profit", "divide", share)
        if self.scale is not None:
            amount = self._bonus_malus(self.scale)
        if self.whole:
            amount = self._coefficient(self.whole, driving, own)
        if self.risk.previous is not None and "change" in self.tariff.caps:
            low, high = (micro(self.risk.previous * bound) for bound in self.tariff.caps["change"])
            amount = self._capped("change", amount, low, high)
        if self.risk.cover in self.tariff.minimum:
            least = micro(self.tariff.minimum[self.risk.cover] * days)
            self._capped("minimum", amount, least, Decimal("Infinity"))
        return add(PREMIUM, "rounding", "round", CENT, "mode", self.tariff.rounding)

    def _off_balance(self, own: Score) -> None:
        """On all, or on the part of it that credibility leaves to the class, as Boor's correction factor."""
        factor = self.tariff.loads.off_balance
        if not (self.tariff.complement and self.drives):
            self.ladder.add(PREMIUM, "off_balance", "times", factor)
            return
        z = decimal(own.heard)  # a silence since leaves no more to the class: where the factor is below 1 it would pay
        effect = micro(ONE + (factor - ONE) * (ONE - z))
        self.ladder.add(PREMIUM, "off_balance", "times", effect, credibility=own.heard)

    def _coefficient(self, profile: Profile, driving: Decimal, own: Score) -> Decimal:
        """No-claims coefficient, then the insurer's own with own driving in it, kept in its window."""
        for factor in self.cover.factors:
            if factor.name == experience.FACTOR.name and self.scale is None:
                self._apply(PREMIUM, factor)
        window = self._window(profile)
        found = ((self.tariff.discretion or ONE) * driving).quantize(PLACES)
        effect = min(max(found, window.low), window.high)
        if effect != found:
            self._note("coefficient")
        said = ("coefficient", f"{found:f}", f"allowed {window}", own.credibility if self.drives else None)
        return self.ladder.add(PREMIUM, "coefficient", "times", effect, *said)

    def _bonus_malus(self, scale: BonusMalus) -> Decimal:
        """The coefficient of a scale, which keeps to the scale and to no cap; its first one where none is known."""
        name, known = experience.FACTOR.name, self.risk.experience == self.risk.experience
        effect = (decimal(self.risk.experience) if known else scale.start).quantize(PLACES)
        unit = f"bonus-malus {scale.name}" + ("" if known else ", to begin with")
        return self.ladder.add(PREMIUM, name, "times", effect, name, f"{effect.normalize():f}", unit)

    def _window(self, profile: Profile) -> Window:
        try:
            return profile.window(self.risk.begun, self.risk.energy)
        except ProfileError as error:
            raise RatingError(f"{self.risk.vehicle_id}: {error}") from error

    def _telematics(self, own: Score) -> Decimal:
        """T: one relativity a behaviour, multiplied and capped; `own driving` says the range where it is idle."""
        relativities = telematics.FACTOR.relativity([point.eta for point in own.points])
        amount = self.ladder.add(TELEMATICS, "class_mean", "start", ONE, "relativity", "1", "for the class")
        for point, found in zip(own.points, relativities, strict=True):
            seen = "" if point.rate is None else f"{point.rate:.4f}"
            effect = decimal(found).quantize(PLACES)
            z = round(point.credibility, 4)
            amount = self.ladder.add(TELEMATICS, point.behaviour, "times", effect, "rate", seen, point.unit, z)
        low, high = self.tariff.caps.get("telematics", (amount, amount))
        return amount if low <= amount <= high else self._capped("telematics", amount, low, high, TELEMATICS)

    def _kilometres(
        self, part: str, column: str, exposure: Exposure, driving: Decimal, credibility: float | None
    ) -> None:
        km = decimal(exposure[column])
        per_km = self.cover.per_km[self.risk.klass]
        self.ladder.add(part, "per_km", "start", per_km, column, str(km), f"km of a {self.risk.klass}")
        for factor in self.cover.factors:
            if (self.whole and factor.name in WHOLE) or (self.scale and factor.name == experience.FACTOR.name):
                continue
            if factor.name == telematics.FACTOR.name:
                allowed = " to ".join(f"{bound:f}" for bound in self.tariff.caps.get(factor.name, ()))
                self.ladder.add(part, factor.name, "times", driving, "own driving", "", allowed, credibility)
            else:
                self._apply(part, factor)

    def _apply(self, part: str, factor: Factor) -> None:
        """Multiply by the factor's relativity, within its cap."""
        value = getattr(self.risk, factor.covariate)
        found = ONE if value is None or value != value else relativity(factor, value)
        low, high = self.tariff.caps.get(factor.name, (found, found))
        effect = min(max(found, low), high)
        if effect != found:
            self._note(factor.name)
        unit = self.tariff.currency if factor.unit == "currency" else factor.unit
        self.ladder.add(part, factor.name, "times", effect, factor.covariate, _text(value), unit)

    def _capped(self, name: str, amount: Decimal, low: Decimal, high: Decimal, part: str = PREMIUM) -> Decimal:
        """``amount`` within the cap, a step in any case: it may bind where somebody drives otherwise."""
        within = min(max(amount, low), high)
        if within != amount:
            self._note(name)
        return self.ladder.add(part, f"{name}_cap", "cap", within, "allowed", f"{low:f} to {high:f}")

    def _note(self, name: str) -> None:
        if name not in self.bound:
            self.bound.append(name)


@lru_cache(maxsize=65_536)  # the same few levels and masses come again and again: 410 -> 150 us a premium
def relativity(factor: Factor, value: str | float) -> Decimal:
    """Relativity of one known value, to 4 places."""
    return decimal(factor.relativity([value])[0]).quantize(PLACES)


def _text(value: str | float | None) -> str:
    """Covariate as it is shown: "" where it is missing."""
    if value is None or value != value:
        return ""
    return value if isinstance(value, str) else f"{value:.10g}"

"""Many: relativities and premiums of many vehicles at once on arrays, the same to the cent as one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from pricing.factors import Factor, telematics
from pricing.fixed import ONE, Floats, Ints, cents, divide, fraction, millionths, times, whole
from pricing.tariff import Behaviour, Cover, Tariff

Bools = npt.NDArray[np.bool_]
FOUR = 100  # millionths in the last of four places
CHANGE = "change"
NONE = -1  # millionths: there was no premium before


@dataclass(frozen=True)
class Driving:
    """What the own driving of each of n vehicles makes of its price."""

    relativity: Ints  # in millionths, within its cap
    capped: Bools
    credibility: Floats


def driving(own: pl.DataFrame, tariff: Tariff) -> Driving:
    """Telematics relativity of each row: exposure as it counts, with the vehicle's ``class``."""
    terms = [behaviour for behaviour in tariff.behaviours if "vehicle" in behaviour.subjects]
    relativity, above, prior = np.full(own.height, ONE, np.int64), np.zeros(own.height), 0.0
    klass, codes = _coded(own["class"])
    for behaviour in terms:
        z, eta = _behaviour(behaviour, own, np.array([behaviour.mean(one) for one in klass])[codes])
        effect = times(millionths(telematics.FACTOR.relativity(eta)), 1, FOUR)
        relativity = times(relativity, effect, ONE // FOUR)
        above, prior = above + behaviour.prior * z, prior + behaviour.prior
    low, high = tariff.caps.get(telematics.FACTOR.name, (None, None))
    within = relativity if low is None or high is None else np.clip(relativity, whole(low), whole(high))
    credible = above / prior if prior else above
    return Driving(within, within != relativity, np.array([round(z, 4) for z in credible.tolist()], np.float64))


def _behaviour(behaviour: Behaviour, own: pl.DataFrame, mean: Floats) -> tuple[Floats, Floats]:
    """Credibility and ``beta * ln(credible rate / class mean)`` of a behaviour, by the steps of ``score``."""
    count = np.zeros(own.height)
    for column, weight in behaviour.counts:
        count = count + weight * _floats(own, column)
    seen = _floats(own, behaviour.exposure) / behaviour.per
    if behaviour.one_sided:
        seen = np.where(count > 0.0, seen, 0.0)
    k = behaviour.k / behaviour.per
    credible = (count + k * mean) / (seen + k)
    if behaviour.one_sided:
        credible = np.maximum(credible, mean)
    return seen / (seen + k), behaviour.beta * np.log(credible / mean)


@dataclass
class Sheets:
    """The calculation of many premiums of one cover; ``bound`` names the caps that bind, and on whom."""

    rows: pl.DataFrame
    cover: Cover
    tariff: Tariff
    bound: dict[str, Bools] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.klass, self.codes = _coded(self.rows["class"])
        self.days = self.rows["days"].to_numpy() * ONE
        self.drives = any(factor.name == telematics.FACTOR.name for factor in self.cover.factors)

    def premium(self, own: Driving) -> Ints:
        """Of each row in whole cents."""
        loads = self.tariff.loads
        technical = self._standing() + self._running(own)
        pure = times(technical, *fraction(loads.off_balance))
        gross = divide(pure + times(self.days, *fraction(loads.fixed_per_day)), 1 - loads.variable - loads.profit)
        changed = self._changed(gross)
        least = times(self.days, *fraction(self.tariff.minimum.get(self.cover.name, Decimal(0))))
        self._note("minimum", changed < least)
        return cents(np.maximum(changed, least), self.tariff.rounding)

    def caps(self) -> list[str | None]:
        """Names of the caps that bound each row, in the order in which they did."""
        names, sets = list(self.bound), np.zeros(self.rows.height, np.int64)
        for k, bound in enumerate(self.bound.values()):
            sets += bound.astype(np.int64) << k
        told = {int(some): ", ".join(name for k, name in enumerate(names) if some >> k & 1) for some in np.unique(sets)}
        return [told[some] or None for some in sets.tolist()]

    def _standing(self) -> Ints:
        amount = self._start(self.cover.per_day, self.days)
        for factor in self.cover.factors:
            if not factor.km_only:
                amount = times(amount, self._effect(factor), ONE)
        return amount

    def _running(self, own: Driving) -> Ints:
        """Measured km at the own relativity; km that nobody saw at no less than the class's."""
        charged = np.array([self.cover.per_km[one] != 0 for one in self.klass], bool)[self.codes]
        relativity = own.relativity if self.drives else np.full(self.codes.size, ONE, np.int64)
        if self.drives:
            self._note(telematics.FACTOR.name, own.capped & charged)
        effects = [
            (factor.name == telematics.FACTOR.name, self._effect(factor, charged)) for factor in self.cover.factors
        ]
        total = np.zeros(self.codes.size, np.int64)
        for column, driven in (("km_measured", relativity), ("km_gap", np.maximum(relativity, ONE))):
            amount = self._start(self.cover.per_km, millionths(_floats(self.rows, column)))
            for is_driving, effect in effects:
                amount = times(amount, driven if is_driving else effect, ONE)
            total += amount
        return total

    def _start(self, base: Mapping[str, Decimal], quantity: Ints) -> Ints:
        """Quantity in millionths at its class's base rate."""
        rates = [fraction(base[one]) for one in self.klass]
        scale = max(scale for _, scale in rates)
        numerators = np.array([numerator * (scale // own) for numerator, own in rates], np.int64)
        return times(quantity, numerators[self.codes], scale)

    def _effect(self, factor: Factor, where: Bools | None = None) -> Ints:
        """Relativity of each row, in millionths and within its cap, noted ``where`` it counts."""
        if factor.name == telematics.FACTOR.name:
            return np.full(self.codes.size, ONE, np.int64)
        found = _relativities(factor, self.rows[factor.covariate])
        if factor.name not in self.tariff.caps:
            return found
        low, high = self.tariff.caps[factor.name]
        within = np.clip(found, whole(low), whole(high))
        self._note(factor.name, (within != found) if where is None else (within != found) & where)
        return within

    def _changed(self, gross: Ints) -> Ints:
        """Within the cap on change, where there was a premium before."""
        if CHANGE not in self.tariff.caps:
            return gross
        before = self.rows["previous"].to_numpy()
        low, high = (times(before, *fraction(bound)) for bound in self.tariff.caps[CHANGE])
        within = np.where(before == NONE, gross, np.clip(gross, low, high))
        self._note(CHANGE, within != gross)
        return within

    def _note(self, name: str, where: Bools) -> None:
        self.bound[name] = self.bound[name] | where if name in self.bound else where


def _relativities(factor: Factor, values: pl.Series) -> Ints:
    """In millionths, to four places, of each value; one that is missing is rated 1."""
    if values.dtype != pl.String:
        return times(millionths(factor.relativity(_numbers(values))), 1, FOUR) * FOUR
    known, codes = _coded(values)
    return times(millionths(factor.relativity(known)), 1, FOUR)[codes] * FOUR


def _coded(values: pl.Series) -> tuple[list[Any], Ints]:
    """The different values, in order of their first row, and which of them each row has."""
    place: dict[Any, int] = {}
    codes = [place.setdefault(value, len(place)) for value in values.to_list()]
    return list(place), np.array(codes, np.int64)


def _floats(frame: pl.DataFrame, column: str) -> Floats:
    """A column, contiguous; zeros where it is absent."""
    return _numbers(frame[column]) if column in frame.columns else np.zeros(frame.height)


def _numbers(column: pl.Series) -> Floats:
    whole = column if column.dtype == pl.Float64 else column.cast(pl.Float64)
    return np.ascontiguousarray(whole.to_numpy())

"""Layout: what of the premiums of a cover is known before anything is driven, laid out for ``sheets``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pricing.bonus_malus import BonusMalus
from pricing.factors import Factor, experience, telematics
from pricing.fixed import FOUR, LEAST, ONE, Ints, fraction, millionths, times, whole
from pricing.money import PLACES
from pricing.profile import Profile, ProfileError
from pricing.rating import RatingError
from pricing.sheets import (
    CHANGE_BIT,
    COMPLEMENT,
    DOWN,
    DRIVEN,
    DRIVEN_BIT,
    DRIVES,
    EFFECTS,
    KM_SCALE,
    LEAST_REST,
    MINIMUM_BIT,
    OFF,
    OWN,
    OWN_BIT,
    RULES,
    SHARE,
    UP,
    WINDOWED,
    Sheet,
)
from pricing.tariff import Cover, Tariff

TELEMATICS, EXPERIENCE = telematics.FACTOR.name, experience.FACTOR.name
COEFFICIENT, CHANGE, MINIMUM = "coefficient", "change", "minimum"
MOST = int(np.iinfo(np.int64).max)

Known = Mapping[str, Any]  # numbers as arrays, NaN where they are missing; words as sequences, None where they are


@dataclass(frozen=True)
class Layout:
    """A cover of a tariff; what depends on neither risk nor driving is worked out once."""

    cover: Cover
    tariff: Tariff

    def sheet(self, known: Known) -> Sheet:
        """The sheet of risks of which is known what is ``asked``; ``previous`` in millionths, or ``UNPAID``."""
        days, per_km = np.asarray(known["days"], np.int64) * ONE, self._at(self.cover.per_km, known["class"])
        effects, noted = {}, np.zeros(days.size, np.int64)
        for factor in self.cover.factors:
            effects[factor.name], bound = self._effect(factor, known)
            noted |= np.where(per_km != 0, bound, 0) if self._on_km_alone(factor) else bound
        record = self._record(effects, known["class"])
        columns = [self._standing(days, known["class"], effects), per_km, *self._by_day(days)]
        columns += [np.asarray(known["previous"], np.int64), *self._window(known, days.size)]
        columns += [record, noted]
        columns += [effects[factor.name] for factor in self._on_km]
        return Sheet(np.ascontiguousarray(np.stack(columns, axis=1)), self._rules, self._caps)

    @cached_property
    def _profile(self) -> Profile | None:
        """Whose window the insurer's own coefficient is kept in, if any."""
        return self.tariff.coefficient(self.cover.name)

    @cached_property
    def drives(self) -> bool:
        """Whether own driving moves it."""
        return TELEMATICS in self._names

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """What of a risk must be known."""
        covariates = [factor.covariate for factor in self.cover.factors if factor.name != TELEMATICS]
        return ("class", "days", "previous", *covariates, *(("begun", "energy") if self._profile else ()))

    @property
    def _names(self) -> list[str]:
        return [factor.name for factor in self.cover.factors]

    def _on_all(self, name: str) -> bool:
        """Whether a factor works on the whole premium, as own driving and experience do beside a coefficient."""
        return self._profile is not None and name in (TELEMATICS, EXPERIENCE) and name in self._names

    def _on_km_alone(self, factor: Factor) -> bool:
        return factor.km_only and not self._on_all(factor.name)

    @property
    def _on_km(self) -> list[Factor]:
        return [factor for factor in self.cover.factors if not self._on_all(factor.name)]

    @cached_property
    def _caps(self) -> tuple[str, ...]:
        """Names in the order in which one by one notes them."""
        standing = [factor.name for factor in self.cover.factors if not factor.km_only]
        km = [factor.name for factor in self.cover.factors if self._on_km_alone(factor) and factor.name != TELEMATICS]
        own = [TELEMATICS]
        order = [*standing, *km, *own, EXPERIENCE] if self._profile else [*standing, *own, *km]
        return (*order, COEFFICIENT, CHANGE, MINIMUM)

    def _bit(self, name: str) -> int:
        return 1 << self._caps.index(name)

    @cached_property
    def _rules(self) -> Ints:
        rules, loads = np.zeros(RULES, np.int64), self.tariff.loads
        named = [factor.name for factor in self._on_km]
        rules[KM_SCALE] = _scale(self.cover.per_km)
        rules[OFF : OFF + 2] = fraction(loads.off_balance)
        rules[SHARE : SHARE + 2] = fraction(1 - loads.variable - loads.profit)
        rules[OWN : OWN + 2] = fraction(self.tariff.discretion or Decimal(1))
        rules[COMPLEMENT] = bool(self.tariff.complement) and self.drives
        rules[LEAST_REST] = LEAST[self.tariff.rounding]
        rules[WINDOWED], rules[DRIVES] = self._profile is not None, self.drives
        rules[DRIVEN] = EFFECTS + named.index(TELEMATICS) if TELEMATICS in named else -1
        for place, name in ((DRIVEN_BIT, TELEMATICS), (OWN_BIT, COEFFICIENT), (MINIMUM_BIT, MINIMUM)):
            rules[place] = self._bit(name)
        if CHANGE in self.tariff.caps:
            low, high = self.tariff.caps[CHANGE]
            rules[DOWN : DOWN + 2], rules[UP : UP + 2] = fraction(low), fraction(high)
            rules[CHANGE_BIT] = self._bit(CHANGE)
        return rules

    def _standing(self, days: Ints, classes: Sequence[str], effects: Mapping[str, Ints]) -> Ints:
        amount = times(days, self._at(self.cover.per_day, classes), _scale(self.cover.per_day))
        for factor in self.cover.factors:
            if not factor.km_only:
                amount = times(amount, effects[factor.name], ONE)
        found: Ints = amount
        return found

    def _by_day(self, days: Ints) -> Iterable[Ints]:
        """Fixed expense and least premium."""
        least = self.tariff.minimum.get(self.cover.name, Decimal(0))
        return [times(days, *fraction(rate)) for rate in (self.tariff.loads.fixed_per_day, least)]

    @staticmethod
    def _at(base: Mapping[str, Decimal], classes: Sequence[str]) -> Ints:
        """Base rate of each row's class, in parts of the scale they share."""
        scale = _scale(base)
        parts = {klass: numerator * (scale // own) for klass, (numerator, own) in _fractions(base)}
        return np.array([parts[klass] for klass in classes], np.int64)

    def _effect(self, factor: Factor, known: Known) -> tuple[Ints, Ints]:
        """Relativity of each row within its cap, and the bit of the cap where it binds."""
        if factor.name == TELEMATICS:
            return np.full(len(known["class"]), ONE, np.int64), np.zeros(len(known["class"]), np.int64)
        cap, values = self.tariff.caps.get(factor.name), known[factor.covariate]
        low, high = (0, MOST) if cap is None else map(whole, cap)
        found = _relativities(factor, values)
        if factor.name == EXPERIENCE:
            found, low, high = self._on_scales(values, (found, low, high), known["class"])
        within = np.clip(found, low, high)
        return within, np.where(within != found, self._bit(factor.name), 0)

    def _scales(self, classes: Sequence[str]) -> Iterable[tuple[BonusMalus, npt.NDArray[np.bool_]]]:
        """The bonus-malus scales of vehicle classes, each with its rows."""
        for klass in sorted(set(classes)) if self.tariff.bonus_malus else ():
            scale = self.tariff.record(self.cover.name, klass)
            if scale is not None:
                yield scale, np.array([one == klass for one in classes], np.bool_)

    def _on_scales(self, values: Any, found: tuple[Any, Any, Any], classes: Sequence[str]) -> tuple[Any, Any, Any]:
        """Relativities with lowest and highest; on a scale the coefficient, which no cap holds, or the first one."""
        for scale, rows in self._scales(classes):
            own = np.where(rows & ~np.isnan(values), values, float(scale.start.quantize(PLACES)))
            relativity, low, high = found
            found = np.where(rows, _placed(own), relativity), np.where(rows, 0, low), np.where(rows, MOST, high)
        return found

    def _record(self, effects: dict[str, Ints], classes: Sequence[str]) -> Ints:
        """What of ``effects`` claims experience does to the whole premium of each row; the rest is left to its km."""
        found = effects.get(EXPERIENCE, np.full(len(classes), ONE, np.int64))
        on_all = np.full(len(classes), self._on_all(EXPERIENCE))
        for _, rows in self._scales(classes):
            on_all |= rows
        effects[EXPERIENCE] = np.where(on_all, ONE, found)
        return np.where(on_all, found, ONE)

    def _window(self, known: Known, size: int) -> Iterable[Ints]:
        """Lowest and highest coefficient of each row."""
        profile = self._profile
        if profile is None:
            return [np.full(size, ONE, np.int64)] * 2
        pairs = list(zip(known["begun"], known["energy"], strict=True))
        ends = {pair: _ends(profile, *pair) for pair in set(pairs)}
        return np.array([ends[pair] for pair in pairs], np.int64).reshape(size, 2).T


def _ends(profile: Profile, begun: date, energy: str | None) -> tuple[int, int]:
    try:
        window = profile.window(begun, energy)
    except ProfileError as error:
        raise RatingError(str(error)) from error
    return whole(window.low), whole(window.high)


def _fractions(base: Mapping[str, Decimal]) -> Iterable[tuple[str, tuple[int, int]]]:
    return [(klass, fraction(rate)) for klass, rate in base.items()]


def _scale(base: Mapping[str, Decimal]) -> int:
    return max((scale for _, (_, scale) in _fractions(base)), default=1)


def _relativities(factor: Factor, values: Any) -> Ints:
    """In millionths, to four places, of each value; one that is missing is rated 1."""
    if isinstance(values, np.ndarray):
        return _placed(factor.relativity(values))
    known = list(dict.fromkeys(values))
    effects = dict(zip(known, _placed(factor.relativity(known)), strict=True))
    return np.array([effects[value] for value in values], np.int64)


def _placed(x: Any) -> Ints:
    """In millionths, to four places."""
    found: Ints = times(millionths(x), 1, FOUR) * FOUR
    return found

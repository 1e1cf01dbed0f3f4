"""Many: what the own driving of many vehicles makes of their price at once, the same bits as the score of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from compiled.kernels import kernel
from pricing.exposure import SILENT, Exposure
from pricing.factors import telematics
from pricing.fixed import FOUR, ONE, Floats, Ints, millionths, times, whole
from pricing.score import Score
from pricing.tariff import Behaviour, Tariff

Bools = npt.NDArray[np.bool_]
SEEN = 0  # place of the exposure among the columns of a behaviour; what is counted follows
NOTHING = -1  # no more columns
PER, K, ONE_SIDED, PRIOR = range(4)


@dataclass(frozen=True)
class Driving:
    """What the own driving of each of n vehicles makes of its price."""

    relativity: Ints  # in millionths, within its cap
    capped: Bools
    credibility: Floats
    heard: Floats  # credibility on the last day heard of

    def __getitem__(self, rows: slice | Ints | Bools) -> "Driving":
        """Of some of them."""
        return Driving(self.relativity[rows], self.capped[rows], self.credibility[rows], self.heard[rows])


@dataclass(frozen=True)
class Drivers:
    """All of a tariff that makes a relativity of own driving, worked out once."""

    tariff: Tariff

    def __call__(self, sums: Floats, codes: Ints) -> Driving:
        """Telematics relativity of each row: ``sums`` (n, columns) as they count, ``codes`` (n,) its class's place."""
        size = len(sums)
        ratio, believed, heard = np.empty((size, self._beta.size)), np.empty(size), np.empty(size)
        _credible(sums, codes, self._means, self._columns, self._weights, self._terms, ratio, believed, heard)
        return self._within(np.log(ratio) * self._beta, believed, heard)

    def scored(self, scores: Sequence[Score]) -> Driving:
        """The same of scores."""
        etas = np.array([[point.eta for point in score.points] for score in scores], np.float64)
        believed = np.array([(score.credibility, score.heard) for score in scores], np.float64).reshape(-1, 2)
        return self._within(etas.reshape(len(scores), -1 if scores else 0), *np.ascontiguousarray(believed.T))

    def sums(self, own: Iterable[Exposure]) -> Floats:
        """Exposures as the rows that are asked for."""
        return np.array([[one[name] for name in self.columns] for one in own], np.float64).reshape(
            -1, len(self.columns)
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns of exposure that are looked at, in order, ``SILENT`` the last."""
        named = (name for term in self._behaviours for name in (term.exposure, *(column for column, _ in term.counts)))
        return (*dict.fromkeys(named), SILENT)

    @cached_property
    def classes(self) -> Mapping[str | None, int]:
        """Place of each vehicle class; of one that is not known, ``None``."""
        known = sorted({klass for term in self._behaviours for klass in term.means})
        return {klass: place for place, klass in enumerate((None, *known))}

    def codes(self, classes: Iterable[str | None]) -> Ints:
        """Places of vehicle classes."""
        return np.array([self.classes.get(klass, 0) for klass in classes], np.int64)

    def _within(self, etas: Floats, believed: Floats, heard: Floats) -> Driving:
        relativity, capped = np.empty(len(etas), np.int64), np.empty(len(etas), np.bool_)
        # numpy's own exp, as its log above: a compiled one may differ in the last bit
        _multiplied(np.exp(etas), *self._caps, relativity, capped)
        return Driving(relativity, capped, believed, heard)

    @cached_property
    def _behaviours(self) -> list[Behaviour]:
        return [behaviour for behaviour in self.tariff.behaviours if "vehicle" in behaviour.subjects]

    @cached_property
    def _caps(self) -> tuple[int, int]:
        cap = self.tariff.caps.get(telematics.FACTOR.name)
        return (0, int(np.iinfo(np.int64).max)) if cap is None else (whole(cap[0]), whole(cap[1]))

    @cached_property
    def _beta(self) -> Floats:
        return np.array([term.beta for term in self._behaviours], np.float64)

    @cached_property
    def _means(self) -> Floats:
        return np.array([[term.mean(klass) for term in self._behaviours] for klass in self.classes], np.float64)

    @cached_property
    def _columns(self) -> Ints:
        found = np.full((len(self._behaviours), 1 + self._most), NOTHING, np.int64)
        for row, term in zip(found, self._behaviours, strict=True):
            names = (term.exposure, *(column for column, _ in term.counts))
            row[: len(names)] = [self.columns.index(name) for name in names]
        return found

    @cached_property
    def _weights(self) -> Floats:
        found = np.zeros((len(self._behaviours), 1 + self._most))
        for row, term in zip(found, self._behaviours, strict=True):
            row[1 : 1 + len(term.counts)] = [weight for _, weight in term.counts]
        return found

    @cached_property
    def _most(self) -> int:
        return max((len(term.counts) for term in self._behaviours), default=0)

    @cached_property
    def _terms(self) -> Floats:
        rows = [(term.per, term.k / term.per, term.one_sided, term.prior) for term in self._behaviours]
        return np.array(rows, np.float64).reshape(len(rows), 4)


@kernel
def _credible(
    sums: Floats,
    codes: Ints,
    means: Floats,
    columns: Ints,
    weights: Floats,
    terms: Floats,
    ratio: Floats,
    z: Floats,
    heard: Floats,
) -> None:
    """Credible rate over class mean of each vehicle and behaviour, by the steps of ``score``.

    And the score's ``z``, as it is and on the last day ``heard`` of.
    """
    for i in range(sums.shape[0]):
        above = before = prior = 0.0
        kept = 1.0 - sums[i, sums.shape[1] - 1]
        for b in range(columns.shape[0]):
            count, one_sided, mean = 0.0, terms[b, ONE_SIDED] != 0.0, means[codes[i], b]
            for j in range(1, columns.shape[1]):
                if columns[b, j] != NOTHING:
                    count = count + weights[b, j] * sums[i, columns[b, j]]
            seen = sums[i, columns[b, SEEN]] / terms[b, PER]
            if one_sided and not count > 0.0:
                seen = 0.0
            k = terms[b, K]
            credible = (count + k * mean) / (seen + k)
            if one_sided and credible < mean:
                credible = mean
            before = before + terms[b, PRIOR] * (seen / (seen + k))
            if credible < mean:
                seen = seen * kept
                credible = (count * kept + k * mean) / (seen + k)
            ratio[i, b] = credible / mean
            above = above + terms[b, PRIOR] * (seen / (seen + k))
            prior = prior + terms[b, PRIOR]
        z[i] = above / prior if prior > 0.0 else above
        heard[i] = before / prior if prior > 0.0 else before


@kernel
def _multiplied(effects: Floats, low: int, high: int, relativity: Ints, capped: Bools) -> None:
    """Product of the relativities of a row's behaviours, each to four places, each product to six, within the cap."""
    for i in range(effects.shape[0]):
        product = ONE
        for b in range(effects.shape[1]):
            product = times(product, times(millionths(effects[i, b]), 1, FOUR), ONE // FOUR)
        relativity[i] = min(max(product, low), high)
        capped[i] = relativity[i] != product

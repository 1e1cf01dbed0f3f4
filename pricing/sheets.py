"""Sheets: premiums of many vehicles of a cover at once in whole millionths, the same to the cent as one by one."""

from dataclasses import dataclass

import numpy as np

from compiled.kernels import kernel
from pricing.fixed import FOUR, ONE, Floats, Ints, cents, divide, millionths, parts, times
from pricing.many import Bools, Driving

# of a risk, in millionths but for the bits of the caps in it; the effects of the factors on its km follow
STANDING, PER_KM, EXPENSE, MINIMAL, PREVIOUS, LOW, HIGH, RECORD, BOUND, EFFECTS = range(10)
UNPAID = -1  # ``PREVIOUS``: there was no premium before
# of a cover: whole numbers and fractions (numerator, scale), places, and the bits of caps
KM_SCALE, OFF, OFF_SCALE, SHARE, SHARE_SCALE, DOWN, DOWN_SCALE, UP, UP_SCALE, OWN, OWN_SCALE = range(11)
LEAST_REST, WINDOWED, DRIVES, DRIVEN, DRIVEN_BIT, OWN_BIT, CHANGE_BIT, MINIMUM_BIT, COMPLEMENT, RULES = range(11, 21)


@dataclass(frozen=True)
class Sheet:
    """All of n premiums of a cover but for what is driven, worked out once."""

    facts: Ints  # (n, EFFECTS and more)
    rules: Ints  # (RULES,)
    caps: tuple[str, ...]  # names by bit, in the order in which one by one notes them

    def __getitem__(self, rows: slice | Ints) -> "Sheet":
        """Some of them."""
        return Sheet(self.facts[rows], self.rules, self.caps)

    def premium(self, own: Driving, km: Floats) -> tuple[Ints, Ints]:
        """Whole cents of each, and the bits of the caps that bound; ``km`` (n, 2) were measured, and driven unseen."""
        amount, bound = np.empty(len(self.facts), np.int64), np.empty(len(self.facts), np.int64)
        _premium(self.facts, self.rules, own.relativity, own.capped, own.heard, km, amount, bound)
        return amount, bound

    def named(self, bound: Ints) -> list[str | None]:
        """Names of the caps of each, None where none bound."""
        told = {
            bits: ", ".join(name for k, name in enumerate(self.caps) if bits >> k & 1) or None
            for bits in np.unique(bound).tolist()
        }
        return [told[bits] for bits in bound.tolist()]


@kernel
def _premium(
    facts: Ints,
    rules: Ints,
    relativity: Ints,
    capped: Bools,
    z: Floats,
    km: Floats,
    amount: Ints,
    bound: Ints,
) -> None:
    """The steps of ``rating.Sheet``, each to six places: pure premium, loads, coefficient, caps and the cent."""
    windowed, drives = rules[WINDOWED] != 0, rules[DRIVES] != 0
    for i in range(facts.shape[0]):
        pure, noted = facts[i, STANDING], facts[i, BOUND]
        driven = relativity[i] if drives else ONE
        if drives and capped[i] and (windowed or facts[i, PER_KM] != 0):
            noted |= rules[DRIVEN_BIT]
        for part in range(2):
            running = times(millionths(km[i, part]), facts[i, PER_KM], rules[KM_SCALE])
            for j in range(EFFECTS, facts.shape[1]):
                effect = facts[i, j]
                if j == rules[DRIVEN]:  # km that nobody saw at no less than the class's
                    effect = driven if part == 0 else max(driven, ONE)
                running = times(running, effect, ONE)
            pure += running
        if rules[COMPLEMENT] != 0:
            left = ONE - parts(z[i], 1e4) * FOUR
            pure = times(pure, ONE + times(left, rules[OFF] - rules[OFF_SCALE], rules[OFF_SCALE]), ONE)
        else:
            pure = times(pure, rules[OFF], rules[OFF_SCALE])
        found = divide(pure + facts[i, EXPENSE], rules[SHARE], rules[SHARE_SCALE])
        found = times(found, facts[i, RECORD], ONE)
        if windowed:
            own = times(driven, rules[OWN], rules[OWN_SCALE] * FOUR) * FOUR
            within = min(max(own, facts[i, LOW]), facts[i, HIGH])
            if within != own:
                noted |= rules[OWN_BIT]
            found = times(found, within, ONE)
        if rules[CHANGE_BIT] != 0 and facts[i, PREVIOUS] != UNPAID:
            low = times(facts[i, PREVIOUS], rules[DOWN], rules[DOWN_SCALE])
            high = times(facts[i, PREVIOUS], rules[UP], rules[UP_SCALE])
            if found < low or found > high:
                noted |= rules[CHANGE_BIT]
                found = low if found < low else high
        if found < facts[i, MINIMAL]:
            noted |= rules[MINIMUM_BIT]
            found = facts[i, MINIMAL]
        amount[i], bound[i] = cents(found, rules[LEAST_REST]), noted

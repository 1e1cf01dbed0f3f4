"""Compared: two premiums of one thing, step by step - which step changed, and what of the difference that makes."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import accumulate, groupby, pairwise
from typing import Any, NamedTuple

from pricing.changes import climbed, driven, is_driving
from pricing.ladder import CAP, LEVIES, TELEMATICS, Step
from pricing.money import cents

ENDS = (CAP, "round")
ZERO = Decimal(0)
Pair = tuple[Step | None, Step | None]


class Move(NamedTuple):
    """A step before and after; None: there was none, or there is none any more."""

    part: str
    name: str
    before: Step | None
    after: Step | None
    money: Decimal  # what the change makes of the difference, in whole cents


def moves(before: Sequence[Step], after: Sequence[Step]) -> list[Move]:
    """Steps that are others, with the money of each; they sum to the difference of the two premiums to the cent.

    Steps are changed one after another in the order in which they are climbed, and the premium is worked out anew
    after each. Caps and the rounding at the end are counted by what they themselves add or take, before and after:
    so a cap that binds hides nothing that has changed below it.
    """
    (old, old_ends), (new, new_ends) = map(_parted, (before, after))
    pairs, ends = _aligned(old, new), _aligned(list(old_ends), list(new_ends))
    linked = _linked(old) and _linked(new)
    taken = [new_ends.get(b, ZERO) - old_ends.get(a, ZERO) for a, b in ends]
    whole = [cents(amount) for amount in accumulate([*_one_by_one(pairs, linked), *taken], initial=ZERO)]
    told = zip([*pairs, *ends], pairwise(whole), strict=True)
    return [_move(pair, upto - since) for pair, (since, upto) in told if upto != since or _other(*pair)]


def _parted(steps: Iterable[Step]) -> tuple[list[Step], dict[Step | None, Decimal]]:
    """Steps of a premium without levies; the caps and the rounding that it ends with, by what they add or take."""
    body = [step for step in steps if step.part != LEVIES]
    ends: list[tuple[Step | None, Decimal]] = []
    while body[-1].op in ENDS:
        last = body.pop()
        ends.append((last, last.amount - body[-1].amount))
    return body, dict(reversed(ends))


def _linked(steps: Sequence[Step]) -> bool:
    """Whether its own driving is what the behaviours among its steps make."""
    own = [step for step in steps if is_driving(step)]
    known = any(step.part == TELEMATICS for step in steps)
    return known and all(driven(step, steps) == step.effect for step in own)


def _aligned(before: Sequence[Any], after: Sequence[Any]) -> list[Pair]:
    """Steps of the same part and name side by side, in the order in which they are climbed."""
    old, new = ([step[:2] for step in steps] for steps in (before, after))
    found: list[Pair] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found += zip(before[a:b], after[c:d], strict=True)
        else:
            found += [*((step, None) for step in before[a:b]), *((None, step) for step in after[c:d])]
    return found


def _one_by_one(pairs: Sequence[Pair], linked: bool) -> list[Decimal]:
    """What each makes of the amount, those before it changed already; what is gone goes from its end."""
    runs = groupby(range(len(pairs)), key=lambda k: pairs[k][1] is None)
    order = [k for gone, run in runs for k in (reversed(list(run)) if gone else run)]
    mixed = [old for old, _ in pairs]
    amount, money = _amount(mixed, linked), [ZERO] * len(pairs)
    for k in order:
        mixed[k] = pairs[k][1]
        since, amount = amount, _amount(mixed, linked)
        money[k] = amount - since
    return money


def _amount(mixed: Iterable[Step | None], linked: bool) -> Decimal:
    return climbed([step for step in mixed if step], linked)


def _other(before: Step | None, after: Step | None) -> bool:
    """Whether a factor changed, whatever that makes; a cap that took nothing is none."""
    return before is None or after is None or (before.op not in ENDS and before.effect != after.effect)


def _move(pair: Pair, money: Decimal) -> Move:
    part, name = next(step for step in pair if step)[:2]
    return Move(part, name, *pair, money)

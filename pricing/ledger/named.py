"""Named: whether an entry holds what the entries it names say - an indication's premium, an offer's amount, a bill."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from pricing.billing.per_km import PerKm
from pricing.ledger.charged import deposit_of, rates_of, term_of
from pricing.ledger.coverage import GIVEN_BACK
from pricing.ledger.entry import Entry
from pricing.premium import CHARGED, INDICATED, OFFER

ACCOUNT = ("policy_id", "vehicle_id", "cover", "currency")
AS_IT_WAS = ("tariff", "risk", "exposure", "own")  # what an offer repeats of the expiring indication


def named(entry: Entry, before: Mapping[str, Entry]) -> list[str]:
    """What does not agree with the entries ``before`` it, by their hash; a reversing entry is held against its own."""
    found = CHECKS.get(entry["made"].get("by"), _nothing) if entry["reverses"] is None else _nothing
    try:
        return list(found(entry, before))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError):  # forged: its hash is good
        return ["what it was made from cannot be read"]


def _nothing(_entry: Entry, _before: Mapping[str, Entry]) -> Iterator[str]:
    yield from ()


def _part(entry: Entry, before: Mapping[str, Entry]) -> Iterator[str]:
    """The premium of a charge; a deposit, which is the policy's, has none."""
    if entry["vehicle_id"] == "":
        return
    indication = _indication(entry, before)
    if indication is None:
        yield "it names no indication of its vehicle and cover before it"
        return
    said = -indication.amount if entry["reason"] in GIVEN_BACK else indication.amount
    if Decimal(entry["made"]["premium"]) != said:
        yield f"it is of a premium of {entry['made']['premium']}, where the indication it names has {said}"


def _cancelled(entry: Entry, before: Mapping[str, Entry]) -> Iterator[str]:
    """What was paid: the share of the indication that its charges bear, or the deposit."""
    indication, made = _indication(entry, before), entry["made"]
    if entry["vehicle_id"] == "":
        paid = {one.amount for one in before.values() if one["reason"] == "deposit" and _same(entry, one)}
    elif indication is not None:
        mine = term_of(made)
        whole = [term_of(one["made"]) for one in _naming(indication, before.values())]
        paid = {term.share(indication.amount, mine.start, mine.end) for term in whole}
    else:
        yield "it names no indication of its vehicle and cover before it"
        return
    if Decimal(made["paid"]) not in paid:
        yield f"it gives back of {made['paid']}, which is not what was paid"


def _billed(entry: Entry, before: Mapping[str, Entry]) -> Iterator[str]:
    """What was billed before, and the rates, which are those of the first bill."""
    made = entry["made"]
    back = {one["reverses"] for one in before.values()}
    bills = [one for name, one in before.items() if name not in back and _is_bill_of(entry, one)]
    billed = sum((bill.amount for bill in bills), Decimal("0.00"))
    if Decimal(made["before"]) != billed:
        yield f"it says that {made['before']} was billed before, where it was {billed}"
    if bills and _rates(made) != _rates(bills[0]["made"]):
        yield "its rates are not those of the first bill"
    if made.get("indication") and _indication(entry, before) is None:
        yield "it names no indication of its vehicle and cover before it"


def _adjusted(entry: Entry, before: Mapping[str, Entry]) -> Iterator[str]:
    """The deposit: all that was charged of the policy, less what was taken back."""
    charged = sum((one.amount for one in before.values() if one["kind"] == CHARGED), Decimal("0.00"))
    if deposit_of(entry["made"]).deposit != charged:
        yield f"it adjusts a deposit of {entry['made']['deposit']['deposit']}, where {charged} was charged"


def _offer(entry: Entry, before: Mapping[str, Entry]) -> Iterator[str]:
    said = entry["made"]["expiring"]
    found = before.get(said["entry"])
    if found is None or found["kind"] != INDICATED:
        yield "it names no indication before it"
    elif Decimal(said["amount"]) != found.amount or not _as_it_was(said, found["made"]):
        yield "what it says of the expiring term is not what the indication it names says"


def _as_it_was(said: Mapping[str, Any], was: Mapping[str, Any]) -> bool:
    """Whether an offer repeats what it was; only km and a score where pricing is told no more since."""
    if isinstance(said["own"], dict) and not isinstance(was["own"], dict):
        same = all(said[name] == was[name] for name in ("tariff", "risk"))
        return same and said["exposure"].items() <= was["exposure"].items()
    return all(said[name] == was[name] for name in AS_IT_WAS)


def _answer(entry: Entry, before: Mapping[str, Entry]) -> Iterator[str]:
    for said in entry["made"]["offers"]:
        found = before.get(said["entry"])
        if found is None or found["kind"] != OFFER:
            yield "it names no offer before it"
        elif Decimal(said["amount"]) != found.amount:
            yield f"it answers an offer of {said['amount']}, which is one of {found.amount}"


def _indication(entry: Entry, before: Mapping[str, Entry]) -> Entry | None:
    found = before.get(entry["made"]["indication"])
    if found is None or found["kind"] != INDICATED or found["reverses"] is not None or not _same(entry, found):
        return None
    return found


def _naming(indication: Entry, entries: Iterable[Entry]) -> Sequence[Entry]:
    made_of = [one for one in entries if one["made"].get("indication") == indication.hash]
    return [one for one in made_of if one["made"]["by"] == "part"]


def _is_bill_of(entry: Entry, one: Entry) -> bool:
    """Whether a bill is an earlier one of the same vehicle, cover and days."""
    same = one["made"].get("since") == _since(entry) and one["made"].get("by") == "billed"
    return same and one["reverses"] is None and _same(entry, one)


def _rates(made: Mapping[str, Any]) -> tuple[PerKm, str]:
    return rates_of(made), made.get("indication", "")


def _since(entry: Entry) -> str:
    return date.fromisoformat(entry["made"]["since"]).isoformat()


def _same(one: Entry, other: Entry) -> bool:
    return all(one[name] == other[name] for name in ACCOUNT)


CHECKS = {
    "part": _part,
    "cancelled": _cancelled,
    "billed": _billed,
    "adjusted": _adjusted,
    "offer": _offer,
    "answer": _answer,
}

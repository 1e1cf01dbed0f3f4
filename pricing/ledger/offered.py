"""Offered: the premium of the next term, with what it and the expiring one were made from and why they differ."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.canonical import plain
from pricing.crossing import KM
from pricing.exposure import Exposure
from pricing.ladder import LEVIES, as_told
from pricing.ledger.entry import Draft, Entry
from pricing.ledger.rated import made_from, snapshot
from pricing.premium import ANSWER, OFFER, Risk
from pricing.rating import rate
from pricing.renewal.experience import Known, Stepped
from pricing.renewal.reasons import Case, reasons
from pricing.score import Own
from pricing.stated import Stated, scored
from pricing.stated import stated as told
from pricing.tariff import Tariff

BY_OFFER, BY_ANSWER = MAKERS = ("offer", "answer")
ACCEPTED, DECLINED, LAPSED = ANSWERS = ("accepted", "declined", "lapsed")
WHOLE = ""  # vehicle and cover of an answer, which is the policy's

Tariffs = Mapping[str, Tariff]  # by digest
Made = Mapping[str, Any]


def offered(
    expiring: Entry,
    risk: Risk,
    exposure: Exposure,
    own: Own | Stated,
    tariff: Tariff,
    tariffs: Tariffs,
    claims: Known | Stepped | None = None,
) -> Draft:
    """Draft of the offer of ``risk`` for the term after the one whose ``expiring`` indication was charged.

    ``tariffs`` holds that of the expiring one too, ``claims`` what the risk's experience coefficient is made from. Made
    from what is written down, not from what was handed in.
    """
    made = expiring["made"]
    was = {name: made[name] for name in ("tariff", "tariff_id", "risk")} | _known(made, own, tariffs)
    old = {**was, "entry": expiring.hash, "amount": plain(expiring.amount)}
    new = {"tariff": tariff.digest, **snapshot(risk, exposure, own), "claims": plain(claims)}
    return _offer({"by": BY_OFFER, "expiring": old, "renewed": new}, {**tariffs, tariff.digest: tariff})


def _known(made: Made, own: Own | Stated, tariffs: Tariffs) -> dict[str, Any]:
    """Of the expiring term's driving what is told of the next one's: where that is a score and km, no more."""
    _, _, seen = made_from(made)
    if not isinstance(own, Stated) or isinstance(seen, Stated):
        return {name: made[name] for name in ("exposure", "own")}
    km = {name: sum_ for name, sum_ in made["exposure"].items() if name in KM}
    return {"exposure": km, "own": plain(told(seen, tariffs[made["tariff"]]))}


def answered(policy_id: str, answer: str, offers: Sequence[Entry]) -> Draft:
    """Draft of what became of the ``offers`` of a policy: accepted as they are, or not."""
    said = [{"entry": entry.hash, "amount": plain(entry.amount)} for entry in offers]
    made = {"by": BY_ANSWER, "answer": answer, "offers": said}
    first = offers[0].draft
    return _answer(
        Draft(policy_id, WHOLE, WHOLE, ANSWER, first.valid_from, first.valid_to, Decimal(0), first.currency, made)
    )


def again(draft: Draft, tariffs: Tariffs) -> Draft:
    """The draft made again; raises ``KeyError`` for a tariff that is not at hand."""
    return _answer(draft) if draft.made["by"] == BY_ANSWER else _offer(draft.made, tariffs)


def needs(made: Made) -> set[str]:
    """Digests of the tariffs that an offer is made again with."""
    return {made[part]["tariff"] for part in ("expiring", "renewed")} if made["by"] == BY_OFFER else set()


def _answer(draft: Draft) -> Draft:
    amounts = [Decimal(offer["amount"]) for offer in draft.made["offers"]]
    accepted = draft.made["answer"] == ACCEPTED
    amount = sum(amounts, Decimal("0.00")) if accepted else Decimal("0.00")
    return Draft(**(vars(draft) | {"amount": amount, "reason": draft.made["answer"]}))


def _offer(said: Made, tariffs: Tariffs) -> Draft:
    old, new = (Case(*made_from(said[part]), tariffs[said[part]["tariff"]]) for part in ("expiring", "renewed"))
    premium = rate(new.risk, new.exposure, new.tariff, scored(new.own, new.tariff), OFFER)
    steps = as_told(premium.factors, said["renewed"].get("steps", ()))
    ladder = {"steps": plain(steps), "caps": premium.caps, "credibility": plain(premium.credibility)}
    names = {"tariff_id": new.tariff.tariff_id, "status": new.tariff.status}
    why = reasons(Decimal(said["expiring"]["amount"]), old, new)
    return Draft(
        policy_id=old.risk.policy_id,
        vehicle_id=new.risk.vehicle_id,
        cover=new.risk.cover,
        kind=OFFER,
        valid_from=new.risk.valid_from,
        valid_to=new.risk.valid_to,
        amount=premium.amount,
        currency=premium.currency,
        made={**said, "renewed": {**said["renewed"], **names, **ladder}, "reasons": plain(why)},
    )


def levies_of(offer: Draft) -> Decimal:
    """Taxes and levies paid with the premium of an offer."""
    steps = offer.made["renewed"]["steps"]
    return sum((Decimal(step["amount"]) for step in steps if step["part"] == LEVIES), Decimal("0.00"))

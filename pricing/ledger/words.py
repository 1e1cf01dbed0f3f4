"""Words: why an entry is what it is, in lines, from the entry alone."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from pricing.billing.declaration import KM
from pricing.explain import explain_premium, text
from pricing.ledger import rated
from pricing.ledger.charged import Made, deposit_of, rates_of, reading_of, refund_of, rule_of, term_of
from pricing.ledger.entry import Draft, Entry
from pricing.renewal.reasons import NAMES


def explain(entry: Entry) -> str:
    """What the entry says, and how its amount comes about."""
    said = entry.draft
    head = f"{entry['policy_id']}:{entry['seq']}, recorded {entry['recorded_at'][:19]} UTC, {entry.hash}"
    if said.reverses is not None:
        return f"{head}\n{said.amount} {said.currency}: takes back {said.reverses}, {said.reason}"
    if said.made["by"] == rated.RATING:
        return f"{head}\n{text(explain_premium(rated.row(entry), silence=rated.silence(entry)))}"
    what = f"{said.vehicle_id} {said.cover}" if said.vehicle_id else "the whole policy"
    named = f"{said.kind}, {said.reason}" if said.reason else said.kind
    line = f"{said.amount} {said.currency} {named}: {what}, {_days(said.valid_from, said.valid_to)}"
    return "\n".join([head, line, *(f"  {each}" for each in WORDS[said.made["by"]](said.made, said))])


def _part(made: Made, said: Draft) -> list[str]:
    term, premium = term_of(made), Decimal(made["premium"])
    upto, before = term.earned(premium, said.valid_to), term.earned(premium, said.valid_from)
    return [
        f"{premium} for the term of {term.days} days, {_days(term.start, term.end)}",
        f"{upto} to {said.valid_to}, less {before} to {said.valid_from}, is {upto - before}",
    ]


def _cancelled(made: Made, said: Draft) -> list[str]:
    term, rule, paid, back = term_of(made), rule_of(made), Decimal(made["paid"]), refund_of(made)
    gone = term.elapsed(date.fromisoformat(made["on"]))
    share = [] if back == -said.amount else [f"of the {back} given back {-said.amount} is for the days of this entry"]
    return [
        f"{paid} was charged for {term.days} days, {_days(term.start, term.end)}; {gone} of them are over",
        f"{paid - back} is kept by {rule.name}: {rule.source}",
        *share,
    ]


def _adjusted(made: Made, _: Draft) -> list[str]:
    deposit, actual = deposit_of(made), Decimal(made["actual"])
    found, unit = deposit.adjusted(actual, made["rounding"]), made.get("unit", KM)
    silent = f", {made['silent']} of them as declared for days of which nothing is known," if "silent" in made else ""
    return [
        f"{deposit.deposit} was paid for {deposit.estimate} {unit}, of which {found.least} is kept in any case",
        f"{actual} {unit}{silent} earn {found.earned}: {found.final} less what was paid is {found.due}",
    ]


def _billed(made: Made, _: Draft) -> list[str]:
    rates, reading, before = rates_of(made), reading_of(made), Decimal(made["before"])
    earned = rates.earned(reading)
    least = f", at least {rates.least} a day" if rates.least else ""
    gap = f" and {reading.gap} km of gaps at {rates.per_gap_km or rates.per_km}" if reading.gap else ""
    how = f"{reading.days} days at {rates.per_day} and {reading.km} km at {rates.per_km}{gap}{least}"
    return [
        f"{how} since {made['since']}: {earned}",
        f"less {before} billed before, is {earned - before}",
    ]


def _offer(made: Made, said: Draft) -> list[str]:
    was = Decimal(made["expiring"]["amount"])
    named = [(NAMES[why["name"]], why["detail"], why["amount"]) for why in made["reasons"]]
    return [
        f"{was} in the expiring term, {said.amount - was:+} for",
        *(f"  {Decimal(amount):+}  {name}{f': {detail}' if detail else ''}" for name, detail, amount in named),
        *_claims(made["renewed"]["claims"]),
        f"tariff {made['renewed']['tariff_id']} ({made['renewed']['status']})",
    ]


def _claims(known: Made | None) -> list[str]:
    if known is None:
        return []
    if "scale" in known:
        years = ", ".join(map(str, known["claims"])) or "none"
        moved = f"{known['start']}, then by the claims of each year ({years}) {known['coefficient']}"
        return [f"bonus-malus {known['scale']}: {moved}"]
    own = f"{known['claims']} claims of the vehicle where {known['expected']} were to be expected"
    return [f"{own}, {known['fleet_claims']} of its fleet where {known['fleet_expected']} were"]


def _answer(made: Made, _: Draft) -> list[str]:
    return [f"{made['answer']}: {offer['amount']} of offer {offer['entry'][:12]}" for offer in made["offers"]]


def _days(start: date, end: date) -> str:
    return f"{start} to {end}, end excluded"


WORDS: dict[str, Callable[[Made, Draft], list[str]]] = {
    "part": _part,
    "cancelled": _cancelled,
    "adjusted": _adjusted,
    "billed": _billed,
    "offer": _offer,
    "answer": _answer,
}

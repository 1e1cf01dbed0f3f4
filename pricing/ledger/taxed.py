"""Taxed: taxes and levies on what was charged, by the tariff each charge was made with; no entries of their own."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pricing.canonical import moment
from pricing.ledger.entry import Entry
from pricing.ledger.known import known
from pricing.money import cents
from pricing.premium import ADJUSTMENT, CHARGED, INDICATED
from pricing.tariff import Tariff

PIECE = ("vehicle_id", "cover", "valid_from")


def taxed(chain: Sequence[Entry], known_at: datetime, tariffs: Mapping[str, Tariff]) -> dict[str, Decimal]:
    """Levies by name on all that a policy's ``chain`` had charged and given back by then; ``tariffs`` by their digest.

    A charge of the whole policy, such as a deposit, is of the covers it was insured for by what each was indicated at.
    """
    indications = [entry for entry in chain if entry["kind"] == INDICATED and entry["reverses"] is None]
    made = {entry.hash: entry["made"]["tariff"] for entry in indications}
    shown = {tuple(entry[name] for name in PIECE): entry for entry in known(indications, known_at)}  # the last of each
    insured: dict[str, Decimal] = {}
    for entry in shown.values():
        insured[entry["cover"]] = insured.get(entry["cover"], Decimal(0)) + entry.amount
    found: dict[str, Decimal] = {}
    for entry in chain:
        if entry["kind"] in (CHARGED, ADJUSTMENT) and entry["recorded_at"] <= moment(known_at) and indications:
            named = entry["made"].get("indication")
            tariff = tariffs.get(made.get(named, indications[-1]["made"]["tariff"]))
            for name, amount in _on(entry, tariff, insured):
                found[name] = found.get(name, Decimal("0.00")) + amount
    return found


def _on(entry: Entry, tariff: Tariff | None, insured: Mapping[str, Decimal]) -> Iterable[tuple[str, Decimal]]:
    """Levies on one charge; below 0 on what is given back."""
    for levy in () if tariff is None else tariff.levies:
        share = Decimal(entry["cover"] in levy.covers) if entry["cover"] else _share(levy.covers, insured)
        if share and tariff is not None:
            yield levy.name, cents(cents(entry.amount * share, tariff.rounding) * levy.rate, tariff.rounding)


def _share(covers: Collection[str], insured: Mapping[str, Decimal]) -> Decimal:
    """Of what is indicated, that of some covers; where nothing costs anything, each counts the same."""
    weights = insured if any(insured.values()) else dict.fromkeys(insured, Decimal(1))
    mine = sum((weight for cover, weight in weights.items() if cover in covers), Decimal(0))
    return mine / sum(weights.values()) if mine else Decimal(0)

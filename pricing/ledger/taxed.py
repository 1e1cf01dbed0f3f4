"""Taxed: taxes and levies on what was charged, by the tariff each charge was made with; no entries of their own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from pricing.canonical import moment
from pricing.ledger.entry import Entry
from pricing.ledger.known import known
from pricing.levies import levies
from pricing.premium import ADJUSTMENT, CHARGED, INDICATED
from pricing.tariff import Tariff


def taxed(chain: Sequence[Entry], known_at: datetime, tariffs: Mapping[str, Tariff]) -> dict[str, Decimal]:
    """Levies by name on all that a policy's ``chain`` had charged and given back by then; ``tariffs`` by their digest.

    A charge of the whole policy, such as a deposit, bears the levies that are on all the covers it was insured for.
    """
    indications = [entry for entry in chain if entry["kind"] == INDICATED and entry["reverses"] is None]
    made = {entry.hash: entry["made"]["tariff"] for entry in indications}
    insured = sorted({entry["cover"] for entry in known(indications, known_at)})
    found: dict[str, Decimal] = {}
    for entry in chain:
        if entry["kind"] in (CHARGED, ADJUSTMENT) and entry["recorded_at"] <= moment(known_at) and indications:
            named = entry["made"].get("indication")
            tariff = tariffs.get(made.get(named, indications[-1]["made"]["tariff"]))
            for name, amount in _on(entry, tariff, insured):
                found[name] = found.get(name, Decimal("0.00")) + amount
    return found


def _on(entry: Entry, tariff: Tariff | None, insured: Sequence[str]) -> Iterable[tuple[str, Decimal]]:
    """Levies on one charge; below 0 on what is given back."""
    if tariff is None:
        return []
    covers = [entry["cover"]] if entry["cover"] else insured
    on_all = {levy.name for levy in tariff.levies if set(levy.covers) >= set(covers)}
    steps = levies(tariff, covers[0], entry.amount) if covers else []
    return [(step.name, step.amount) for step in steps if step.name in on_all]

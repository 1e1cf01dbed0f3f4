"""Replay: an entry made again from what it holds and the tariff it names, the same bit for bit if nobody touched it."""

from collections.abc import Mapping
from dataclasses import replace

from pricing.ledger import charged, offered, rated
from pricing.ledger.entry import Draft, Entry, instead
from pricing.tariff import Tariff


class ReplayError(ValueError):
    """An entry that cannot be made again from what is at hand."""


def replay(entry: Entry, tariffs: Mapping[str, Tariff]) -> Entry:
    """``entry`` made again; ``tariffs`` by their digest. A reversing entry is what it takes back, turned round."""
    said = entry.draft
    again = _again(entry, said, tariffs)
    amount = again.amount if said.reverses is None else -again.amount
    return instead(entry, replace(again, amount=amount, reason=said.reason, reverses=said.reverses))


def _again(entry: Entry, said: Draft, tariffs: Mapping[str, Tariff]) -> Draft:
    by = said.made.get("by")
    if by in charged.AMOUNTS:
        return charged.again(said)
    if by in offered.MAKERS:
        missing = offered.needs(said.made) - tariffs.keys()
        if missing:
            raise ReplayError(f"entry {entry['seq']} was made with tariff {min(missing)[:8]}, which is not at hand")
        return offered.again(said, tariffs)
    if by != rated.RATING:
        raise ReplayError(
            f"entry {entry['seq']} of policy {said.policy_id} was made by {by!r}, which nobody can repeat"
        )
    if said.made["tariff"] not in tariffs:
        raise ReplayError(f"entry {entry['seq']} was made with tariff {said.made['tariff_id']}, which is not at hand")
    return rated.again(said, tariffs[said.made["tariff"]])

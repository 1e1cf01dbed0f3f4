"""Entries: the ledger's entries on a screen."""

from collections.abc import Iterable

from pricing.ledger.entry import Entry, row
from streams.cli import screen


def show(title: str, entries: Iterable[Entry], as_json: bool) -> None:
    """Entries as a table, or as JSON."""
    if as_json:
        screen.emit([row(entry) for entry in entries])
        return
    heads = ("entry", "what", "vehicle", "cover", "from", "to", "amount")
    lines = [
        [
            f"{entry['policy_id']}:{entry['seq']}",
            entry["reason"] or entry["kind"],
            *[entry[name] for name in ("vehicle_id", "cover", "valid_from", "valid_to")],
            f"{entry.amount:,}",
        ]
        for entry in entries
    ]
    columns = [(name, "right" if name == "amount" else "left") for name in heads]
    screen.out.print(screen.table(title, columns, lines))

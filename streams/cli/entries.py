"""Entries: the ledger's entries on a screen and as rows."""

from collections.abc import Iterable
from typing import Any

from pricing.ledger.entry import Entry
from streams.cli import screen

COLUMNS = (
    "seq",
    "recorded_at",
    "kind",
    "reason",
    "vehicle_id",
    "cover",
    "valid_from",
    "valid_to",
    "amount",
    "currency",
)


def row(entry: Entry) -> dict[str, Any]:
    """An entry as a row of a table."""
    said = {name: entry[name] for name in ("policy_id", *COLUMNS, "reverses")}
    return said | {"amount": entry.amount, "hash": entry.hash}


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

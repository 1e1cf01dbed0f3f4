"""Pen: writes a policy's chain on, and knows what holds of each vehicle and cover."""

from collections.abc import Iterable
from datetime import datetime

from pricing.ledger.entry import Draft, Entry, follow

Key = tuple[str, str, str]  # kind, vehicle, cover


class Pen:
    """A chain and what has been added to it; the clock ``at`` never runs behind the last entry."""

    def __init__(self, entries: Iterable[Entry], at: datetime) -> None:
        self.entries: list[Entry] = []
        self.new: list[Entry] = []
        self.by_hash: dict[str, Entry] = {}
        self._holds: dict[Key, dict[str, Entry]] = {}
        for entry in entries:
            self._take(entry)
        last = datetime.fromisoformat(self.entries[-1]["recorded_at"]) if self.entries else at
        self._at = max(at, last)

    def write(self, draft: Draft) -> Entry:
        """Append the entry of ``draft``."""
        entry = follow(self.entries[-1] if self.entries else None, draft, self._at)
        self._take(entry)
        self.new.append(entry)
        return entry

    def known(self, kind: str, vehicle_id: str, cover: str) -> list[Entry]:
        """What holds of a vehicle and cover: entries of a kind that nobody has taken back."""
        return list(self._holds.get((kind, vehicle_id, cover), {}).values())

    def all_known(self, kind: str) -> list[Entry]:
        """The same of all vehicles and covers."""
        return [entry for key, found in self._holds.items() if key[0] == kind for entry in found.values()]

    def accounts(self, kind: str) -> list[tuple[str, str]]:
        """Vehicles and covers of which something of a kind holds."""
        return [(vehicle_id, cover) for (of, vehicle_id, cover), found in self._holds.items() if of == kind and found]

    def holds(self, entry: Entry) -> bool:
        """Whether nobody has taken an entry back."""
        return entry.hash in self._holds.get(_key(entry), {})

    def _take(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.by_hash[entry.hash] = entry
        found = self._holds.setdefault(_key(entry), {})
        if entry["reverses"] is None:
            found[entry.hash] = entry
        else:
            found.pop(entry["reverses"], None)


def _key(entry: Entry) -> Key:
    return entry["kind"], entry["vehicle_id"], entry["cover"]

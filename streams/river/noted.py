"""Noted: what the program itself puts into the audit log: with which settings it works, whom it turned away."""

from urllib.parse import urlsplit

from streams.config import Config, show
from streams.ids import digest
from streams.store.audit import Entry, note, record
from streams.store.store import Store

JUDGING = ("alerts", "detectors", "hours", "paging", "pricing", "settle", "sinks", "tariff")  # sections


def judging(store: Store, config: Config) -> None:
    """Note what decides what is found, told, priced and kept, as far as it is not as shipped; secrets are masked."""
    said = show(config).items()
    changed = {key: value for key, (value, origin) in said if origin != "default" and key.split(".")[0] in JUDGING}
    if "sinks.webhook" in changed:
        changed["sinks.webhook"] = _veiled(changed["sinks.webhook"])
    with store.writing() as connection:
        note(connection, Entry("tripmeter", "settings.changed", detail=changed))


def append(store: Store, entry: Entry) -> None:
    """Put one entry into the audit log."""
    with store.writing() as connection:
        record(connection, [entry])


def _veiled(url: str) -> str:
    """The host of a URL whose path may be a secret of its own, and what tells it from another."""
    return f"{urlsplit(url).hostname} {digest(url.encode()).hex()[:8]}"

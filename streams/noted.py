"""Noted: what the program itself puts into the audit log: with which settings it works, whom it turned away."""

from streams.config import Config, show
from streams.store.audit import Entry, note, record
from streams.store.store import Store

JUDGING = ("alerts", "detectors", "hours", "paging", "settle", "sinks", "tariff")  # sections


def judging(store: Store, config: Config) -> None:
    """Note what decides what is found, told, priced and kept, as far as it is not as shipped; secrets are masked."""
    said = show(config).items()
    changed = {key: value for key, (value, origin) in said if origin != "default" and key.split(".")[0] in JUDGING}
    with store.writing() as connection:
        note(connection, Entry("tripmeter", "settings.changed", detail=changed))


def append(store: Store, entry: Entry) -> None:
    """Put one entry into the audit log."""
    with store.writing() as connection:
        record(connection, [entry])

"""Edited: two who change the registry at once have both changed it, and each is on record for their own."""

import threading

from streams.registry import Registry, stored
from streams.registry.edited import edited
from streams.registry.rows import Driver
from streams.store import audit


def adding(name, meanwhile=lambda: None):
    def change(before: Registry) -> Registry:
        after = before.copy()
        after.put(Driver(driver_id=name, fleet_id="f"))
        meanwhile()
        return after

    return change


def test_nobody_writes_between_reading_and_writing(rivers, tmp_path):
    store = rivers.opened(tmp_path)
    other = threading.Thread(target=lambda: edited(store, "bo", adding("D2")))

    def begins() -> None:
        other.start()
        other.join(0.2)

    (made,) = edited(store, "ann", adding("D1", begins))
    other.join()
    assert (made.what, made.key) == ("added", "D1")
    with store.reading() as connection:
        assert sorted(stored.read(connection).rows["drivers"]) == ["D1", "D2"]
        log = [(row["actor"], row["about"]) for row in audit.read(connection, action="registry")]
    assert log == [("ann", "drivers D1"), ("bo", "drivers D2")]
    store.close()

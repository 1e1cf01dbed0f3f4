"""Faults: a code is outstanding from its first list to the first without it, whatever the order lists come in."""

import numpy as np
import pytest

from devices.codecs import JSON_V1
from devices.codecs.base import Reading
from devices.samples import Payload
from streams.records.faults import KIND
from streams.store import schema

DAY_S = 86_400.0
TOPIC = "tripmeter/v1/f/V/telemetry"


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged()


@pytest.fixture
def river(rivers, rules, tmp_path):
    return rivers.River(tmp_path, rules)


def payload(start, t, codes, n=3, seq=0):
    """Three samples of a second and a list (None: nothing said of codes)."""
    reading = Reading("b", seq, [start + t + k for k in range(n)], {"speed_kmh": [50.0 + k for k in range(n)]})
    reading.fault_codes = codes
    return Payload(TOPIC, JSON_V1.encode(reading), 0.0)


def told(river, start):
    """(code, level, from, to) of all faults, in s from the start."""
    rows = [row for row in river.rows(schema.events) if row["kind"] == KIND]
    ends = [None if row["end"] is None else row["end"] - start for row in rows]
    found = [(row["subject"], row["level"], row["start"] - start, end) for row, end in zip(rows, ends, strict=True)]
    return sorted(found, key=lambda row: (row[2], row[0]))


SAID = [(0, ["P0301"]), (10, None), (20, ["P0301", "C0035"]), (30, ["C0035"]), (40, []), (50, ["P0301"])]
FAULTS = [("P0301", 1, 0, 30), ("C0035", 2, 20, 40), ("P0301", 1, 50, None)]


def test_from_the_first_list_to_the_first_without(rivers, river):
    for t, codes in SAID:
        river.embedded.take([payload(rivers.START, t, codes)])
    assert told(river, rivers.START) == FAULTS


def test_an_alert_a_code_for_the_workshop(rivers, river):
    for t, codes in SAID[:4]:
        river.embedded.take([payload(rivers.START, t, codes)])
    alerts = {row["subject"]: row for row in river.rows(schema.alerts)}
    assert {code: row["condition"] for code, row in alerts.items()} == {"P0301": "cleared", "C0035": "active"}
    assert alerts["C0035"]["priority"] == "minor"


def test_a_code_may_hold_what_no_topic_may(rivers, river):
    river.embedded.take([payload(rivers.START, 0, ["$SPN 100/FMI 1 #+", " "])])
    assert [row[0] for row in told(river, rivers.START)] == ["SPN 100_FMI 1 __", "unknown"]


@pytest.mark.parametrize("seed", range(4))
def test_any_order_over_midnights_with_crashes_gives_the_same(rivers, rules, river, tmp_path, seed):
    """Days of lists, as they come and shuffled, doubled and with the service killed in between."""
    rng = np.random.default_rng(seed)
    codes = ["P1", "P2", "C3"]
    lists = [(t, [c for c in codes if rng.random() < 0.5]) for t in np.arange(0, 3 * DAY_S, 7_200).tolist()]
    said = [payload(rivers.START, t, None if rng.random() < 0.2 else some, seq=k) for k, (t, some) in enumerate(lists)]
    for one in said:
        river.embedded.take([one])
    river.drain()
    other = rivers.River(tmp_path / "other", rules)
    shuffled = [*said, *said[::3]]
    rng.shuffle(shuffled)
    for one in shuffled:
        other.embedded.take([one])
        if rng.random() < 0.2:
            other.embedded.settle_due(at_once=True)
        if rng.random() < 0.1:
            other.embedded.snapshot()
        if rng.random() < 0.1:
            other.crash()
    other.drain()
    found = told(river, rivers.START)
    assert len(found) > 5
    assert told(other, rivers.START) == found
    assert not rivers.differences(river.tables(), other.tables())


def test_other_payloads_cut_otherwise_say_the_same(rivers, river, tmp_path, rules):
    for t, codes in SAID:
        river.embedded.take([payload(rivers.START, t, codes)])
    river.drain()
    other = rivers.River(tmp_path / "other", rules)
    other.embedded.take(rivers.payloads(rivers.stored(river), size=2))
    assert told(other, rivers.START) == FAULTS
    again = rivers.replayed([rivers.stored(river)], rules, river.source)
    assert not rivers.differences(river.tables(), again)

"""Clocks that are wrong, a little, by years or by weeks lost, are the same to twin and river in any order."""

import random

import pytest

from devices.codecs import JSON_V1, Reading
from devices.samples import Payload
from streams.store import schema

from .clocks import WEEKS, YEAR_2000, clock_faults

NOON = 1_763_812_800.0
OFFSETS = (0.0, -5.0, 299.0, 300.0, 301.0, 3_599.0, 3_600.0, 90_000.0, 3e8, 4e9, 1e12, -WEEKS, -WEEKS + 200.0)
MORE = (-WEEKS - 2 * 86_400.0, -WEEKS - 9 * 86_400.0, -2 * WEEKS - 3_600.0, -3 * WEEKS, YEAR_2000 - NOON - 9e5, -NOON)


@pytest.mark.parametrize("seed", range(6))
def test_wrong_clocks_are_the_same_to_both(rivers, tmp_path, seed):
    dice = random.Random(seed)  # noqa: S311  a test
    river = rivers.River(tmp_path, rivers.judged(), ahead=300.0, earliest=YEAR_2000)
    told, sent = [], []
    for seq in range(40):
        vehicle, arrival = dice.choice("VW"), NOON + dice.uniform(0, 3 * 86_400)
        first = round(arrival + dice.choice(OFFSETS + MORE), 3)
        last = first + dice.choice((0.0, 1.0))
        told.append((("f", vehicle), first, last, arrival))
        body = JSON_V1.encode(Reading("b", seq, sorted({first, last}), {"speed_kmh": 50.0}))
        sent.append(Payload(f"tripmeter/v1/f/{vehicle}/telemetry", body, arrival))
    for k in dice.sample(range(40), 40):
        river.embedded.take([sent[k]])
    river.drain()
    ours = {row["event_id"]: row for row in river.rows(schema.events) if row["kind"] == "clock_fault"}
    theirs = {row["event_id"]: row for row in clock_faults(told)}
    assert ours.keys() == theirs.keys()
    for name, row in theirs.items():
        assert {key: ours[name][key] for key in row} == pytest.approx(row)
    assert theirs

"""What devices raise: its events, and the alarms that are held, are the same to twin and river in any order."""

import random

import numpy as np
import pytest

from devices.samples import DeviceEvent, Samples
from streams.detectors import DETECTORS
from streams.store import schema

from .raised import Report, raised

KINDS = ("sos", "power_cut", "speeding", "lane_departure")
PAUSES = (0.0, 1.0, 60.0, 119.999, 120.0, 120.001, 600.0, 899.999, 900.001, 3_900.0, 3_900.001)


def reports(seed: int) -> list[Report]:
    dice = random.Random(seed)  # noqa: S311  a test
    found, t = [], 1_750_000_000.0
    for _ in range(250):
        t = round(t + dice.choice(PAUSES[: dice.choice((6, 9, 11))]), 3)
        place = dice.choice((None, (48.0, 8.4), (48.5, 8.0)))
        code, media = dice.choice(("", "", "x")), dice.choice(("", f"{dice.randrange(30)}.jpg"))
        found.append(Report(("f", "V"), t, dice.choice(KINDS[: 1 + seed % 4]), dice.randint(1, 3), code, media, place))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_reports_in_any_order_are_the_same_to_both(rivers, tmp_path, seed):
    told = reports(seed)
    river = rivers.River(tmp_path, rivers.judged())
    mixed = random.Random(seed).sample(told, len(told))  # noqa: S311  a test
    for some in (mixed[k : k + 7] for k in range(0, len(mixed), 7)):
        t = np.unique([one.t for one in some])
        rest = [(one.kind, one.level, one.code or None, one.media or None, one.place) for one in some]
        said = [DeviceEvent(0, one.t, *more) for one, more in zip(some, rest, strict=True)]
        samples = Samples([("f", "V")], np.zeros(t.size, np.int64), t, {"speed": np.zeros(t.size)}, events=said)
        river.embedded.take(rivers.payloads(samples, boot=str(river.store.position)))
    river.drain()
    ours = {row["event_id"]: row for row in river.rows(schema.events) if row["source"] == "device"}
    ours |= {row["event_id"]: row for row in river.rows(schema.events) if row["kind"] == "alarm_held"}
    theirs = {row["event_id"]: row for row in raised(told, {detector.kind for detector in DETECTORS})}
    assert ours.keys() == theirs.keys()
    for name, row in theirs.items():
        assert {key: ours[name][key] for key in row} == row
    assert any(row["kind"] == "alarm_held" for row in theirs.values())

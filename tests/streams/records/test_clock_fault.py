"""Clock faults: stamps of ten years ahead, 25 hours ahead or 1,024 weeks ago, and the valid data that follows."""

import pytest

from devices.codecs import JSON_V1, Reading
from devices.rollover import WEEKS_S, lost
from devices.samples import Payload
from streams.store import schema

NOW = 1_763_786_400.0  # 2025-11-22 04:40:00 UTC
HOUR, YEAR = 3600.0, 365.25 * 86_400
TOPIC = "tripmeter/v1/f/{}/telemetry"


@pytest.fixture
def river(rivers, tmp_path):
    return rivers.River(tmp_path, rivers.judged(), ahead=300.0, earliest=946_684_800.0)


def payload(t, at=NOW, seq=1, vehicle="V"):
    reading = Reading("b", seq, [t, t + 1], {"speed_kmh": 50.0})
    return Payload(TOPIC.format(vehicle), JSON_V1.encode(reading), at)


def faults(river):
    rows = [row for row in river.rows(schema.events) if row["kind"] == "clock_fault"]
    return [(row["start"], row["end"], row["level"], round(row["peak"], 2)) for row in rows]


@pytest.mark.parametrize(("wrong", "hours"), [(10 * YEAR, 87_660.0), (25 * HOUR, 25.0)])
def test_a_clock_far_ahead_is_set_aside_told_once_a_day_and_does_no_harm_to_what_follows(river, wrong, hours):
    for k in range(3):
        river.embedded.take([payload(NOW + wrong + 10 * k, NOW + 10 * k, seq=k)])
    assert faults(river) == [(NOW, NOW + 20, 2, pytest.approx(hours, abs=0.01))]
    assert {row["reason"] for row in river.rows(schema.quarantine)} == {"far_future"}
    assert river.embedded.take([payload(NOW + 60, NOW + 62, seq=9)])
    assert river.pipeline.watermark(0) == NOW + 61
    (alert,) = [alert for alert in river.rows(schema.alerts) if alert["kind"] == "clock_fault"]
    assert (alert["priority"], alert["count"]) == ("warning", 1)
    assert len(river.rows(schema.outbox)) == 1


def test_a_clock_that_lost_1024_weeks_is_put_right(river):
    river.embedded.take([payload(NOW, NOW + 2)])
    river.embedded.take([payload(NOW + 60 - WEEKS_S, NOW + 62, seq=2)])
    assert river.pipeline.watermark(0) == NOW + 61
    assert river.rows(schema.quarantine) == []
    assert [fault[2] for fault in faults(river)] == [2]
    river.crash()
    assert river.pipeline.watermark(0) == NOW + 61
    assert river.embedded.take([payload(NOW + 120, NOW + 122, seq=3)])
    assert river.pipeline.watermark(0) == NOW + 121


def test_the_first_thing_heard_may_come_from_such_a_clock(river):
    river.embedded.take([payload(NOW - 2 * WEEKS_S, NOW + 2)])
    assert river.pipeline.watermark(0) == NOW + 1


def test_a_clock_a_little_ahead_is_only_notable_and_one_a_little_behind_is_none(river):
    river.embedded.take([payload(NOW + 600, NOW), payload(NOW - 6 * HOUR, NOW, vehicle="W")])
    assert [fault[2] for fault in faults(river)] == [1]


def test_a_day_is_an_event_whatever_the_order_of_its_faults(rivers, river):
    river.embedded.take([payload(NOW + 25 * HOUR, NOW + 100)])
    river.embedded.take([payload(NOW + 26 * HOUR, NOW, seq=2)])
    assert faults(river) == [(NOW, NOW + 100, 2, pytest.approx(26, abs=0.01))]
    river.embedded.take([payload(NOW + 50 * HOUR, NOW + 86_400, seq=3)])
    assert len(faults(river)) == 2
    river.drain()
    assert len(faults(river)) == 2


def test_nothing_but_a_rollover_looks_like_one():
    assert lost(NOW - WEEKS_S - 6 * 86_400, NOW, 300) == WEEKS_S  # kept for six days before it was sent
    assert lost(NOW - WEEKS_S - 8 * 86_400, NOW, 300) == 0
    assert lost(NOW - WEEKS_S + 301, NOW, 300) == 0
    assert lost(NOW - 3 * WEEKS_S, NOW, 300) == 0
    assert lost(NOW - 10, NOW, 300) == 0
    assert lost(1e300, NOW, 300) == lost(-1e300, NOW, 300) == 0


def test_a_clock_of_before_2000_is_a_wrong_clock_and_no_late_data(river):
    river.embedded.take([payload(NOW, NOW + 2)])
    river.embedded.take([payload(900_000_000.0, NOW + 62, seq=2)])
    assert [fault[2] for fault in faults(river)] == [2]
    assert {row["reason"] for row in river.rows(schema.quarantine)} == {"implausible_time"}

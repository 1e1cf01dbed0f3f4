"""Payloads hold a recording's samples, all of them, in the order of its rows, ascending in each."""

import math

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs import decode
from simulator.payloads import Cut, payloads


def recording(t: list[float], **columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame({"t": t, **columns}, strict=False)


def sent(frame: pl.DataFrame, cut: Cut = Cut()) -> list:  # type: ignore[type-arg]  # noqa: B008
    return [decode(payload.body) for payload in payloads(frame, 0, "b", cut)]


def test_ten_samples_a_payload_numbered_from_one() -> None:
    readings = sent(recording([float(k) for k in range(25)], speed_kmh=[50.0 + k for k in range(25)]))
    assert [(r.boot, r.seq, len(r.t)) for r in readings] == [("b", 1, 10), ("b", 2, 10), ("b", 3, 5)]
    assert readings[2].columns["speed_kmh"] == [70.0, 71.0, 72.0, 73.0, 74.0]


def test_a_payload_spans_no_more_than_its_seconds() -> None:
    assert [r.t for r in sent(recording([0.0, 60.0, 61.0, 62.0]))] == [[0.0], [60.0, 61.0, 62.0]]


def test_a_step_back_in_time_begins_a_new_payload() -> None:
    assert [r.t for r in sent(recording([5.0, 6.0, 6.0, 3.0, 4.0]))] == [[5.0, 6.0], [6.0], [3.0, 4.0]]


def test_what_does_not_change_is_said_once_and_what_was_not_measured_not_at_all() -> None:
    (reading,) = sent(
        recording([1.0, 2.0], speed_limit_kmh=[80.0, 80.0], speed_kmh=[1.0, math.nan], lat_deg=[None, None])
    )
    assert reading.columns == {"speed_limit_kmh": 80.0, "speed_kmh": [1.0, None]}


def test_another_driver_begins_a_new_payload() -> None:
    readings = sent(recording([1.0, 2.0, 3.0], driver_id=["a", "a", "b"]))
    assert [(r.driver, r.t) for r in readings] == [("a", [1.0, 2.0]), ("b", [3.0])]


def test_wheels_are_sent_when_heard() -> None:
    frame = recording([1.0, 2.0], tyre_2LO_pressure_kpa=[None, 830.0], tyre_2LO_temp_c=[None, 31.0])
    (reading,) = sent(frame)
    assert reading.tyres == {"2LO": {"pressure_kpa": [None, 830.0], "temp_c": [None, 31.0]}}


@given(
    t=st.lists(st.integers(0, 200).map(float), min_size=1, max_size=60),
    samples=st.integers(1, 12),
    seconds=st.floats(0.5, 50),
)
def test_nothing_is_lost_or_turned_round(t: list[float], samples: int, seconds: float) -> None:
    out = list(payloads(recording(t), 3, "b", Cut(samples, seconds)))
    readings = [decode(payload.body) for payload in out]
    assert [one for r in readings for one in r.t] == t
    assert all(a < b for r in readings for a, b in zip(r.t, r.t[1:], strict=False))
    assert [payload.at for payload in out] == sorted(payload.at for payload in out)
    assert sum(payload.samples for payload in out) == len(t)

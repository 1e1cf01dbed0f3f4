"""Columns: many payloads at once say what each says alone, one value at a time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs import DeviceReport, Reading
from devices.columns import Received, clean, collect
from devices.plausible import AHEAD, YEAR_2000, YEAR_2100
from devices.samples import Payload, Samples
from devices.signals import BY_COLUMN, SIGNALS, TYRE_SIGNALS, wheel_code, wheel_name

NOW = 1_763_786_400.0
instants = st.one_of(
    st.integers(0, 3_000_000).map(lambda us: NOW + us / 1e6),
    st.sampled_from([0.0, -5e12, 1e300, YEAR_2000, YEAR_2100, NOW + AHEAD, NOW + AHEAD + 0.001, NOW + 5000]),
)
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-100, 400),
    st.sampled_from([0.0, -0.0, 90.0, 300.0, math.nextafter(300, 400), 2000.0]),
)


def values(count):
    return numbers | st.lists(numbers | st.none(), min_size=count, max_size=count)


def some(signals, count):
    return st.dictionaries(st.sampled_from([signal.column for signal in signals]), values(count), max_size=4)


@st.composite
def received(draw):
    t = sorted(draw(st.lists(instants, max_size=5, unique=True)))
    columns = draw(some(SIGNALS[:4], len(t)) | some(SIGNALS, len(t)))
    wheels = st.sampled_from(["1L", "2L", "2LO", "2LI", "9R", "spare"])
    tyres = draw(st.dictionaries(wheels, some(TYRE_SIGNALS, len(t)), max_size=3))
    events = draw(st.lists(st.builds(DeviceReport, instants, st.just("sos"), st.just(3)), max_size=2))
    reading = Reading("a", 1, t, columns, draw(st.sampled_from([None, "", "D1", "D2"])), tyres, events)
    vehicle = draw(st.sampled_from("uvw"))
    return Received(Payload(f"of {vehicle}", b"raw", NOW), "f", vehicle, reading)


def to_ms(t):
    return math.floor(t * 1000.0 + 0.5) / 1000.0 if abs(t) < 1e300 else t


def reason_against(t, ahead, earliest):
    if (earliest is not None and t < earliest) or not abs(t) < YEAR_2100:
        return "implausible_time"
    return "far_future" if ahead is not None and t > NOW + ahead else None


def value_of(said, k):
    value = said[k] if isinstance(said, list) else said
    return math.nan if value is None else value


def slowly(everything, ahead, earliest):
    """What ``collect`` should say, one value after the other."""
    rows, tyres, events, refused = [], [], [], set()
    for p, (_, fleet, vehicle, reading) in enumerate(everything):
        for k, t in enumerate(map(to_ms, reading.t)):
            reason = reason_against(t, ahead, earliest)
            if reason:
                refused.add((p, reason, "t"))
                continue
            row = {}
            for column, said in reading.columns.items():
                signal = BY_COLUMN[column]
                value = value_of(said, k) * signal.scale
                if value < signal.low * signal.scale or value > signal.high * signal.scale:
                    refused.add((p, "out_of_range", column))
                    value = math.nan
                row[signal.name] = value
            if row.get("lat") == 0 and row.get("lon") == 0:
                refused.add((p, "null_island", "lat_deg"))
                row |= {"lat": math.nan, "lon": math.nan}
            rows.append(((fleet, vehicle), t, reading.driver, {n: v for n, v in row.items() if not math.isnan(v)}))
        for wheel, said in reading.tyres.items():
            try:
                code = wheel_code(wheel)
            except ValueError:
                refused.add((p, "unknown_wheel", None))
                continue
            for k, t in enumerate(map(to_ms, reading.t)):
                if reason_against(t, ahead, earliest):
                    continue
                both = []
                for signal in TYRE_SIGNALS:
                    value = value_of(said.get(signal.column), k)
                    if value < signal.low or value > signal.high:
                        refused.add((p, "out_of_range", f"tyres.{wheel_name(code)}.{signal.column}"))
                        value = math.nan
                    both.append(None if math.isnan(value) else value)
                if both != [None, None]:
                    tyres.append(((fleet, vehicle), code, t, *both))
        for event in reading.events:
            reason = reason_against(to_ms(event.t), ahead, earliest)
            if reason:
                refused.add((p, reason, "t"))
            else:
                events.append(((fleet, vehicle), to_ms(event.t)))
    return rows, tyres, events, refused


def told(samples: Samples):
    """A table as plain rows."""
    rows = []
    for k, t in enumerate(samples.t.tolist()):
        code = -1 if samples.driver is None else samples.driver[k]
        driver = None if code == -1 else "" if code == -2 else samples.drivers[code]
        row = {name: float(column[k]) for name, column in samples.columns.items() if not np.isnan(column[k])}
        rows.append((samples.vehicles[samples.vehicle[k]], t, driver, row))
    tyres = [
        (samples.vehicles[v], wheel, t, None if np.isnan(pressure) else pressure, None if np.isnan(temp) else temp)
        for v, wheel, t, pressure, temp in zip(
            *(getattr(samples.tyres, name).tolist() for name in ("vehicle", "wheel", "t", "pressure", "temp")),
            strict=True,
        )
    ]
    return rows, tyres, [(samples.vehicles[event.vehicle], event.t) for event in samples.events]


@given(st.lists(received(), max_size=5), st.sampled_from([AHEAD, None]), st.sampled_from([YEAR_2000, None]))
def test_many_payloads_at_once_say_what_each_value_says(everything, ahead, earliest):
    numbered = [item._replace(payload=Payload(str(p), b"raw", NOW)) for p, item in enumerate(everything)]
    samples, refused = collect(numbered, ahead=ahead, earliest=earliest)
    rows, tyres, events, expected = slowly(numbered, ahead, earliest)
    assert told(samples) == (rows, tyres, events)
    names = {(int(part.topic), part.reason, part.detail.split("'")[1]) for part in refused}
    assert {(p, r, None if r == "unknown_wheel" else name) for p, r, name in names} == expected
    assert [int(part.topic) for part in refused] == sorted(int(part.topic) for part in refused)


@given(st.lists(received(), max_size=6), st.integers(0, 6))
def test_payloads_together_or_apart_say_the_same(everything, cut):
    (whole, refused), (head, first), (tail, second) = (
        collect(part) for part in (everything, everything[:cut], everything[cut:])
    )
    assert told(whole) == tuple(a + b for a, b in zip(told(head), told(tail), strict=True))
    assert refused == first + second


@given(st.lists(received(), max_size=4))
def test_what_was_let_in_is_clean(everything):
    samples, _ = collect(everything)
    again, report = clean(samples, YEAR_2000)
    assert told(again) == told(samples)
    assert not report


def one(columns, t=(NOW, NOW + 1), **more):
    return [Received(Payload("x", b"raw", NOW), "f", "v", Reading("a", 1, list(t), columns, **more))]


def test_a_value_out_of_range_is_set_aside_and_the_rest_goes_on():
    samples, refused = collect(one({"speed_kmh": [36, 999], "heading_deg": 360}))
    np.testing.assert_array_equal(samples.columns["speed"], [10, np.nan])
    np.testing.assert_array_equal(samples.columns["heading"], [360, 360])
    assert [(part.reason, part.body) for part in refused] == [("out_of_range", b"raw")]
    assert refused[0].detail == "'speed_kmh' is 999 at sample 1, expected 0 to 300"


def test_several_values_out_of_range_are_one_part_a_signal():
    _, refused = collect(one({"speed_kmh": 999, "fuel_pct": -1}))
    assert [part.detail for part in refused] == [
        "'fuel_pct' is -1 at sample 0 and 1 more, expected 0 to 100",
        "'speed_kmh' is 999 at sample 0 and 1 more, expected 0 to 300",
    ]


def test_samples_from_the_future_are_cut_out():
    samples, refused = collect(one({"speed_kmh": [1, 2]}, t=(NOW, NOW + 301), tyres={"1L": {"temp_c": 30}}))
    assert samples.t.tolist() == samples.tyres.t.tolist() == [NOW]
    assert [part.reason for part in refused] == ["far_future"]
    samples, refused = collect(one({"speed_kmh": [1, 2]}, t=(NOW, NOW + 301)), ahead=None)
    assert (samples.t.size, refused) == (2, [])


def test_instants_that_fall_on_one_millisecond_keep_both_rows():
    samples, _ = collect(one({"speed_kmh": [1, 2]}, t=(NOW + 0.0101, NOW + 0.0104)))
    assert samples.t.tolist() == [NOW + 0.01, NOW + 0.01]


def test_no_position_is_not_the_gulf_of_guinea():
    samples, refused = collect(one({"lat_deg": [0, 0], "lon_deg": [0, 9.5]}))
    np.testing.assert_array_equal(samples.columns["lat"], [np.nan, 0])
    assert [part.reason for part in refused] == ["null_island"]


def test_two_names_of_one_wheel_keep_both_readings():
    samples, _ = collect(one({}, t=[NOW], tyres={"2L": {"pressure_kpa": 800}, "2LO": {"pressure_kpa": 801}}))
    assert samples.tyres.pressure.tolist() == [800, 801]


@pytest.mark.parametrize("t", [1e300, -1e300])
def test_an_instant_beyond_all_calendars_is_cut_out_even_in_replay(t):
    samples, refused = collect(one({}, t=[t]), ahead=None, earliest=None)
    assert samples.t.size == 0
    assert [part.reason for part in refused] == ["implausible_time"]


def test_cleaning_a_recording_counts_what_fell():
    columns = {"speed": np.array([10.0, 500.0, 5.0, 1.0]), "lat": np.zeros(4), "lon": np.array([0.0, 1.0, 0.0, 0.0])}
    t = np.array([NOW, NOW + 0.0004, np.nan, -1.0])
    samples, report = clean(Samples([("f", "v")], np.zeros(4, np.int64), t, columns), YEAR_2000)
    assert report == {("implausible_time", "t"): 2, ("out_of_range", "speed"): 1, ("null_island", "lat"): 1}
    np.testing.assert_array_equal(samples.columns["speed"], [10, np.nan])
    np.testing.assert_array_equal(samples.columns["lat"], [np.nan, 0])
    assert samples.t.tolist() == [NOW, NOW]
    assert columns["speed"][1] == 500  # the caller's own arrays stay as they are

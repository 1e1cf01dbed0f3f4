"""Exposure: what a driver drove in a vehicle on a UTC day, in segments cut at driver change and midnight only."""

import math
from typing import Any

import numpy as np

from compiled.kernels import kernel
from devices.samples import Ints
from streams.journeys.folds import write
from streams.kernels.bands import band_of, speed_band
from streams.kernels.ignition import ON, ignition_after, is_measured
from streams.kernels.params import CLOSE, OPEN, Param, Records
from streams.kernels.quality import DOUBTED
from streams.kernels.spans import span

DAY_S = 86_400.0
DEVICE, ROAD, CLASS = 1, 2, 3  # Batch.limit_source
GRAINS = 1_073_741_824.0  # of a metre, of a second: sums of whole ones are the same to the bit however they are cut

PARAMS = (
    Param("observed_dt_s", 1.2, "ours: at 1 s a brake of 0.45 g for 2 s is found in 84 of 100, at 2 s in none"),
    Param("evidence_s", 30.0, "ours: a speed that shows no change for longer may be frozen"),
    Param("tyre_s", 1800.0, "ours: a tyre sensor silent for 30 min while moving is faulty"),
    Param("odometer_max_kmh", 200.0, "ours: an odometer that runs faster was replaced or misread", 1 / 3.6),
    Param("odometer_slack_m", 2000.0, "ours: one tick of an odometer in whole miles"),
    Param("gap_min_m", 100.0, "ours: one tick of an odometer in tenths of a km"),
)

SUMS = (
    "metres",  # measured
    "odometer_m",  # advance of the odometer; NaN while it gave none
    "gap_m",  # advance of the odometer beyond what was measured, over gaps
    "moving_s",
    "idle_s",  # standing with the ignition on
    "night_m",  # by part of the local day, from 22:00 to 5:00
    "hour_5_9_m",
    "hour_9_16_m",
    "hour_16_19_m",
    "hour_19_22_m",
    "over_0_10_m",  # by km/h over the posted limit, the upper end included
    "over_10_20_m",
    "over_20_30_m",
    "over_30_m",
    "limit_known_m",  # posted, by device or road, or below it the vehicle's own
    "limit_device_m",
    "limit_road_m",
    "limit_class_m",
    "motorway_m",  # by class of road
    "rural_m",
    "urban_m",
    "residential_m",
    "unclassed_m",
    "speed_0_20_m",  # by speed, km/h, the upper end included; in no band where none is known
    "speed_20_50_m",
    "speed_50_80_m",
    "speed_80_100_m",
    "speed_100_130_m",
    "speed_130_m",
    "observed_s",  # moving, and a harsh brake or start would have been seen
    "observed_m",
    "observed_corner_s",
    "observed_corner_m",
    "observed_tyre_m",
)
METRES, ODOMETER, GAP_M, MOVING, IDLE, PART = range(6)  # places in SUMS, as are the following; PART + daypart - 1
OVER, KNOWN, LIMIT, ROADS = 9, 14, 14, 18  # OVER + band, LIMIT + limit_source, ROADS + (road_class - 1) % 5
SPEED, OBSERVED, TYRE = 22, 29, 33  # SPEED + band, OBSERVED + 2 x sense

_HEAD = [
    ("op", "i1"),  # CLOSE; OPEN from open_rows
    ("slot", "i4"),
    ("driver", "i4"),  # -1 unknown
    ("day", "i4"),  # UTC days since 1970-01-01
    ("samples", "i4"),
    ("quality", "i2"),  # condition's bits, or-ed
    ("start", "f8"),  # UTC epoch s; segments of a vehicle lie end to end
    ("end", "f8"),
]
SEGMENT = np.dtype([*_HEAD, ("sums", "f8", len(SUMS))])
NAMED = np.dtype([*_HEAD, *[(name, "f8") for name in SUMS]])  # the same, to be read by name

ALONG, ASIDE = 0, 1  # senses: what brakes and starts are felt with, and corners
SENSE = np.dtype(
    [
        ("t", "f8", 2),  # when it last spoke; 0 never
        ("dense", "i1", 2),  # 1: the two times it last spoke were not too far apart
    ]
)

STATE = np.dtype(
    [
        ("seen", "i1"),
        ("ignition", "i1"),  # UNKNOWN, OFF, ON
        ("gap", "i1"),  # 1: a stretch since the last odometer reading was not measured
        ("sense", SENSE),
        ("odometer", "f8"),  # last reading, m
        ("odometer_t", "f8"),  # when; 0 never
        ("odometer_measured", "f8"),  # metres measured since
        ("tyre_t", "f8"),  # when a tyre was last read; 0 never
        ("accel_t", "f8"),  # when accel was last known; 0 never
        ("segment", SEGMENT),
    ]
)

WAY = np.dtype(  # what the way from one sample to the next adds; its seconds are 0 where it was not measured
    [
        ("metres", "f8"),
        ("moving_s", "f8"),
        ("idle_s", "f8"),
        ("advance", "f8"),  # of the odometer; NaN nothing to tell
        ("missed", "f8"),  # of which not measured
        ("daypart", "i8"),  # Batch.daypart
        ("observed", "i8", 2),  # by sense, 1: a harsh brake or start, a harsh corner would have been seen
        ("tyre", "i8"),
        ("band", "i8"),  # over the limit
        ("speed", "i8"),  # band of the speed
        ("source", "i8"),  # Batch.limit_source
        ("road", "i8"),  # Batch.road_class
    ]
)


@kernel
def fold(batch: Any, fleet: Any, state: Any, params: Any, segments: Any) -> None:
    """Move ``state`` on over ``batch``, writing SEGMENT rows."""
    way = np.zeros(1, WAY)[0]
    for n in range(batch.slots.size):
        slot = batch.slots[n]
        s, p = state[slot], params[fleet.klass[slot]]
        segment, tyre = s["segment"], batch.tyre_bounds[n]
        for i in range(batch.bounds[n], batch.bounds[n + 1]):
            t, driver = batch.t[i], batch.driver[i]
            while tyre < batch.tyre_bounds[n + 1] and batch.tyre_t[tyre] <= t:
                s["tyre_t"] = batch.tyre_t[tyre]
                tyre += 1
            if s["seen"] == 0:
                s["seen"] = 1
                _begin(segment, slot, driver, math.floor(t / DAY_S), t)
            elif driver != segment["driver"]:
                _close(segment, segments)
                _begin(segment, slot, driver, segment["day"], segment["end"])
            measured, doubted = is_measured(batch.dt[i], batch.quality[i]), batch.quality[i] & DOUBTED
            s["ignition"] = ignition_after(s["ignition"], batch.ignition[i], measured)
            way["metres"], way["daypart"], way["road"] = batch.step[i], batch.daypart[i], batch.road_class[i]
            way["speed"] = speed_band(batch.v[i])
            _time(way, s["ignition"], batch.dt[i] if measured else 0.0, batch.moving[i])
            _observe(way, s, p, t, doubted, batch.speed[i], batch.accel[i], batch.lateral[i])
            _limit(way, batch.limit_source[i], batch.v[i] - batch.limit[i])
            _odometer(way, s, p, t, batch.odometer[i], measured)
            at, whole, midnight = segment["end"], t - segment["end"], (segment["day"] + 1) * DAY_S
            while t >= midnight:
                _add(segment, way, (midnight - at) / whole)
                segment["end"] = midnight
                _close(segment, segments)
                _begin(segment, slot, driver, segment["day"] + 1, midnight)
                at, midnight = midnight, midnight + DAY_S
            _add(segment, way, (t - at) / whole if whole > 0 else 1.0)
            segment["end"] = t
            segment["samples"] += 1
            segment["quality"] |= batch.quality[i]


@kernel
def _begin(segment: Any, slot: int, driver: int, day: int, start: float) -> None:
    segment["slot"], segment["driver"], segment["day"] = slot, driver, day
    segment["start"], segment["end"], segment["samples"], segment["quality"] = start, start, 0, 0
    segment["sums"][:] = 0.0
    segment["sums"][ODOMETER] = math.nan


@kernel
def _close(segment: Any, segments: Any) -> None:
    """Write the segment, unless it lies in a silence of which nothing is known."""
    sums = segment["sums"]
    seconds = sums[MOVING] + sums[IDLE]
    if segment["samples"] > 0 or seconds > 0.0 or sums[METRES] > 0.0 or sums[ODOMETER] > 0.0:
        write(segments, segment, CLOSE)


@kernel
def _time(way: Any, ignition: int, seconds: float, moving: int) -> None:
    way["moving_s"] = seconds if moving == 1 else 0.0
    way["idle_s"] = seconds if moving == 0 and ignition == ON else 0.0


@kernel
def _observe(way: Any, s: Any, p: Any, t: float, doubted: int, speed: float, accel: float, lateral: float) -> None:
    """Which harsh driving, and whether a soft tyre, would have been seen on the way to ``t``."""
    along = _listen(s["sense"], ALONG, not (math.isnan(speed) and math.isnan(accel)), t, p)
    aside = _listen(s["sense"], ASIDE, not math.isnan(lateral), t, p)
    if not math.isnan(accel):
        s["accel_t"] = t
    way["observed"][ALONG] = along and doubted == 0 and t - s["accel_t"] <= p["evidence_s"]
    way["observed"][ASIDE] = aside and doubted == 0
    way["tyre"] = s["tyre_t"] > 0.0 and t - s["tyre_t"] <= p["tyre_s"]


@kernel
def _listen(memory: Any, sense: int, speaks: bool, t: float, p: Any) -> Any:
    """Whether a sense spoke often enough up to ``t`` for something short to be felt."""
    since = span(memory["t"][sense], t)
    if speaks:
        memory["dense"][sense], memory["t"][sense] = since <= p["observed_dt_s"], t
    return memory["dense"][sense] == 1 and since <= p["observed_dt_s"]


@kernel
def _limit(way: Any, source: int, over: float) -> None:
    """The band of the speed ``over`` the limit, m/s: 1-4, 0 not over, -1 no posted limit or no speed known."""
    way["source"] = 0 if math.isnan(over) else source
    if way["source"] in (0, CLASS):
        way["band"] = -1
    else:
        way["band"] = band_of(over)


@kernel
def _odometer(way: Any, s: Any, p: Any, t: float, reading: float, measured: bool) -> None:
    """The advance since the last reading, and how much of it was not measured; a leap is a new odometer."""
    way["advance"], way["missed"] = math.nan, 0.0
    s["odometer_measured"] += way["metres"]
    if not measured:
        s["gap"] = 1
    if math.isnan(reading):
        return
    advance = reading - s["odometer"]
    most = p["odometer_max_kmh"] * (t - s["odometer_t"]) + p["odometer_slack_m"]
    if s["odometer_t"] > 0.0 and 0.0 <= advance <= most:
        way["advance"] = advance
        missed = advance - s["odometer_measured"]
        if s["gap"] == 1 and missed > p["gap_min_m"]:
            way["missed"] = missed
    s["odometer"], s["odometer_t"], s["odometer_measured"], s["gap"] = reading, t, 0.0, 0


@kernel
def _add(segment: Any, way: Any, share: float) -> None:
    """Add ``share`` of the way to the segment."""
    sums, metres, seconds = segment["sums"], _whole(share * way["metres"]), _whole(share * way["moving_s"])
    sums[METRES] += metres
    sums[MOVING] += seconds
    sums[IDLE] += _whole(share * way["idle_s"])
    if way["daypart"] > 0:
        sums[PART + way["daypart"] - 1] += metres
    if way["speed"] > 0:
        sums[SPEED + way["speed"]] += metres
    for sense in range(2):
        if way["observed"][sense] == 1:
            sums[OBSERVED + 2 * sense] += seconds
            sums[OBSERVED + 2 * sense + 1] += metres
    if way["tyre"] == 1:
        sums[TYRE] += metres
    if not math.isnan(way["advance"]):
        before = 0.0 if math.isnan(sums[ODOMETER]) else sums[ODOMETER]
        sums[ODOMETER] = before + _whole(share * way["advance"])
        sums[GAP_M] += _whole(share * way["missed"])
    if DEVICE <= way["source"] <= CLASS:
        sums[LIMIT + way["source"]] += metres
    sums[ROADS + (way["road"] - 1) % 5] += metres
    if way["band"] >= 0:
        sums[KNOWN] += metres
    if way["band"] > 0:
        sums[OVER + way["band"]] += metres


@kernel
def _whole(value: float) -> float:
    """The nearest whole number of grains."""
    return math.floor(value * GRAINS + 0.5) / GRAINS


def open_rows(state: Records, slots: Ints) -> Records:
    """The segments that last in ``slots``, as far as they have come, as SEGMENT rows (op OPEN)."""
    rows = state[slots]
    segments: Records = rows["segment"][rows["seen"] == 1]
    segments["op"] = OPEN
    return segments

"""What Tripmeter finds in real recordings, through the same replay as ``tripmeter replay``."""

from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from streams.hours import KINDS as HOURS
from streams.recordings import mapping
from streams.replay import Assumed, replay

MAPPINGS = Path(__file__).parent / "mappings"
FILES = {
    "kit": "kit_obd2_seat_leon/signals.parquet",
    "rsk": "rsk_twizy_speedlimit/trips.parquet",
    "cycles": "drive_cycles_reference/cycles.parquet",
    "cmap": "nrel_tsdc_cmap2007/speed_1hz.parquet",
    "goal": "amazon_goal_gps/traces.parquet",
    "capmetrics": "capmetrics_bus_avl/positions.parquet",
}
HARSH = ["harsh_braking", "harsh_acceleration", "harsh_cornering", "crash"]
G, KMH = 9.80665, 1 / 3.6


@pytest.fixture(scope="module")
def run(rivers, shared_data):
    """Replay a recording by name, or files of one's own."""

    def replayed(name, *sets, paths=None, fleet="default"):
        chosen = mapping.read(MAPPINGS / f"{name}.toml") if name else None
        files = paths or [shared_data / "driving" / FILES[name]]
        return replay(files, rivers.judged(*sets), Assumed(), mapping=chosen, fleet=fleet)

    return replayed


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def kit(run):
    return run("kit").tables


def test_kit_the_full_braking_is_found_once_as_severe(kit):
    that_day = kit["events"].filter(pl.col("start").dt.date() == date(2017, 8, 7), pl.col("kind") == "harsh_braking")
    (braking,) = that_day.filter(pl.col("level") == 3).rows(named=True)
    assert at("2017-08-07T05:48:33") <= braking["start"] <= braking["end"] <= at("2017-08-07T05:48:37")
    assert braking["peak"] == pytest.approx(6.95, abs=0.1)
    assert braking["quality"].startswith("speed")
    alert = kit["alerts"].filter(pl.col("last_event_id") == braking["event_id"])
    assert alert["priority"].to_list() == ["minor"]


def test_kit_a_speed_polled_every_second_makes_no_spikes(kit):
    km = kit["exposure"]["km_measured"].sum()
    assert km == pytest.approx(2050, abs=5)
    per_100_km = {kind: 100 * kit["events"].filter(kind=kind).height / km for kind in HARSH}
    assert 1.0 < per_100_km["harsh_braking"] < 2.5
    assert 3.0 < per_100_km["harsh_acceleration"] < 6.0
    assert per_100_km["harsh_cornering"] == per_100_km["crash"] == 0


@pytest.fixture(scope="module")
def rsk(run):
    return run("rsk", "detectors.speeding.tolerance_kmh=0")


def test_rsk_stale_speeds_and_impossible_dates_are_neither_harsh_nor_a_crash(rsk):
    assert rsk.samples == 25_027
    assert "101 rows without a valid date took that of their neighbours" in rsk.read.notes()
    assert rsk.tables["events"].filter(pl.col("kind").is_in(HARSH)).height == 0


def test_rsk_speeding_is_found_and_little_else(rsk, shared_data):
    frame = pl.read_parquet(shared_data / "driving" / FILES["rsk"])
    day = pl.col("timestamp_local").dt.date().drop_nulls().first().over("trip_id")
    local = day.dt.combine(pl.col("source_time_raw").str.to_time())
    frame = frame.with_columns(t=local.dt.replace_time_zone("Africa/Casablanca").dt.epoch("ms") / 1000)
    frame = frame.with_columns(over=pl.col("speed_kmh") > pl.col("speed_limit_kmh")).sort("t")
    events = (
        rsk.tables["events"]
        .filter(kind="speeding")
        .select(start=pl.col("start").dt.epoch("ms") / 1000, end=pl.col("end").dt.epoch("ms") / 1000)
    )
    t, over = frame["t"].to_numpy(), frame["over"].to_numpy()
    inside = np.zeros(t.size, bool)
    for start, end in events.iter_rows():
        inside |= (t >= start) & ~(t > (np.inf if end is None else end))
    trip = frame["trip_id"].rle_id().to_numpy()
    edges = np.flatnonzero(np.r_[True, (over[1:] != over[:-1]) | (trip[1:] != trip[:-1]), True])
    long = [(a, b) for a, b in pairwise(edges) if over[a] and t[b - 1] - t[a] >= 5]
    assert len(long) >= 50
    assert sum(inside[a:b].any() for a, b in long) >= 0.9 * len(long)
    assert over[inside].mean() >= 0.95


def test_calm_cycles_are_not_harsh(run):
    events = run("cycles").tables["events"]
    assert events.filter(pl.col("vehicle_id").is_in(["udds", "hwfet"])).height == 0
    assert set(events["kind"]) == {"harsh_acceleration"}  # of US06, the aggressive one


def test_cmap_trips_and_the_long_day(run):
    shipped = run("cmap")
    trips = shipped.tables["trips"]
    assert trips["km"].sum() == pytest.approx(2509, abs=10)
    assert trips.height == 118
    local = trips.filter(pl.col("vehicle_id") == "cmap_4108468_1").select(
        pl.col("start", "end").dt.convert_time_zone("America/Chicago").dt.replace_time_zone(None)
    )
    long = local.filter(pl.col("start").is_between(datetime(2007, 6, 25, 12), datetime(2007, 6, 25, 19))).sort("start")
    assert f"{long['start'][0]:%H:%M}" == "12:20"
    assert f"{long['end'][-1]:%H:%M}" == "18:49"


def test_cmap_four_hours_at_the_wheel_without_a_quarter_of_an_hour_off_it(run):
    rule = ("hours.rule=custom", "hours.drive_h=4", "hours.break_min=15")
    events = run("cmap", *rule).tables["events"].filter(kind="continuous_driving")
    mine = events.filter(pl.col("vehicle_id") == "cmap_4108468_1", pl.col("start").dt.date() == date(2007, 6, 25))
    (event,) = mine.rows(named=True)
    assert event["level"] == 2
    assert event["peak"] == pytest.approx(4.15, abs=0.03)


def crash_drive(shared_data, channel, sensor):
    """A minute at 57 km/h, the measured pulse, a minute and a half of standing."""
    path = shared_data / "driving" / "nhtsa_crash_pulses" / "derived_100hz_lp40_test10146.parquet"
    blow = pl.read_parquet(path).filter(channel_no=channel)["accel_g_lp40hz"].to_numpy() * G
    rng = np.random.default_rng(channel)
    before = 57.1 * KMH + np.cumsum(rng.normal(0, 0.01, 6000))
    speed = np.r_[before, np.maximum(before[-1] + np.cumsum(blow) / 100, 0), np.zeros(9000)]
    accel = np.r_[rng.normal(0, 0.3, 6000), blow, rng.normal(0, 0.05, 9000)]
    frame = pl.DataFrame({"t": 1.75e9 + np.arange(speed.size) / 100, "vehicle_id": "camry", "speed_kmh": speed * 3.6})
    if sensor == "accelerometer":
        return frame.with_columns(accel_long_mps2=accel, accel_lat_mps2=rng.normal(0, 0.3, accel.size))
    return frame.gather_every(10 if sensor == "speed 10 Hz" else 100)


@pytest.mark.parametrize("channel", [93, 99])
@pytest.mark.parametrize("sensor", ["accelerometer", "speed 10 Hz", "speed 1 Hz"])
def test_nhtsa_10146_in_a_drive_is_one_crash(run, shared_data, tmp_path, channel, sensor):
    crash_drive(shared_data, channel, sensor).write_parquet(tmp_path / "crash.parquet")
    six = run(None, paths=[tmp_path / "crash.parquet"]).tables
    (crash,) = six["events"].rows(named=True)
    assert (crash["kind"], crash["level"], crash["unit"]) == ("crash", 3, "km/h")
    assert crash["start"].timestamp() == pytest.approx(1.75e9 + 60, abs=1.1)
    assert six["alerts"]["priority"].to_list() == ["critical"]


def test_goal_walking_is_no_trip(run, shared_data):
    trips = run("goal").tables["trips"]
    labels = pl.read_parquet(shared_data / "driving" / FILES["goal"]).with_columns(
        walking=pl.col("label_activity") == "OnFoot", vehicle_id=pl.col("trace_id").cast(pl.String)
    )
    walked = labels.group_by("vehicle_id").agg(pl.col("walking").mean())
    on_foot = set(walked.filter(pl.col("walking") == 1)["vehicle_id"])
    at_the_wheel = set(walked.filter(pl.col("walking") <= 0.1)["vehicle_id"])
    found = set(trips["vehicle_id"])
    assert len(on_foot) > 20
    assert len(at_the_wheel) > 20
    assert not on_foot & found
    assert len(at_the_wheel & found) >= 0.9 * len(at_the_wheel)


@pytest.fixture(scope="module")
def buses(run):
    return run("capmetrics")


def test_capmetrics_a_unit_that_flips_between_days_is_noticed(buses):
    notes = " ".join(buses.read.notes())
    assert "all vehicles of fleet default on 2015-03-09 looks like mph" in notes
    assert "on 2016" not in notes


def test_capmetrics_repetition_and_order_change_nothing(rivers, run, buses, shared_data, tmp_path):
    frame = pl.read_parquet(shared_data / "driving" / FILES["capmetrics"])
    assert (frame.height, buses.samples) == (81_293, 81_293 - 12_251)
    order = np.random.default_rng(1).permutation(np.r_[np.arange(frame.height), np.arange(0, frame.height, 7)])
    parts = np.array_split(order, 3)
    for k, rows in enumerate(parts):
        frame[rows].write_parquet(tmp_path / f"{k}.parquet")
    again = run("capmetrics", paths=[tmp_path / f"{k}.parquet" for k in range(3)])
    assert rivers.differences(buses.tables, again.tables) == {}


def test_capmetrics_hours_of_slow_trackers_are_found_and_said_to_be_doubtful(buses):
    events = buses.tables["events"].filter(kind="continuous_driving")
    assert events.height == 66
    assert events["level"].value_counts().sort("level")["count"].to_list() == [8, 21, 37]
    assert set(events["quality"]) == {"estimate sparse"}
    assert set(buses.tables["events"]["kind"]) & set(HOURS) == {"continuous_driving"}

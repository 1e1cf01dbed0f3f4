"""Trips, exposure and hours behind the real conditioning: field pitfalls drawn, then real recordings."""

from datetime import UTC, datetime
from math import cos, radians

import numpy as np
import polars as pl
import pytest

from devices.samples import Samples
from streams.conditioning import condition
from streams.detectors.base import Changes
from streams.fleets.batch import assemble
from streams.fleets.fleet import Fleet, Known
from streams.hours import RULES, Interval, custom, episodes
from streams.journeys import activity, exposure, trips
from streams.kernels.params import CLOSE, thresholds


class Cars:
    """A registry that knows nothing but that everything is a car."""

    def known(self, fleet_id, vehicle_id):
        return Known()


def recording(vehicles, t, **columns):
    names, vehicle = np.unique(vehicles.astype(str), return_inverse=True)
    copies = {name: np.array(column, float) for name, column in columns.items()}  # read-only ones would compile anew
    return Samples([("f", name) for name in names.tolist()], vehicle, np.round(t * 1000) / 1000, copies)


def run(samples):
    """(rows of all three folds, the conditioned batch, slot of each vehicle)."""
    fleet = Fleet(Cars())
    slots = fleet.slots(samples.vehicles)
    batch, _ = assemble(samples, slots, np.empty(0, np.int64))
    columns = fleet.columns()
    condition.condition(batch, columns, np.zeros(slots.size, condition.STATE), thresholds(condition.PARAMS))
    found = {}
    for room, dtype in ((trips, trips.TRIP), (activity, activity.INTERVAL), (exposure, exposure.SEGMENT)):
        state, out = np.zeros(slots.size, room.STATE), Changes(np.zeros(100_000, dtype), np.zeros(1, np.int64))
        room.fold(batch, columns, state, thresholds(room.PARAMS), out)
        rows = out.rows[: out.count[0]]
        found[room.__name__.split(".")[-1]] = np.concatenate([rows[rows["op"] == CLOSE], room.open_rows(state, slots)])
    return found, batch, dict(zip([v for _, v in samples.vehicles], slots.tolist(), strict=True))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


START = 1_750_000_000.0
METRES = 6_371_008.8 * radians(1)  # a degree of latitude


def one(t, **columns):
    """What the folds make of one vehicle's samples."""
    return run(recording(np.zeros(t.size), START + t, **columns))[0]


@pytest.mark.parametrize("period", [1, 5, 30])
def test_twelve_hours_parked_with_15_m_of_wander_are_nothing(period):
    rng = np.random.default_rng(period)
    t = period * np.arange(12 * 3600.0 // period)
    radius, angle = 15 * np.sqrt(rng.random(t.size)), 2 * np.pi * rng.random(t.size)
    found = one(t, lat=48 + radius * np.sin(angle) / METRES, lon=11 + radius * np.cos(angle) / METRES)
    assert found["trips"].size == found["activity"].size == 0
    assert all(found["exposure"].view(exposure.NAMED)[name].sum() == 0 for name in ("metres", "moving_s", "night_m"))


def test_a_basement_with_the_ignition_left_on_is_not_nine_hours_of_driving():
    t = np.r_[np.arange(1800.0), 1800 + 9 * 3600 + np.arange(1800.0)]
    found = one(t, speed=np.full(t.size, 40 / 3.6), ignition=np.ones(t.size))
    assert found["trips"]["end"][0] - START == 1799
    assert found["trips"]["start"][1] - START == 1800 + 9 * 3600
    driven = found["activity"]["end"] - found["activity"]["start"]
    assert driven.tolist() == [1799, 1799]
    assert found["exposure"].view(exposure.NAMED)["moving_s"].sum() == 2 * 1799


@pytest.mark.parametrize(
    "wrong", [(0.0, 0.0), (-48.1, 11.0), (48.28, 11.0)], ids=["null island", "hemisphere", "20 km"]
)
@pytest.mark.parametrize("says_speed", [True, False])
def test_a_leap_and_back_adds_no_distance(wrong, says_speed):
    t = np.arange(3600.0)
    lat, lon = 48 + 15 * t / METRES, np.full(t.size, 11.0)
    speed = {"speed": np.full(t.size, 15.0)} if says_speed else {}
    right = one(t, lat=lat, lon=lon, **speed)
    lat, lon = lat.copy(), lon.copy()
    lat[1000], lon[1000] = wrong
    leapt = one(t, lat=lat, lon=lon, **speed)
    assert leapt["trips"]["metres"] == pytest.approx(right["trips"]["metres"], rel=0.001)
    assert right["trips"]["metres"] == pytest.approx(3599 * 15, rel=0.01)


@pytest.fixture(scope="module")
def cmap(shared_data):
    frame = pl.read_parquet(shared_data / "driving" / "nrel_tsdc_cmap2007" / "speed_1hz.parquet")
    t = frame["timestamp_local"].dt.epoch("ms").to_numpy() / 1000
    return run(recording(frame["vehicle_id"].to_numpy(), t, speed=frame["speed_kmh"].to_numpy().astype(float) / 3.6))


def test_cmap_drove_4_hours_without_a_15_minute_stop(cmap):
    found, _, slots = cmap
    mine = found["activity"][found["activity"]["slot"] == slots["cmap_4108468_1"]]
    driven = [Interval(i["start"], i["end"], 0) for i in mine[mine["kind"] == activity.DRIVE]]
    for rule in (custom(4, 15), RULES["china"]):
        (episode,) = [e for e in episodes(driven, rule) if at("2007-06-25") <= e.start < at("2007-06-26")]
        assert episode.level == 2
        assert abs(episode.reached[1] - at("2007-06-25 18:40:39")) <= 5
        assert abs(episode.counted_s / 3600 - 4.15) < 0.02


def test_cmap_days_fall_into_trips(cmap):
    found, batch, _ = cmap
    moved = batch.step.sum()
    assert 100 <= found["trips"].size <= 140
    assert found["trips"]["metres"].sum() == pytest.approx(moved, rel=0.002)
    assert (found["trips"]["end"] - found["trips"]["start"]).max() < 6 * 3600
    assert found["exposure"].view(exposure.NAMED)["metres"].sum() == pytest.approx(moved, rel=1e-9)


def goal(shared_data, label):
    """The stretches of one activity as vehicles of their own, placed near Zurich."""
    frame = pl.read_parquet(shared_data / "driving" / "amazon_goal_gps" / "traces.parquet")
    frame = frame.sort("trace_id", "timestamp_relative")
    turn = pl.struct("trace_id", "label_activity")
    frame = frame.with_columns((turn != turn.shift()).fill_null(True).cum_sum().alias("stretch"))
    frame = frame.filter(pl.col("label_activity") == label)
    t = frame["timestamp_relative"].dt.epoch("us").to_numpy() / 1e6 + 60 * 365.25 * 86400
    lat = 47.0 + frame["y_m"].to_numpy() / METRES
    lon = 8.0 + frame["x_m"].to_numpy() / (METRES * cos(radians(47)))
    return recording(frame["stretch"].to_numpy(), t, lat=lat, lon=lon)


def test_goal_walking_is_no_trip(shared_data):
    found, _, slots = run(goal(shared_data, "OnFoot"))
    assert len(slots) == 987
    assert found["trips"].size <= 1  # at 20 km/h for 35 s, 220 m: the end of a drive labelled as walking


def test_goal_driving_is_mostly_trips(shared_data):
    found, batch, _ = run(goal(shared_data, "Driving"))
    assert found["trips"]["metres"].sum() > 0.85 * batch.step.sum()


def test_the_lights_of_the_city_cycle_do_not_split_it(shared_data):
    frame = pl.read_parquet(shared_data / "driving" / "drive_cycles_reference" / "cycles.parquet")
    frame = frame.filter(pl.col("cycle") == "udds")
    t = 1_750_000_000.0 + frame["t_s"].to_numpy()
    found, batch, _ = run(recording(np.zeros(t.size), t, speed=frame["speed_mps"].to_numpy()))
    (trip,) = found["trips"]
    assert trip["metres"] == pytest.approx(batch.step.sum(), rel=0.001)
    assert 15 < trip["metres"] / (trip["driving_s"] + trip["idle_s"]) * 3.6 < 35
    assert trip["idle_s"] > 100

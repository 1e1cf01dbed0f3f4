"""What the detectors find in real recordings; the numbers are those of docs/detectors.md."""

import numpy as np
import polars as pl
import pytest

KMH = 1 / 3.6
G = 9.80665


def floats(frame, name):
    return frame[name].to_numpy().astype(float)


@pytest.fixture(scope="module")
def kit_drives(road, shared_data):
    frame = pl.read_parquet(shared_data / "driving" / "kit_obd2_seat_leon" / "signals.parquet")
    frame = frame.unique(["trip_id", "timestamp_local"], keep="last", maintain_order=True)
    names = sorted(frame["trip_id"].unique())
    return names, road.recorded(frame["trip_id"], frame["timestamp_local"], speed=floats(frame, "speed_kmh") * KMH)


def test_kit_full_braking_is_found_once_as_severe(kit_drives, at):
    names, driven = kit_drives
    (slot,) = [k for k, name in enumerate(names) if name.endswith("Vollbremsung")]
    mine = [e for e in driven.episodes("harsh_braking") if e["slot"] == slot]
    (full,) = [e for e in mine if e["level"] == 3]
    assert at("2017-08-07T07:48:33") <= full["start"] <= full["end"] <= at("2017-08-07T07:48:37")
    assert full["peak"] == pytest.approx(6.95, abs=0.05)
    others = [e for e in mine if e["start"] != full["start"]]
    assert all(e["level"] == 1 for e in others)


def test_kit_polled_speed_makes_no_spikes(kit_drives):
    _, driven = kit_drives
    assert driven.km == pytest.approx(2050, abs=2)
    accel = driven.batch.accel[np.isfinite(driven.batch.accel)]
    assert accel.size > 40_000
    assert -7.0 < accel.min() < accel.max() < 4.7  # row by row it would be +-30
    assert 1.0 < 100 * driven.opened("harsh_braking") / driven.km < 2.5
    assert 3.0 < 100 * driven.opened("harsh_acceleration") / driven.km < 6.0
    assert np.bincount([e["level"] for e in driven.episodes("harsh_braking")]).tolist() == [0, 32, 5, 2]
    assert driven.opened("crash") == 0


@pytest.fixture(scope="module")
def rsk(road, shared_data):
    """RSK with the rows without a valid date rebuilt from the trip's date and their time of day."""
    frame = pl.read_parquet(shared_data / "driving" / "rsk_twizy_speedlimit" / "trips.parquet")
    day = pl.col("timestamp_local").dt.date().drop_nulls().first().over("trip_id")
    frame = frame.with_columns(t=day.dt.combine(pl.col("source_time_raw").str.to_time()))
    return frame, road.recorded(
        frame["trip_id"],
        frame["t"].dt.cast_time_unit("ms"),
        settings={"speeding": {"tolerance_kmh": 0.0}},
        speed=floats(frame, "speed_kmh") * KMH,
        speed_limit=floats(frame, "speed_limit_kmh") * KMH,
        lat=floats(frame, "latitude_deg"),
        lon=floats(frame, "longitude_deg"),
    )


def test_rsk_rebuilt_rows_fall_into_the_second_that_is_missing(rsk):
    frame, _ = rsk
    assert frame["timestamp_local"].null_count() == 101
    steps = frame.select(pl.col("t").diff().over("trip_id").dt.total_seconds().drop_nulls())["t"]
    assert steps.unique().to_list() == [1]


def test_rsk_stale_steps_are_neither_harsh_nor_a_crash(rsk):
    _, driven = rsk
    assert driven.harsh == 0
    assert driven.opened("crash") == 0


def test_rsk_speeding_is_found_and_little_else(rsk):
    _, driven = rsk
    batch = driven.batch
    over = batch.speed > batch.speed_limit
    inside = np.zeros(over.size, bool)
    for e in driven.episodes("speeding"):
        rows = slice(batch.bounds[e["slot"]], batch.bounds[e["slot"] + 1])
        inside[rows] |= (batch.t[rows] >= e["start"]) & ~(batch.t[rows] > e["end"])
    starts = np.flatnonzero(np.diff(np.r_[0, over, 0]) == 1)
    ends = np.flatnonzero(np.diff(np.r_[0, over, 0]) == -1) - 1
    long = [(a, b) for a, b in zip(starts, ends, strict=True) if batch.t[b] - batch.t[a] >= 5]
    assert len(long) == 60
    assert sum(inside[a : b + 1].any() for a, b in long) >= 0.9 * len(long)
    assert over[inside].mean() >= 0.95


@pytest.mark.parametrize("cycle", ["udds", "hwfet"])
def test_calm_cycles_are_not_harsh(road, shared_data, cycle):
    frame = pl.read_parquet(shared_data / "driving" / "drive_cycles_reference" / "cycles.parquet")
    frame = frame.filter(pl.col("cycle") == cycle)
    driven = road.drive(floats(frame, "t_s"), speed=floats(frame, "speed_mps"))
    assert driven.km > 10
    assert driven.harsh == driven.opened("crash") == 0


def test_us06_is_an_aggressive_cycle_and_found_to_be(road, shared_data):
    frame = pl.read_parquet(shared_data / "driving" / "drive_cycles_reference" / "cycles.parquet")
    frame = frame.filter(pl.col("cycle") == "us06")
    driven = road.drive(floats(frame, "t_s"), speed=floats(frame, "speed_mps"))
    assert driven.opened("harsh_acceleration") == 6  # up to 3.76 m/s²
    assert max(e["level"] for e in driven.episodes("harsh_acceleration")) == 2
    assert driven.opened("harsh_braking") == 0  # 3.08 m/s² for a single second


def test_cmap_everyday_driving_is_seldom_harsh(road, shared_data):
    frame = pl.read_parquet(shared_data / "driving" / "nrel_tsdc_cmap2007" / "speed_1hz.parquet")
    driven = road.recorded(frame["vehicle_id"], frame["timestamp_local"], speed=floats(frame, "speed_kmh") * KMH)
    assert driven.km == pytest.approx(2509, abs=5)
    assert 100 * driven.opened("harsh_braking") / driven.km < 1.0
    assert sum(e["level"] >= 2 for e in driven.episodes("harsh_braking")) == 2
    assert not any(e["level"] == 3 for kind in driven.changes for e in driven.episodes(kind))


def test_carobd_a_late_integer_speed_is_not_harsh(road, shared_data):
    frame = pl.read_parquet(shared_data / "driving" / "carobd_toyota_etios" / "signals_1hz.parquet")
    t = road.start + floats(frame, "t_s")
    driven = road.recorded(frame["trip_id"], t, speed=floats(frame, "speed_kmh") * KMH)
    assert driven.km > 800
    assert driven.harsh == driven.opened("crash") == 0


def test_comma_83_hz_wheel_speed_has_no_noise_events(road, shared_data):
    frame = pl.read_parquet(shared_data / "driving" / "comma2k19_example" / "can_speed.parquet")
    driven = road.drive(floats(frame, "t_s"), speed=floats(frame, "speed_mps"))
    accel = driven.batch.accel[np.isfinite(driven.batch.accel)]
    assert accel.size >= 60
    assert np.abs(accel).max() < 2.5
    assert driven.harsh == driven.opened("crash") == 0


def pulse(shared_data, channel):
    frame = pl.read_parquet(shared_data / "driving" / "nhtsa_crash_pulses" / "derived_100hz_lp40_test10146.parquet")
    return floats(frame.filter(pl.col("channel_no") == channel), "accel_g_lp40hz") * G


@pytest.mark.parametrize("channel", [93, 94, 99, 100])
@pytest.mark.parametrize("sensor", ["accelerometer 100 Hz", "speed 10 Hz", "speed 1 Hz"])
def test_nhtsa_10146_in_a_drive_is_one_crash(road, shared_data, channel, sensor):
    blow, rng = pulse(shared_data, channel), np.random.default_rng(channel)
    before = 57.1 * KMH + np.cumsum(rng.normal(0, 0.01, 6000))
    speed = np.r_[before, np.maximum(before[-1] + np.cumsum(blow) / 100, 0), np.zeros(9000)]
    accel = np.r_[rng.normal(0, 0.3, 6000), blow, rng.normal(0, 0.05, 9000)]
    if sensor.startswith("accelerometer"):
        driven = road.drive(hz=100, speed=speed, accel_long=accel, accel_lat=rng.normal(0, 0.3, accel.size))
    else:
        every = 10 if sensor == "speed 10 Hz" else 100
        driven = road.drive(hz=100 / every, speed=speed[::every])
    (crash,) = driven.episodes("crash")
    assert crash["level"] == 3
    assert crash["start"] - road.start == pytest.approx(60, abs=1.1)
    assert crash["peak"] > 30
    assert crash["source"] == (3 if sensor.startswith("accelerometer") else 2)  # confirmed by the standstill
    assert driven.harsh == 0


def test_nhtsa_crash_is_told_within_its_own_150_ms(road, shared_data):
    blow = pulse(shared_data, 99)
    accel = np.r_[np.zeros(1000), blow]
    driven = road.drive(hz=100, speed=np.full(accel.size, 15.9), accel_long=accel)
    strong = np.flatnonzero(np.abs(accel) > 12.2)
    early = road.drive(hz=100, speed=np.full(strong[5], 15.9), accel_long=accel[: strong[5]])
    assert driven.opened("crash") == early.opened("crash") == 1


def scooter(shared_data, name):
    """Raw accelerometer, as a device of unknown mount sends it."""
    frame = pl.read_parquet(shared_data / "driving" / "upc_escooter_crash_accel" / f"{name}.parquet")
    return floats(frame, "t_s"), {f"imu_{axis}": floats(frame, f"accel_{axis}_mps2") for axis in "xyz"}


def test_an_e_scooter_ride_is_no_crash(road, shared_data):
    t, axes = scooter(shared_data, "normal_drive")
    driven = road.drive(t, **axes)
    assert driven.opened("crash") == driven.opened("rollover") == 0


def test_e_scooter_falls_are_found_and_nothing_in_fifty_seconds_of_steps_and_shaking(road, shared_data):
    t, axes = scooter(shared_data, "crashtest_9feb")
    early = np.abs(list(axes.values()))[:, (t > 42) & (t < 91)].max(0)
    assert (early > 3 * G).sum() > 100
    assert (early > 7.95 * G).sum() > 10  # at the rail
    driven = road.drive(t, **axes)
    falls = [e["start"] - road.start for e in driven.episodes("rollover")]
    assert falls == pytest.approx([93.7, 112.9], abs=0.2)
    assert all(e["level"] == 3 for e in driven.episodes("rollover"))
    (crash,) = driven.episodes("crash")  # the first blow comes to and fro and leaves less than 8 km/h
    assert crash["start"] - road.start == pytest.approx(111.1, abs=0.1)
    assert (crash["level"], crash["source"]) == (2, 1)


@pytest.mark.parametrize("rail_g", [1000, 8])
def test_nhtsa_10146_is_felt_by_a_device_of_unknown_mount(road, shared_data, rail_g):
    rng = np.random.default_rng(10146)
    blow = np.zeros((15_000, 3))
    blow[6000 : 6000 + pulse(shared_data, 99).size, 0] = pulse(shared_data, 99)
    read = (blow + np.array([0, 0, G]) + rng.normal(0, 0.3, blow.shape)) @ np.linalg.qr(rng.normal(size=(3, 3)))[0]
    axes = dict(zip(("imu_x", "imu_y", "imu_z"), np.clip(read, -rail_g * G, rail_g * G).T, strict=True))
    (crash,) = road.drive(hz=100, speed=np.where(np.arange(15_000) < 6000, 15.9, 0.0), **axes).episodes("crash")
    assert (crash["level"], crash["source"]) == (3, 3)
    assert crash["start"] - road.start == pytest.approx(60, abs=0.1)
    assert crash["peak"] > (50 if rail_g > 8 else 20)


@pytest.fixture(scope="module")
def driveplotr(road, shared_data):
    """(drives, what was found, (drive, start, end, seconds, fast) of each event of the data set's own rule)."""
    frame = pl.read_parquet(shared_data / "driving" / "driveplotr_nds" / "drives.parquet")
    driven = road.recorded(
        frame["drive_id"],
        frame["timestamp_utc"].dt.replace_time_zone(None).dt.cast_time_unit("ms"),
        speed=floats(frame, "speed_kmh") * KMH,
        accel_long=floats(frame, "accel_longitudinal_g") * G,
        accel_lat=floats(frame, "accel_lateral_g") * G,
    )
    aside = pl.col("accel_lateral_g").abs().max() >= pl.col("accel_longitudinal_g").abs().max()
    t, drive = pl.col("timestamp_utc").dt.epoch("ms") / 1000, pl.col("drive_id").cast(pl.String)
    ruled = frame.drop_nulls("label_accel_event_id").group_by(drive, "label_accel_event_id")
    fast = pl.col("speed_kmh").max() >= pl.when(aside).then(30).otherwise(10)
    events = ruled.agg(start=t.min(), end=t.max(), seconds=pl.len(), fast=fast).drop("label_accel_event_id")
    return sorted(frame["drive_id"].cast(pl.String).unique()), driven, events.rows()


def test_driveplotr_is_driven_roughly_but_crashes_nowhere(driveplotr):
    _, driven, _ = driveplotr
    assert driven.km == pytest.approx(103, abs=1)
    assert 10 < driven.harsh < 50
    assert driven.opened("crash") == 0


def test_driveplotr_agrees_with_its_own_rule_of_0_35_g_where_that_lasts(driveplotr):
    names, driven, ruled = driveplotr
    kinds = ("harsh_braking", "harsh_acceleration", "harsh_cornering")
    ours = [(names[e["slot"]], e["start"], e["end"], e["level"]) for kind in kinds for e in driven.episodes(kind)]

    def meets(one, other):
        return one[0] == other[0] and one[1] <= other[2] + 1 and other[1] <= one[2] + 1

    lasting = [rule for rule in ruled if rule[3] >= 2 and rule[4]]  # two samples in a row, above our least speed
    moments = [rule for rule in ruled if rule[3] == 1]  # its rule needs a single sample, ours two
    assert (len(ruled), len(lasting), len(moments)) == (62, 6, 48)
    assert all(any(meets(rule, event) for event in ours) for rule in lasting)
    assert sum(any(meets(rule, event) for event in ours) for rule in moments) == 14
    harsh = [event for event in ours if event[3] >= 2]
    assert sum(any(meets(rule, event) for rule in ruled) for event in harsh) == 7
    assert len(harsh) == 9
    assert sum(any(meets(rule, event) for rule in ruled) for event in ours) == 20
    assert len(ours) == 36  # level 1 is 0.23 to 0.30 g


@pytest.mark.parametrize("axes", [(0, 1, 2), (1, 2, 0), (2, 0, 1)], ids=["upright", "on its side", "on its back"])
def test_comma_a_device_in_any_position_feels_what_the_wheels_do(road, shared_data, axes):
    folder = shared_data / "driving" / "comma2k19_example"
    wheels, felt, gyro = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("can_speed", "imu_accel", "imu_gyro")
    )
    minute, speed = floats(wheels, "t_s"), floats(wheels, "speed_mps")
    xyz = [floats(felt, f"accel_{axis}_mps2") for axis in ("forward", "right", "down")]
    columns = {f"imu_{name}": xyz[axis] for name, axis in zip("xyz", axes, strict=True)}
    columns["yaw_rate"] = -np.degrees(floats(gyro, "gyro_down_radps"))
    inertial, nothing = floats(felt, "t_s"), np.full(minute.size, np.nan)
    order = np.argsort(np.r_[inertial, minute], kind="stable")
    rows = {name: np.r_[values, nothing][order] for name, values in columns.items()}
    rows["speed"] = np.r_[np.full(inertial.size, np.nan), speed][order]
    t = np.r_[inertial, minute][order]
    twice = {name: np.r_[values, values] for name, values in rows.items()}  # forward is learned in the first round
    batch = road.drive(np.r_[t, t + 61], **twice).batch
    since = batch.t - road.start - 61
    known = (batch.accel_source == 3) & (since > 1) & (since < 58)
    changes = np.interp(since + 0.5, minute, speed) - np.interp(since - 0.5, minute, speed)
    error = batch.accel[known] - changes[known]
    assert known.sum() > 5000
    assert np.corrcoef(batch.accel[known], changes[known])[0, 1] > 0.8  # 0.84; the rest is the slope of the road
    assert np.sqrt(np.mean(error**2)) < 0.4  # m/s²; 0.34
    assert abs(error.mean()) < 0.15

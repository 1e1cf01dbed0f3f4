"""Real recordings through the mappings that live with the tests: counts, bounds and dirt as their READMEs say."""

import tomllib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from devices.samples import Samples
from streams.recordings import mapping
from streams.recordings.recording import Report, read

MAPPINGS = Path(__file__).parents[2] / "mappings"
FILES = {
    "kit": ("kit_obd2_seat_leon/signals", 1_189_224, 1),
    "rsk": ("rsk_twizy_speedlimit/trips", 25_027, 1),
    "cmap": ("nrel_tsdc_cmap2007/speed_1hz", 136_994, 11),
    "capmetrics": ("capmetrics_bus_avl/positions", 81_293, 282),
    "nhtsa": ("nhtsa_crash_pulses/derived_100hz_lp40_test10146", 35, 1),
    "goal": ("amazon_goal_gps/traces", 29_016, 403),
    "carobd": ("carobd_toyota_etios/signals_1hz", 114_565, 42),
    "driveplotr": ("driveplotr_nds/drives", 8_256, 15),
    "cycles": ("drive_cycles_reference/cycles", 3_038, 4),
    "comma": ("comma2k19_example/can_speed", 4_974, 1),
}


def path(shared: Path, name: str) -> Path:
    return shared / "driving" / f"{FILES[name][0]}.parquet"


def load(shared: Path, name: str) -> tuple[Samples, Report]:
    report = Report()
    (samples,) = read([path(shared, name)], mapping.read(MAPPINGS / f"{name}.toml"), report=report, chunk=2_000_000)
    return samples, report


def at(samples: Samples, t: float) -> str:
    return datetime.fromtimestamp(t, UTC).isoformat()


@pytest.mark.parametrize("name", FILES)
def test_every_row_becomes_a_sample(shared_data: Path, name: str) -> None:
    samples, report = load(shared_data, name)
    _, rows, vehicles = FILES[name]
    assert (samples.t.size, len(samples.vehicles)) == (rows, vehicles)
    assert not report.rejected
    assert not +report.tally.unreadable
    assert report.tally.ambiguous == 0
    assert all(np.isfinite(values).any() for column, values in samples.columns.items() if column != "accel_lat")


@pytest.mark.parametrize("name", sorted(set(FILES) - {"capmetrics"}))
def test_their_units_are_what_the_mappings_say(shared_data: Path, name: str) -> None:
    assert load(shared_data, name)[1].units.findings() == []


def test_kit_is_one_car_whose_trips_do_not_overlap(shared_data: Path) -> None:
    samples, _ = load(shared_data, "kit")
    trips = pl.read_parquet(path(shared_data, "kit"), columns=["trip_id"])["trip_id"].rle_id().to_numpy()
    spans = [(samples.t[trips == trip].min(), samples.t[trips == trip].max()) for trip in range(38)]
    assert all(before[1] < after[0] for before, after in zip(sorted(spans)[:-1], sorted(spans)[1:], strict=True))
    assert at(samples, samples.t.min()) == "2017-07-05T05:16:30.444000+00:00"
    assert np.count_nonzero(np.isnan(samples.columns["speed"])) == 38 * 3  # leading rows, before the first poll
    assert np.nanmax(samples.columns["speed"]) * 3.6 == pytest.approx(218)


def test_rsk_rows_without_a_date_are_rebuilt_because_the_clock_ran_on(shared_data: Path) -> None:
    samples, report = load(shared_data, "rsk")
    frame = pl.read_parquet(path(shared_data, "rsk"))
    assert frame["timestamp_local"].null_count() == report.tally.rebuilt == 101
    assert report.notes()[0] == "101 rows without a valid date took that of their neighbours"
    steps = np.diff(samples.t)[np.diff(frame["trip_id"].rle_id().cast(pl.Int64).to_numpy()) == 0]
    assert np.unique(steps).tolist() == [1.0]  # every trip, the 101 rows included, goes on second by second
    assert (np.diff(samples.columns["speed"])[np.diff(samples.t) == 1].min()) == pytest.approx(-14.7, abs=0.05)


def test_rsk_rows_may_be_quarantined_instead(shared_data: Path) -> None:
    text = (MAPPINGS / "rsk.toml").read_text().replace('"rebuild"', '"quarantine"')
    report = Report()
    (samples,) = read([path(shared_data, "rsk")], mapping.parse(tomllib.loads(text)), report=report)
    assert (samples.t.size, report.rejected) == (25_027 - 101, {"no_time": 101})


def test_cmap_days_are_local_days_of_chicago(shared_data: Path) -> None:
    samples, _ = load(shared_data, "cmap")
    code = samples.vehicles.index(("default", "cmap_4108468_1"))
    t = samples.t[samples.vehicle == code]
    drive = datetime(2007, 6, 25, 19, 40, tzinfo=UTC).timestamp(), datetime(2007, 6, 25, 23, 49, tzinfo=UTC).timestamp()
    inside = np.sort(t[(t >= drive[0]) & (t <= drive[1])])  # 14:40 to 18:49 local
    assert np.diff(inside).max() < 15 * 60
    kmh = pl.read_parquet(path(shared_data, "cmap"), columns=["speed_kmh"])["speed_kmh"].to_numpy()
    assert samples.columns["speed"] * 3.6 == pytest.approx(kmh, abs=1e-4)


def test_capmetrics_repeats_and_disorder_are_handed_on(shared_data: Path) -> None:
    samples, report = load(shared_data, "capmetrics")
    pairs = pl.DataFrame({"v": samples.vehicle, "t": samples.t})
    assert pairs.is_duplicated().sum() > 0
    assert samples.t.size - pairs.n_unique() == 12_251
    back = pairs.with_columns(step=pl.col("t").diff().over("v")).filter(pl.col("step") < 0).height
    assert back == 1_094
    assert report.rows == 81_293


def test_capmetrics_speed_of_2015_is_noticed_and_of_2016_is_not(shared_data: Path) -> None:
    findings = load(shared_data, "capmetrics")[1].units.findings()
    assert {finding.day for finding in findings} == {"2015-03-08", "2015-03-09"}
    assert all("mph" in finding.looks_like or "knots" in finding.looks_like for finding in findings)
    fleet = [finding for finding in findings if not finding.vehicle_id]
    assert [finding.looks_like.split()[0] for finding in fleet] == ["mph", "mph"]
    assert Counter(bool(finding.vehicle_id) for finding in findings)[True] > 100
    assert fleet[1].ratio == pytest.approx(0.447, rel=0.1)
    notes = load(shared_data, "capmetrics")[1].notes()
    assert [note[:52] for note in notes[:2]] == [
        "speed of all vehicles of fleet default on 2015-03-08",
        "speed of all vehicles of fleet default on 2015-03-09",
    ]
    assert notes[2:] == ["columns not read: service_file, row, route_id, trip_id"]


def test_capmetrics_stated_as_mph_has_the_other_days_noticed(shared_data: Path) -> None:
    text = (MAPPINGS / "capmetrics.toml").read_text().replace('unit = "m/s"', 'unit = "mph"')
    report = Report()
    list(read([path(shared_data, "capmetrics")], mapping.parse(tomllib.loads(text)), report=report))
    findings = [finding for finding in report.units.findings() if not finding.vehicle_id]
    assert {finding.day for finding in findings} == {"2016-01-17", "2016-01-18", "2016-03-23"}
    assert all(finding.looks_like.startswith("m/s") for finding in findings)


def test_nhtsa_channels_become_axes(shared_data: Path) -> None:
    samples, _ = load(shared_data, "nhtsa")
    along = samples.columns["accel_long"]
    assert along.min() / 9.80665 == pytest.approx(-38, abs=1)
    assert np.sum(along) * 0.01 * 3.6 == pytest.approx(-64, abs=4)  # delta-V, km/h
    assert np.isnan(samples.columns["accel_lat"]).all()  # this test has no YG channel
    assert np.unique(np.round(np.diff(samples.t), 3)).tolist() == [0.01]


def test_goal_keeps_distances(shared_data: Path) -> None:
    samples, _ = load(shared_data, "goal")
    frame = pl.read_parquet(path(shared_data, "goal"))
    same = np.diff(frame["trace_id"].to_numpy()) == 0
    metres = np.hypot(frame["x_m"].diff().to_numpy()[1:], frame["y_m"].diff().to_numpy()[1:])
    north = np.diff(np.radians(samples.columns["lat"])) * 6_371_008.8
    east = np.diff(np.radians(samples.columns["lon"])) * 6_371_008.8 * np.cos(np.radians(47.6))
    assert np.hypot(north, east)[same] == pytest.approx(metres[same], rel=1e-3, abs=1e-3)
    assert at(samples, samples.t.min()) == "2022-01-03T15:00:00+00:00"


def test_driveplotr_lateral_is_left_positive(shared_data: Path) -> None:
    samples, _ = load(shared_data, "driveplotr")
    lateral, turning = samples.columns["accel_lat"], samples.columns["yaw_rate"] * samples.columns["speed"]
    both = ~np.isnan(lateral) & ~np.isnan(turning)
    assert np.corrcoef(lateral[both], turning[both])[0, 1] > 0.4

"""Each kind of device reports what it can measure, as often and as coarsely and as wrongly as such devices do."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from devices.signals import BY_COLUMN
from simulator import registry
from simulator.dynamics import G
from simulator.payloads import CODES, tyre_columns
from simulator.placed import Placed
from simulator.profiles import ALIGNED, IMU, PROFILES, STANDARD, Profile, ProfileError, chosen
from simulator.reports import Report
from simulator.roster import roster
from simulator.sensors import _mounted
from simulator.tracks import Track
from simulator.traffic import Traffic, Window
from simulator.vehicles import CLASSES
from streams.recordings import recording
from streams.registry import Roster, load

START, HOURS, COUNT = 1_762_923_600.0, 1.0, 3
MANUAL = Path(__file__).parents[2] / "docs" / "simulator.md"


@pytest.fixture(scope="module")
def days() -> dict[str, list[Report]]:
    """The same hour of the same vehicles, by every kind of device."""
    fleet, window = roster(COUNT, seed=5), Window(START, HOURS)
    return {name: list(Traffic(fleet, window, profiles=(one,)).reports()) for name, one in PROFILES.items()}


each = pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.name)


def driving(report: Report) -> pl.DataFrame:
    rows = report.recording
    moving = rows["speed_kmh"] > 5
    return rows.filter(moving)


@each
def test_it_reports_its_signals_and_no_other(days: dict[str, list[Report]], profile: Profile) -> None:
    for report in days[profile.name]:
        names = set(report.recording.columns) - {"t", "vehicle_id", "fleet_id", "driver_id"}
        wheels = set(tyre_columns(list(names)))
        airless = set() if report.vehicle_id.startswith(("TRUCK", "BUS")) else {"brake_air_kpa"}
        assert names - wheels == profile.signals - {"tyres"} - airless
        assert bool(wheels) == profile.tyres
        for name in names - wheels - {CODES}:
            values = report.recording[name].drop_nans()
            assert BY_COLUMN[name].low <= values.min() and values.max() <= BY_COLUMN[name].high, name


def test_the_tank_empties_by_what_is_burnt(days: dict[str, list[Report]]) -> None:
    for report in days["can_gateway_10hz"]:
        fuel, km = report.recording["fuel_pct"].to_numpy(), report.recording["odometer_km"]
        assert (np.diff(fuel) <= 0).all() and 0 < fuel[-1] <= fuel[0] <= 100
        tank = CLASSES[report.vehicle_id.split("-")[0].lower()].tank
        burnt = (fuel[0] - fuel[-1]) / 100 * tank
        assert 100 * (burnt + 0.004 * tank) / (km[-1] - km[0]) > 1 and burnt < 12  # l, in an hour


def test_an_accelerometer_feels_the_hill() -> None:
    """Level, it feels gravity up and what speeds it up; on a hill part of gravity along the way too."""
    profile = replace(STANDARD, signals=IMU | {"speed_kmh"}, imu_noise=0.0, imu_bias=0.0, imu_step=0.001)
    flat = Track(*(np.zeros(50) for _ in Track._fields))._replace(t=np.arange(50.0), speed=np.full(50, 1e-12))
    for slope in (-0.06, 0.0, 0.06):
        steep = flat._replace(slope=np.full(50, slope))
        felt = _mounted(steep, profile, np.random.default_rng(4))
        size = np.sqrt(sum(values**2 for values in felt.values()))
        assert size == pytest.approx(G, abs=0.01)
        up, along = G * np.cos(np.arctan(slope)), G * np.sin(np.arctan(slope))
        level = np.array([_mounted(flat, profile, np.random.default_rng(4))[name][0] for name in sorted(felt)])
        here = np.array([felt[name][0] for name in sorted(felt)])
        assert here @ level / G == pytest.approx(up, abs=0.02)
        assert np.linalg.norm(np.cross(here, level)) / G == pytest.approx(abs(along), abs=0.02)


@each
def test_it_reports_as_often_as_it_says(days: dict[str, list[Report]], profile: Profile) -> None:
    for report in days[profile.name]:
        gaps = np.diff(driving(report)["t"].to_numpy())
        assert (gaps > 0).all()
        assert np.median(gaps) == pytest.approx(1 / profile.hz, abs=1e-3)


@each
def test_numbers_are_as_coarse_as_it_says(days: dict[str, list[Report]], profile: Profile) -> None:
    coarse = {"speed_kmh": profile.speed_step, **dict.fromkeys(sorted(ALIGNED), profile.accel_step)}
    for report in days[profile.name]:
        columns = report.recording.columns
        wheels = [name for name, (_, signal) in tyre_columns(columns).items() if signal == "pressure_kpa"]
        for name, step in {**coarse, **dict.fromkeys(wheels, profile.pressure_step)}.items():
            if name in columns:
                steps = report.recording[name].drop_nans().unique().to_numpy() / step
                assert np.abs(steps - np.round(steps)).max() < 1e-6, name


@each
def test_the_truth_is_the_same_whoever_measures_it(days: dict[str, list[Report]], profile: Profile) -> None:
    ours = ("speeding", "trip", "harsh_braking", "harsh_cornering", "harsh_acceleration")
    for report, standard in zip(days[profile.name], days["standard"], strict=True):
        sheets = [one.sheet.filter(pl.col("kind").is_in(ours)) for one in (report, standard)]
        assert sheets[0].equals(sheets[1])


@each
def test_positions_err_as_much_as_it_says(days: dict[str, list[Report]], profile: Profile) -> None:
    for report, standard in zip(days[profile.name], days["standard"], strict=True):
        both = report.recording.with_columns(pl.col("t").round(0)).join(
            standard.recording.select("t", true=pl.col("lat_deg")), on="t"
        )
        error = np.abs((both["lat_deg"] - both["true"]).to_numpy()) * 111_195
        bound = 4 * (profile.drift + STANDARD.drift + (profile.canyon_drift if profile.canyon else 0)) + 35
        assert error.max() < bound
        if profile is not STANDARD:
            assert np.sqrt(np.mean(error**2)) > 1.0


def test_houses_on_both_sides_are_worse_than_the_open_road(days: dict[str, list[Report]]) -> None:
    seen = pl.concat([report.recording for report in days["phone"]])
    assert set(seen["satellites"]) == {6.0, 13.0}
    assert 0.02 < (seen["satellites"] == 6).mean() < 0.6


def test_a_canyon_is_a_place_for_everybody_on_every_day() -> None:
    """The same pieces of road, driven by several on two days: all see as many satellites there."""
    fleet, phone = roster(6, seed=5), (PROFILES["phone"],)
    seen: dict[tuple[float, ...], set[float]] = {}
    by: dict[tuple[float, ...], set[tuple[int, int]]] = {}
    for day in range(2):
        traffic = Traffic(fleet, Window(START, 0.3).later(day, "Europe/Berlin"), profiles=phone, day=day)
        for k, report in enumerate(traffic.reports()):
            shift = traffic.shift(k)
            instants = np.round(10 * (report.recording["t"].to_numpy() - traffic.window.start)).astype(int) - 1
            pieces = traffic.motion([shift], k, 10).piece[0, instants]
            for piece, satellites in set(zip(pieces.tolist(), report.recording["satellites"], strict=True)):
                place = tuple(round(float(shift.pieces[name][piece]), 1) for name in ("x", "y", "heading"))
                seen.setdefault(place, set()).add(satellites)
                by.setdefault(place, set()).add((day, k))
    assert sum(len(one) > 1 for one in by.values()) > 10
    assert all(len(one) == 1 for one in seen.values())
    assert set().union(*seen.values()) == {6.0, 13.0}


def test_gravity_is_felt_in_some_direction_and_is_no_unit_vector_of_the_box(days: dict[str, list[Report]]) -> None:
    for name in ("phone", "obd_dongle"):
        for report in days[name]:
            still = report.recording.filter(pl.col("speed_kmh") == 0).select(sorted(IMU)).to_numpy()
            assert np.linalg.norm(still.mean(axis=0)) == pytest.approx(G, abs=4 * PROFILES[name].imu_bias)
            assert np.abs(still.mean(axis=0)).max() < 0.999 * G
        mounts = [tuple(report.recording.select(sorted(IMU)).mean().row(0)) for report in days[name]]
        assert len(set(mounts)) == COUNT


def test_a_bus_that_sticks_says_the_same_and_is_on_the_sheet() -> None:
    sticky = Profile(**{**STANDARD.__dict__, "stale_rate": 5.0})
    (report,) = Traffic(roster(1, seed=5), Window(START, 2.0), profiles=(sticky,)).reports()
    spans = report.sheet.filter(kind="stale_can")
    assert len(spans) >= 3
    for row in spans.iter_rows(named=True):
        inside = pl.col("t").is_between(row["start"].timestamp() + 1, row["end"].timestamp() - 1)
        during = report.recording.filter(inside)
        assert during["speed_kmh"].n_unique() <= 2 and during["odometer_km"].n_unique() <= 2


def test_a_bus_is_not_heard_to_stick_while_the_device_is_pulled_out() -> None:
    sticky, gone = Profile(**{**STANDARD.__dict__, "stale_rate": 20.0}), (1_800.0, 5_400.0)
    pulled = Placed("unplugged", 0, gone[0], {"minutes": 60.0})
    spans = []
    for events in ((), (pulled,)):
        (report,) = Traffic(roster(1, seed=5), Window(START, 2.0), events=events, profiles=(sticky,)).reports()
        rows = report.sheet.filter(kind="stale_can").select("start", "end").rows()
        spans.append([tuple(round(at.timestamp() - START, 3) for at in row) for row in rows])
    assert any(gone[0] < start and end < gone[1] for start, end in spans[0])
    assert spans[1] and not any(start < gone[1] and end > gone[0] for start, end in spans[1])
    assert {one for one in spans[0] if one[1] <= gone[0] or one[0] >= gone[1]} <= set(spans[1])


def test_some_telegrams_of_wheels_are_lost(days: dict[str, list[Report]]) -> None:
    heard = {}
    for name in ("standard", "can_gateway_10hz"):
        rows = pl.concat([report.recording for report in days[name]], how="diagonal")
        heard[name] = sum(rows[column].drop_nulls().drop_nans().len() for column in tyre_columns(rows.columns))
    assert 0.8 < heard["can_gateway_10hz"] / heard["standard"] < 0.97


def test_devices_are_handed_out_in_turn() -> None:
    fleet = Traffic(roster(4, seed=5), Window(START, 0.2), profiles=chosen("phone, standard"))
    assert ["imu_x_mps2" in report.recording.columns for report in fleet.reports()] == [True, False, True, False]
    assert len(chosen("mixed")) == len(PROFILES)
    with pytest.raises(ProfileError, match="did you mean phone"):
        chosen("fone")


def test_each_is_in_the_manual() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", MANUAL.read_text("utf-8"), re.MULTILINE)) >= PROFILES.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["obd_dongle", "can_gateway_10hz", "recorder_50hz"])
def test_the_product_finds_a_hard_brake_by_it(  # type: ignore[no-untyped-def]
    name: str, rivers, tmp_path: Path
) -> None:
    fleet = roster(2, seed=5)
    brake = Placed("harsh_braking", 0, 1_800.0, {"mps2": 6.0})
    traffic = Traffic(fleet, Window(START, HOURS), {}, (brake,), (PROFILES[name],))
    registry.write(fleet, START, tmp_path)
    report = next(iter(traffic.reports()))
    report.recording.write_parquet(tmp_path / "day.parquet")
    truth = min(report.sheet.filter(kind="harsh_braking")["start"], key=lambda at: abs(at.timestamp() - START - 1_800))
    pieces = list(recording.read([tmp_path / "day.parquet"]))
    events = rivers.replayed(pieces, rivers.judged(), Roster(load(tmp_path)))["events"]
    found = events.filter(pl.col("kind").is_in(["harsh_braking", "harsh_manoeuvre"]))
    assert (found["start"] - truth).dt.total_seconds().abs().min() <= 3

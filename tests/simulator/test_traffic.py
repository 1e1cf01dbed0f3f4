"""A simulated day is the same for the same seed, and its samples obey physics and bear out its answer sheet."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from devices.signals import BY_COLUMN
from simulator.answers import Whose, answers
from simulator.hours import Ledger
from simulator.manoeuvres import MANOEUVRE
from simulator.payloads import CODES
from simulator.roster import roster
from simulator.tracks import BEFORE, Track, track, with_burst
from simulator.traffic import Report, Traffic, Window, combined, marks
from simulator.vehicles import CLASSES

HARSH = {"harsh_braking": ("accel_long_mps2", -1), "harsh_acceleration": ("accel_long_mps2", 1)}


def facts(reports: list[Report], kind: str) -> list[tuple[Report, dict[str, object]]]:
    return [(r, row) for r in reports for row in r.sheet.filter(pl.col("kind") == kind).iter_rows(named=True)]


def violations(reports: list[Report]) -> list[tuple[Report, dict[str, object]]]:
    return [(report, row) for report, row in facts(reports, "continuous_driving") if row["level"] > 1]  # type: ignore[operator]


def during(report: Report, row: dict[str, object], margin: float = 0.0) -> pl.DataFrame:
    first, last = row["start"].timestamp(), row["end"].timestamp()  # type: ignore[attr-defined]
    return report.recording.filter(pl.col("t").is_between(first - margin, last + margin))


def test_the_same_seed_gives_the_same_day(traffic: Traffic, reports: list[Report]) -> None:
    again = list(Traffic(traffic.roster, traffic.window).reports())
    for a, b in zip(reports, again, strict=True):
        assert a.recording.equals(b.recording) and a.sheet.equals(b.sheet)


def test_another_seed_gives_another_day(traffic: Traffic, reports: list[Report]) -> None:
    other = next(Traffic(roster(14, seed=4), traffic.window).reports())
    assert not other.recording.equals(reports[0].recording)


def test_every_column_is_a_signal_within_its_range(reports: list[Report]) -> None:
    for report in reports:
        for name in report.recording.columns[4:]:
            if name in BY_COLUMN:
                values = report.recording[name].drop_nans()
                assert BY_COLUMN[name].low <= values.min() and values.max() <= BY_COLUMN[name].high, name
            else:
                assert name.startswith("tyre_") or name == CODES


def test_time_ascends_on_whole_milliseconds(traffic: Traffic, reports: list[Report]) -> None:
    for report in reports:
        t = report.recording["t"].to_numpy()
        assert (np.diff(t) > 0).all()
        assert np.abs(t * 1000 - np.round(t * 1000)).max() < 1e-3
        assert traffic.window.start < t[0] and t[-1] <= traffic.window.start + traffic.window.hours * 3600


def test_no_vehicle_beats_its_class(traffic: Traffic, reports: list[Report]) -> None:
    for vehicle, report in zip(traffic.roster.vehicles, reports, strict=True):
        calm = report.recording
        for _, row in facts([report], "crash"):
            calm = calm.filter((pl.col("t") - row["start"].timestamp()).abs() > 1.0)  # type: ignore[attr-defined]
        accel, noise = calm["accel_long_mps2"], 0.6
        assert accel.min() > -vehicle.kind.brake - noise and accel.max() < vehicle.kind.accel + noise
        assert calm["accel_lat_mps2"].abs().max() < vehicle.kind.lateral + noise
        assert calm["speed_kmh"].max() < 3.6 * vehicle.kind.top + 2


def test_the_odometer_is_the_integral_of_speed(reports: list[Report]) -> None:
    for report in reports:
        t, speed, on = (report.recording[name].to_numpy() for name in ("t", "speed_kmh", "ignition"))
        dt = np.diff(t)
        near = (dt <= 1.0) & (on[1:] > 0)
        driven = ((speed[1:] + speed[:-1]) / 2 / 3600 * dt)[near].sum()
        odometer = report.recording["odometer_km"].to_numpy()
        assert driven == pytest.approx(odometer[-1] - odometer[0], rel=0.005, abs=0.05)


def test_positions_move_as_fast_as_the_speed_says(reports: list[Report]) -> None:
    for report in reports:
        rows = report.recording
        north = np.diff(rows["lat_deg"].to_numpy()) * 111_195
        east = np.diff(rows["lon_deg"].to_numpy()) * 111_195 * np.cos(np.radians(49))
        dt, speed = np.diff(rows["t"].to_numpy()), rows["speed_kmh"].to_numpy()[1:] / 3.6
        one = (dt == 1.0) & (speed > 5)
        error = np.abs(np.hypot(north, east)[one] - speed[one])
        assert np.quantile(error, 0.95) < 2.5


@pytest.mark.parametrize("kind", HARSH)
def test_every_manoeuvre_on_the_sheet_is_in_the_samples(reports: list[Report], kind: str) -> None:
    column, sign = HARSH[kind]
    for report, row in facts(reports, kind):
        if (row["end"] - row["start"]).total_seconds() < 1.0:  # type: ignore[operator]
            continue  # may fall between two samples
        peak = (sign * during(report, row)[column]).max()
        assert peak > row["threshold"] * 0.83 - 0.4, row  # type: ignore[operator]


def test_hard_braking_off_the_sheet_is_noise_only(traffic: Traffic, reports: list[Report]) -> None:
    for vehicle, report in zip(traffic.roster.vehicles, reports, strict=True):
        rows = report.recording
        for _, row in [*facts([report], "harsh_braking"), *facts([report], "crash")]:
            first, last = row["start"].timestamp() - 3.0, row["end"].timestamp() + 4.0  # type: ignore[attr-defined]
            rows = rows.filter(~pl.col("t").is_between(first, last))
        assert rows["accel_long_mps2"].min() > -marks(vehicle.kind)[0] - 0.6


def test_speeding_on_the_sheet_is_over_the_limit_in_the_samples(reports: list[Report]) -> None:
    found = facts(reports, "speeding")
    assert found
    for report, row in found:
        over = during(report, row).select(pl.col("speed_kmh") - pl.col("speed_limit_kmh")).to_series()
        assert (over > 1.0).mean() > 0.8 and over.max() > 4.0
        assert over.max() == pytest.approx(row["peak"], abs=1.0)


def test_speeding_has_the_cause_that_is_true_of_the_road_it_is_on(traffic: Traffic) -> None:
    """Who hurries on one road and keeps a little too fast on another is in a hurry on the first alone."""
    t = np.arange(1.0, 201.0)
    still = np.zeros(len(t))
    hurried, fast = (t >= 20) & (t < 60), (t >= 100) & (t < 140)
    speed = np.select([hurried, fast], [17.0, 15.6], 13.0)
    chosen = np.where(hurried, 1.25, 1.05) * 13.9
    whole = Track(*(still for _ in Track._fields))._replace(t=t, speed=speed, limit=still + 13.9, chosen=chosen)
    ledger, whose = Ledger(traffic.roster.region), Whose("f", "v", "d")
    day = traffic.shift(0), whose, whole, np.zeros(0, MANOEUVRE), (np.nan, np.nan), traffic.window.start, []
    sheet = answers(*day, ledger).filter(kind="speeding")
    assert sheet["cause"].to_list() == ["in a hurry", "faster than is allowed"]


def test_the_crash_is_a_short_hard_pulse(reports: list[Report]) -> None:
    ((report, row),) = facts(reports, "crash")
    burst = during(report, row, margin=0.2)
    assert burst["accel_long_mps2"].min() < -2.5 * 9.81
    t, accel = burst["t"].to_numpy(), burst["accel_long_mps2"].to_numpy()
    assert -np.trapezoid(accel, t) * 3.6 == pytest.approx(row["peak"], rel=0.1)  # delta-v
    after = report.recording.filter(pl.col("t") > row["end"].timestamp() + 0.2)  # type: ignore[attr-defined]
    assert after["speed_kmh"].max() == 0.0


@pytest.mark.parametrize("keep", [1, 10])
def test_odometer_and_place_go_on_through_a_crash_as_the_speed_says(traffic: Traffic, keep: int) -> None:
    k = next(k for k, incident in enumerate(traffic.roster.incidents) if incident.crash)
    shift = traffic.shift(k)
    motion = traffic.motion([shift], k, keep)
    (at, speed), calm = motion.crashed[0], track(motion, 0, shift, keep)
    burst = with_burst(calm, at, speed)
    burst = burst.rows((burst.t >= at - BEFORE) & (burst.t < at + 60.0))
    metres = np.diff(burst.distance)
    driven = np.cumsum((burst.speed[1:] + burst.speed[:-1]) / 2 * np.diff(burst.t))
    assert (metres >= 0).all() and np.abs(driven - np.cumsum(metres)).max() < 0.7
    assert np.hypot(np.diff(burst.x), np.diff(burst.y)) == pytest.approx(metres, abs=0.05)
    assert burst.distance[-1] == calm.distance[-1] and not burst.lateral[burst.t > at].any()


def test_one_drives_on_without_a_break(reports: list[Report]) -> None:
    ((report, row),) = violations(reports)
    assert row["peak"] > 4.5  # type: ignore[operator]
    t = during(report, row).filter(pl.col("speed_kmh") > 0)["t"].to_numpy()
    assert np.diff(t).max() < 45 * 60


def test_others_take_their_breaks(traffic: Traffic, reports: list[Report]) -> None:
    tired = {v.vehicle_id for v, i in zip(traffic.roster.vehicles, traffic.roster.incidents, strict=True) if i.tired}
    assert {report.vehicle_id for report, _ in violations(reports)} == tired


def test_leak_and_puncture_read_low_when_compensated(reports: list[Report]) -> None:
    causes = set()
    for report, row in facts(reports, "tyre_low"):
        kind = CLASSES[report.vehicle_id.split("-")[0].lower()]
        placard = dict(kind.tyres)[row["subject"]]  # type: ignore[index]
        heard = during(report, row).filter(pl.col(f"tyre_{row['subject']}_pressure_kpa").is_not_nan())
        pressure, temp = (heard[f"tyre_{row['subject']}_{name}"].to_numpy() for name in ("pressure_kpa", "temp_c"))
        cold = (pressure + 101.325) * 293.15 / (temp + 273.15) - 101.325
        assert (1 - cold / placard > 0.09).all()
        causes.add(row["cause"])
    assert causes == {"leaks slowly", "punctured"}


def test_trips_are_ignition_on_to_off(reports: list[Report]) -> None:
    for report, row in facts(reports, "trip"):
        rows = during(report, row)
        assert rows["ignition"].min() == 1.0
        odometer = rows["odometer_km"]
        assert odometer[-1] - odometer[0] == pytest.approx(row["peak"], abs=0.1)


def test_rough_drivers_do_more_harm_a_km(traffic: Traffic, reports: list[Report]) -> None:
    rates = []
    for driver, report in zip(traffic.roster.drivers, reports, strict=True):
        km = report.sheet.filter(pl.col("kind") == "trip")["peak"].sum()
        harsh = report.sheet.filter(pl.col("kind").str.starts_with("harsh") & (pl.col("level") >= 1)).height
        rates.append((driver.rough, harsh / km))
    rough = [rate for rough, rate in rates if rough > 0.7]
    calm = [rate for rough, rate in rates if rough < 0.3]
    assert min(rough) > max(calm)


def test_a_fleet_of_one_drives_too() -> None:
    recording, _ = combined(list(Traffic(roster(1, seed=1), Window(1_762_923_600.0, 0.5)).reports()))
    assert recording["speed_kmh"].max() > 20


def test_vehicles_do_not_disturb_each_other(traffic: Traffic, reports: list[Report]) -> None:
    few = replace(traffic.roster, **{n: getattr(traffic.roster, n)[:3] for n in ("vehicles", "drivers", "incidents")})
    for alone, among in zip(Traffic(few, traffic.window).reports(), reports, strict=False):
        assert alone.recording.equals(among.recording) and alone.sheet.equals(among.sheet)

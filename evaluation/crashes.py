"""Crashes: a crash test in a drive, sensor by sensor, and an e-scooter that is shaken, ridden and crashed."""

import numpy as np
import polars as pl

from devices.samples import Floats, Samples
from evaluation.measure import Fact, Finding, Section, Span, added, marked
from evaluation.recordings import SHARED, rules, run, spans

START = 1_750_000_000.0
BEFORE_S, AFTER_S, HZ = 60, 90, 100
SPEED = 57.1 / 3.6  # m/s at the barrier
G = 9.80665
SENSORS = {"accelerometer": ("100 Hz", 1), "speed, 10 Hz": ("0.1 s", 10), "speed, 1 Hz": ("1 s", 100)}
SCOOTER = {"imu_x": "accel_x_mps2", "imu_y": "accel_y_mps2", "imu_z": "accel_z_mps2"}
TEXT = """NHTSA test 10146 (a car into a rigid barrier at 57.1 km/h), low-passed at 40 Hz as a 100 Hz device would
see it: each channel of the compartment in turn is set into a minute of steady driving and 90 s of standstill. The
truth is the moment of contact; an event within 2 s of it is right, any other is false. The e-scooter's recordings
(200 Hz, clipped at 8 g, the device's own axes, no speed) have no labels in time: its owner says that
`crashtest_9feb` holds two accidents besides steps and violent shaking, and `normal_drive` none. Of the two, one is a
blow in one direction, a crash and a rollover; the other comes to and fro as shaking does, and is a rollover only."""


def section() -> Section:
    """Crash by sensor, and what the e-scooter comes to."""
    path = SHARED / "driving" / "nhtsa_crash_pulses"
    findings = []
    for sensor in SENSORS:
        found = [_hit(frame, sensor) for file in sorted(path.glob("derived_100hz_*")) for frame in _channels(file)]
        findings.append(added(found, f"NHTSA, {sensor}"))
    folder = SHARED / "driving" / "upc_escooter_crash_accel"
    facts = [fact for file in sorted(folder.glob("*.parquet")) for fact in _scooter(file.stem, pl.read_parquet(file))]
    return Section("Crashes", TEXT, findings, facts)


def _channels(file: object) -> list[Floats]:
    """Longitudinal pulses of the compartment, m/s² at 100 Hz."""
    frame = pl.read_parquet(str(file)).filter(axis="XG")
    return [some["accel_g_lp40hz"].to_numpy() * G for _, some in frame.group_by("channel_no", maintain_order=True)]


def _hit(pulse: Floats, sensor: str) -> Finding:
    rate, every = SENSORS[sensor]
    rng = np.random.default_rng(pulse.size)
    before = SPEED + np.cumsum(rng.normal(0, 0.01, BEFORE_S * HZ))
    speed = np.r_[before, np.maximum(before[-1] + np.cumsum(pulse) / HZ, 0), np.zeros(AFTER_S * HZ)]
    columns = {"speed": speed[::every]}
    if every == 1:
        columns["accel_long"] = np.r_[rng.normal(0, 0.3, before.size), pulse, rng.normal(0, 0.05, AFTER_S * HZ)]
        columns["accel_lat"] = rng.normal(0, 0.3, speed.size)
    t = START + np.arange(0, speed.size, every) / HZ
    events = run([Samples([("f", "v")], np.zeros(t.size, np.int64), t, columns)], rules())["events"]
    truth = Span("v", START + BEFORE_S, START + BEFORE_S)
    return marked("", "crash", rate, [truth], spans(events, kind="crash"), slack=2.0)


def _scooter(name: str, frame: pl.DataFrame) -> list[Fact]:
    t = np.round(START + frame["t_s"].to_numpy(), 3)
    columns = {ours: frame[theirs].to_numpy().astype(float) for ours, theirs in SCOOTER.items()}
    events = run([Samples([("f", name)], np.zeros(t.size, np.int64), t, columns)], rules())["events"]
    kinds = ("crash", "rollover")
    return [Fact(f"e-scooter {name}", kind, float(events.filter(kind=kind).height), "events") for kind in kinds]

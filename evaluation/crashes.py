"""Crashes: a crash test in a drive, sensor by sensor, and an e-scooter that is shaken, ridden and crashed."""

import numpy as np
import polars as pl

from devices.samples import Floats, Samples
from evaluation.measure import Fact, Section, Span, marked
from evaluation.recordings import SHARED, rules, run, spans

START = 1_750_000_000.0
BEFORE_S, AFTER_S, HZ = 60, 90, 100
SPEED = 57.1 / 3.6  # m/s at the barrier
G = 9.80665
SENSORS = {"accelerometer": ("100 Hz", 1), "speed, 10 Hz": ("0.1 s", 10), "speed, 1 Hz": ("1 s", 100)}
SCOOTER = {"imu_x": "accel_x_mps2", "imu_y": "accel_y_mps2", "imu_z": "accel_z_mps2"}
SLACK_S = 2.0
TEXT = f"""NHTSA test 10146 (a car into a rigid barrier at 57.1 km/h), low-passed at 40 Hz as a 100 Hz device would
see it: each channel of the compartment in turn is set into a minute of steady driving and 90 s of standstill. The
truth is the moment of contact; an event within {SLACK_S:g} s of it is right, any other is false. The e-scooter's
recordings (200 Hz, clipped at 8 g, the device's own axes, no speed) have no labels in time: its owner says that
`crashtest_9feb` holds two accidents besides steps and violent shaking, and `normal_drive` none. Of the two, one is a
blow in one direction, a crash and a rollover; the other comes to and fro as shaking does, and is a rollover only."""


def section() -> Section:
    """Crash by sensor, and what the e-scooter comes to."""
    path = SHARED / "driving" / "nhtsa_crash_pulses"
    findings = []
    for sensor in SENSORS:
        pulses = [pulse for file in sorted(path.glob("derived_100hz_*")) for pulse in _channels(file)]
        truths = [Span(f"channel {k}", START + BEFORE_S, START + BEFORE_S) for k in range(len(pulses))]
        events = [
            one for truth, pulse in zip(truths, pulses, strict=True) for one in _told(truth.vehicle, pulse, sensor)
        ]
        findings.append(marked(f"NHTSA, {sensor}", "crash", SENSORS[sensor][0], truths, events, SLACK_S))
    folder = SHARED / "driving" / "upc_escooter_crash_accel"
    facts = [fact for file in sorted(folder.glob("*.parquet")) for fact in _scooter(file.stem, pl.read_parquet(file))]
    return Section("Crashes", TEXT, findings, facts)


def _channels(file: object) -> list[Floats]:
    """Longitudinal pulses of the compartment, m/s² at 100 Hz."""
    frame = pl.read_parquet(str(file)).filter(axis="XG")
    return [some["accel_g_lp40hz"].to_numpy() * G for _, some in frame.group_by("channel_no", maintain_order=True)]


def _told(name: str, pulse: Floats, sensor: str) -> list[Span]:
    """Crashes in a minute of driving that ends with the pulse."""
    every = SENSORS[sensor][1]
    rng = np.random.default_rng(pulse.size)
    before = SPEED + np.cumsum(rng.normal(0, 0.01, BEFORE_S * HZ))
    speed = np.r_[before, np.maximum(before[-1] + np.cumsum(pulse) / HZ, 0), np.zeros(AFTER_S * HZ)]
    columns = {"speed": speed[::every]}
    if every == 1:
        columns["accel_long"] = np.r_[rng.normal(0, 0.3, before.size), pulse, rng.normal(0, 0.05, AFTER_S * HZ)]
        columns["accel_lat"] = rng.normal(0, 0.3, speed.size)
    t = START + np.arange(0, speed.size, every) / HZ
    events = run([Samples([("f", name)], np.zeros(t.size, np.int64), t, columns)], rules())["events"]
    return spans(events, kind="crash")


def _scooter(name: str, frame: pl.DataFrame) -> list[Fact]:
    t = np.round(START + frame["t_s"].to_numpy(), 3)
    columns = {ours: frame[theirs].to_numpy().astype(float) for ours, theirs in SCOOTER.items()}
    events = run([Samples([("f", name)], np.zeros(t.size, np.int64), t, columns)], rules())["events"]
    kinds = ("crash", "rollover")
    return [Fact(f"e-scooter {name}", kind, float(events.filter(kind=kind).height), "events") for kind in kinds]

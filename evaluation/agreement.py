"""Agreement: what an accelerometer feels, aligned or in an unknown position, against what the speed says of it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import polars as pl

from devices.samples import Floats, Samples
from evaluation.ferreira import MANOEUVRES
from evaluation.measure import Fact, Finding, Section, Span, marked
from evaluation.recordings import SHARED, rules, run, spans, thinned
from evaluation.transfer import scaled
from streams.fleets.batch import assemble
from streams.fleets.fleet import Fleet
from streams.kernels.params import thresholds
from streams.pipeline import chain
from streams.replay import Assumed

COMMA = SHARED / "driving" / "comma2k19_example"
START, AGAIN = 1_533_228_900.0, 300.0  # UTC epoch s of the minute; s after which it is driven once more
RATES = {0.0: "83 Hz", 0.1: "0.1 s", 1.0: "1 s"}  # s between two speeds; 0 as recorded
LIMITS = (1.0, 0.4)  # times the published ones
SLACK_S, GRID_S, MOST_LAG_S = 1.0, 0.05, 1.5
MOUNT = np.array([[0.36, 0.48, -0.8], [-0.8, 0.6, 0.0], [0.48, 0.64, 0.6]])  # a rotation that nobody tells
FORWARD, SPEED, ANYHOW = 1, 2, 3  # Batch.accel_source
TEXT = f"""comma2k19's example: one minute of a car in city traffic, its speed from the bus at 83 Hz and an
accelerometer at 104 Hz. Three devices are made of it: one sends only the speed, one also an accelerometer that is
aligned with the car, one an accelerometer turned at an angle nobody tells, with a yaw rate and the speed. The minute
is driven twice, because the last one must learn where forward is; the second time is compared, as the detectors see
it. *Lag* is by how much the acceleration taken from the speed comes later, found where the two agree best: it is a
difference over a stretch that has passed. Both correlation and difference are without taking the lag out. What remains
is the slope of the road, which an accelerometer feels and a speed does not, and the accelerometer's own offset, which
only the aligned one keeps. A minute of calm driving holds no harsh event, and neither device tells one; what both
would find is shown with all limits at {100 * LIMITS[1]:g} %: there a *truth* is what the speed shows, an *event* what
the accelerometer does, at most {SLACK_S:g} s apart. A minute is little: this shows that the two ways do not contradict
each other, not how often."""


class Felt(NamedTuple):
    """Acceleration (m/s²) as detectors see it, at ``t`` of the second round."""

    t: Floats
    accel: Floats


def section() -> Section:
    """Correlation, difference, lag, and the events both find."""
    devices = {"aligned": (aligned(), FORWARD), "in any position": (turned(), ANYHOW)}
    findings: list[Finding] = []
    facts: list[Fact] = []
    for name, (samples, source) in devices.items():
        felt = accelerations(samples, source)
        for rate, title in RATES.items():
            facts += _compared(f"{name}, speed at {title}", felt, accelerations(speeds(rate), SPEED))
            findings += [_both(name, samples, rate, limit) for limit in LIMITS]
    return Section("Accelerometer and speed", TEXT, findings, facts)


def _compared(title: str, felt: Felt, driven: Felt) -> Iterator[Fact]:
    shifts = np.arange(-MOST_LAG_S, MOST_LAG_S + GRID_S / 2, GRID_S)
    begin, end = max(felt.t[0], driven.t[0]) + MOST_LAG_S, min(felt.t[-1], driven.t[-1]) - MOST_LAG_S
    grid = np.arange(begin, end, GRID_S)
    one, other = np.interp(grid, *felt), np.interp(grid, *driven)
    alike = [_correlation(one, np.interp(grid + shift, *driven)) for shift in shifts]
    yield Fact(title, "correlation", _correlation(one, other), "-1 to 1", f"{max(alike):.2f} without the lag")
    yield Fact(title, "difference, root of mean square", float(np.sqrt(np.mean((one - other) ** 2))), "m/s²")
    yield Fact(title, "difference, mean", float(np.mean(one - other)), "m/s²")
    yield Fact(title, "lag", round(float(shifts[int(np.argmax(alike))]), 3), "s")


def _correlation(one: Floats, other: Floats) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def _both(name: str, samples: Samples, rate: float, limit: float) -> Finding:
    """Events the accelerometer shows against those the speed shows, with scaled limits."""
    felt, driven = (_events(one, limit) for one in (samples, speeds(rate)))
    return marked(f"comma2k19, {name}", f"limits x {limit:g}", RATES[rate], driven, felt, SLACK_S)


def _events(samples: Samples, limit: float) -> list[Span]:
    events = run([samples], rules(*scaled(limit)))["events"].filter(pl.col("kind").is_in(MANOEUVRES))
    return [one for one in spans(events) if one.start >= START + AGAIN]


def accelerations(samples: Samples, source: int) -> Felt:
    """What the chain makes of a device, where it is sure."""
    fleet = Fleet(Assumed())
    batch = assemble(samples, fleet.slots(samples.vehicles), np.empty(0, np.int64))[0]
    params = tuple(thresholds(of_link) for of_link in chain.PARAMS.values())
    chain.run(batch, fleet.columns(), np.zeros(2, chain.STATE), params, chain.Rooms(1024))
    sure = (batch.accel_source == source) & np.isfinite(batch.accel) & (batch.t >= START + AGAIN)
    return Felt(batch.t[sure], batch.accel[sure])


def speeds(rate: float) -> Samples:
    """A device that sends the speed every so many seconds."""
    frame = _read("can_speed")
    whole = _twice(frame["t_s"].to_numpy(), {"speed": frame["speed_mps"].to_numpy()})
    return thinned(whole, rate) if rate else whole


def aligned() -> Samples:
    """A device that sends what it feels along the car, and the speed."""
    return _device({"accel_long": _read("imu_accel")["accel_forward_mps2"].to_numpy()})


def turned() -> Samples:
    """A device in an unknown position that sends three axes, its yaw rate and the speed."""
    felt, gyro = _read("imu_accel"), _read("imu_gyro")
    axes = [felt["accel_forward_mps2"], -felt["accel_right_mps2"], -felt["accel_down_mps2"]]
    x, y, z = MOUNT @ np.stack([axis.to_numpy() for axis in axes])
    return _device({"imu_x": x, "imu_y": y, "imu_z": z, "yaw_rate": -np.degrees(gyro["gyro_down_radps"].to_numpy())})


def _device(own: dict[str, Floats]) -> Samples:
    """What an accelerometer ticks, and on rows between them the speed."""
    ticks, speed = _read("imu_accel")["t_s"].to_numpy(), _read("can_speed")
    columns = {name: np.append(values, np.full(speed.height, np.nan)) for name, values in own.items()}
    columns["speed"] = np.append(np.full(ticks.size, np.nan), speed["speed_mps"].to_numpy())
    return _twice(np.append(ticks, speed["t_s"].to_numpy()), columns)


def _twice(t: Floats, columns: dict[str, Floats]) -> Samples:
    order = np.argsort(t, kind="stable")
    both = np.round(START + np.append(t[order], t[order] + AGAIN), 3)
    values = {name: np.append(column[order], column[order]) for name, column in columns.items()}
    return Samples([("comma", "car")], np.zeros(both.size, np.int64), both, values)


def _read(name: str) -> pl.DataFrame:
    return pl.read_parquet(COMMA / f"{name}.parquet")

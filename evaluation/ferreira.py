"""Ferreira 2017: video-labelled manoeuvres felt by a phone, given back to a device in an unknown position."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from devices.samples import Floats, Samples

FLEET = "ferreira"
START = 1_500_000_000.0  # UTC epoch s of each trip's zero; the recording knows no date
MANOEUVRES = ("harsh_braking", "harsh_acceleration", "harsh_cornering", "lane_change", "harsh_manoeuvre")
CALM = "non_aggressive"
KINDS = {  # what each label should be told as
    "aggressive_braking": "harsh_braking",
    "aggressive_acceleration": "harsh_acceleration",
    "aggressive_left_turn": "harsh_cornering",
    "aggressive_right_turn": "harsh_cornering",
    "aggressive_left_lane_change": "lane_change",
    "aggressive_right_lane_change": "lane_change",
}


@dataclass(frozen=True)
class Trip:
    """A labelled drive: ``labels`` has ``event_type start end``, in UTC epoch s as the samples."""

    number: int
    samples: Samples
    labels: pl.DataFrame


@dataclass(frozen=True)
class Verdict:
    """What became of one label: the manoeuvre events that overlap it, by kind."""

    event_type: str
    start: float
    end: float
    told: tuple[str, ...]

    @property
    def found(self) -> bool:
        """Whether anything was told of it."""
        return bool(self.told)

    @property
    def right(self) -> bool:
        """Whether it was called what it is."""
        return KINDS.get(self.event_type) in self.told


def numbers(folder: Path) -> list[int]:
    """The trips of which all files are there."""
    found = (re.fullmatch(r"labels_trip(\d+)\.parquet", path.name) for path in folder.iterdir())
    return sorted(
        int(match[1]) for match in found if match and all(path.is_file() for path in _files(folder, match[1]))
    )


def trips(folder: Path, mount: Floats | None = None, heading: float = 0.7) -> Iterator[Trip]:
    """Every labelled drive in ``folder``, one after another; see ``trip``."""
    for number in numbers(folder):
        yield trip(folder, number, mount, heading)


def trip(folder: Path, number: int, mount: Floats | None = None, heading: float = 0.7) -> Trip:
    """One drive as a device in the vehicle would have sent it.

    The recording is in the earth's frame (x east, y north, z up). A device turns with its vehicle: so the readings,
    gravity included, are turned back by the yaw rate, integrated from an arbitrary ``heading`` (radians) after its
    median over the trip, the gyroscope's drift, is taken off; the yaw rate is sent as it was recorded. Then ``mount``
    ((3, 3), a rotation; None: level) puts the device anywhere. There is no speed, no position and no heading.
    """
    accel, gyro, labels = (pl.read_parquet(path) for path in _files(folder, number))
    t = accel["t_s"].to_numpy()
    east, north, up = (accel[f"accel_with_gravity_earth_{axis}_mps2"].to_numpy() for axis in "xyz")
    turned, rate = _turned(t, gyro)
    cos, sin = np.cos(turned + heading), np.sin(turned + heading)
    felt = np.stack([cos * east + sin * north, cos * north - sin * east, up])
    x, y, z = felt if mount is None else mount @ felt
    columns = {"imu_x": x, "imu_y": y, "imu_z": z, "yaw_rate": np.degrees(rate)}
    whole = np.floor((START + t) * 1000 + 0.5) / 1000
    samples = Samples([(FLEET, f"trip {number}")], np.zeros(t.size, np.int64), whole, columns)
    moved = labels.select("event_type", start=pl.col("start_s") + START, end=pl.col("end_s") + START)
    return Trip(int(number), samples, moved)


def _files(folder: Path, number: int | str) -> list[Path]:
    return [folder / f"{name}_trip{number}.parquet" for name in ("accel_with_gravity", "gyro", "labels")]


def _turned(t: Floats, gyro: pl.DataFrame) -> tuple[Floats, Floats]:
    """(radians turned to the left since the start, yaw rate as sent in rad/s) at ``t``; the sensors tick apart."""
    ticks, rate = gyro["t_s"].to_numpy(), gyro["gyro_earth_z_radps"].to_numpy()
    steady = rate - np.median(rate)
    angle = np.concatenate([[0.0], np.cumsum((steady[1:] + steady[:-1]) / 2 * np.diff(ticks))])
    return np.interp(t, ticks, angle), np.interp(t, ticks, rate)


def judge(labels: pl.DataFrame, events: pl.DataFrame, least: int = 1) -> list[Verdict]:
    """What was told of each label: manoeuvre events of level ``least`` or more that overlap it.

    ``events`` as the table of ``tripmeter replay``, of this trip alone; one that has no end lasts.
    """
    own = events.filter(pl.col("kind").is_in(MANOEUVRES) & (pl.col("level") >= least))
    spans = [
        (row["kind"], row["start"].timestamp(), row["end"].timestamp() if row["end"] else np.inf)
        for row in own.iter_rows(named=True)
    ]
    return [
        Verdict(kind, start, end, tuple(told for told, first, last in spans if first <= end and last >= start))
        for kind, start, end in labels.select("event_type", "start", "end").iter_rows()
    ]


def unlabelled(labels: pl.DataFrame, events: pl.DataFrame) -> int:
    """Manoeuvre events that overlap no label at all; the drives hold more than was labelled, so none need be false."""
    verdicts = judge(events.select(pl.col("kind").alias("event_type"), *_instants()), events.head(0))
    spans = [(start, end) for start, end in labels.select("start", "end").iter_rows()]
    return sum(
        one.event_type in MANOEUVRES and not any(one.start <= end and one.end >= start for start, end in spans)
        for one in verdicts
    )


def _instants() -> list[pl.Expr]:
    return [pl.col(name).dt.epoch("ms").fill_null(2**53) / 1000 for name in ("start", "end")]

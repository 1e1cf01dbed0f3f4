"""A small drive as a file, as a replay's folder and as a service's data folder, and a way to type commands."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from streams.cli import tripmeter
from streams.recordings import recording
from streams.store import marks

START = 1_750_000_000.0


def drive():
    """90 s at 100 km/h where 50 is posted, a full braking, ten minutes at 40 km/h, and another braking."""
    brake = [80.0, 60.0, 40.0, 20.0, 0.0] + [0.0] * 20
    speeds = [100.0] * 90 + brake + [40.0] * 600 + [50.0, 60.0, 70.0, 80.0] + brake
    n = len(speeds)
    return pl.DataFrame(
        {
            "t": START + np.arange(n),
            "vehicle_id": ["HH-1"] * n,
            "fleet_id": ["north"] * n,
            "driver_id": ["D1"] * n,
            "speed_kmh": speeds,
            "speed_limit_kmh": [50.0] * n,
            "lat_deg": 53.5 + np.cumsum(speeds) / 3.6 / 111_000,
            "lon_deg": [10.0] * n,
        }
    )


@pytest.fixture
def typed():
    """Type a command; what it came to, with stdout and stderr apart."""

    def run(*arguments):
        return CliRunner().invoke(tripmeter, [str(argument) for argument in arguments])

    return run


@pytest.fixture(scope="session")
def file(tmp_path_factory):
    """The drive as a recording."""
    path = tmp_path_factory.mktemp("drive") / "drive.parquet"
    drive().write_parquet(path)
    return path


@pytest.fixture(scope="session")
def replayed(file, tmp_path_factory):
    """The folder that a replay of it has written."""
    folder = tmp_path_factory.mktemp("replayed") / "out"
    assert CliRunner().invoke(tripmeter, ["replay", str(file), "--out", str(folder)]).exit_code == 0
    return folder


@pytest.fixture(scope="session")
def heard(file, rivers, tmp_path_factory):
    """The data folder of a service that has heard the drive, and something it could not read; only to be copied."""
    folder = tmp_path_factory.mktemp("heard") / "data"
    river = rivers.River(folder, rivers.judged())
    marks.set_clock(river.store, "feed")
    for samples in recording.read([Path(file)]):
        river.embedded.take(rivers.payloads(samples))
    river.embedded.take([rivers.Payload("tripmeter/v1/north/HH-1/telemetry", b"not json \xff", START)])
    river.embedded.take([rivers.Payload("elsewhere", b"{}", START + 1)])
    river.drain()
    river.store.close()
    return folder


@pytest.fixture
def data(heard, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(heard, tmp_path / "data"))

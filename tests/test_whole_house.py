"""The whole house: recordings through the running service over MQTT, killed at any moment, against their replay."""

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from streams import mapping, recording, tables

MAPPINGS = Path(__file__).parent / "mappings"
ENVIRONMENT = os.environ | {"COLUMNS": "200"}
PATIENCE_S = 60.0


def tripmeter(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "streams", *map(str, arguments)], capture_output=True, text=True, env=ENVIRONMENT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Served:
    """A running service, as its operator sees it."""

    folder: Path
    port: int = field(default_factory=free_port)
    http: int = field(default_factory=free_port)
    options: tuple[str, ...] = ()

    def start(self):
        address, http = f"127.0.0.1:{self.port}", f"127.0.0.1:{self.http}"
        command = [sys.executable, "-m", "streams", "run", "--data", str(self.folder), "--mqtt", address]
        command += ["--http", http, "--clock", "feed", "--accept-unregistered", *self.options]
        self.log = (self.folder.parent / "service.log").open("a+")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=ENVIRONMENT)

    def await_ready(self):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            assert self.process.poll() is None, self.said()
            time.sleep(0.05)
        raise AssertionError(f"the service did not start: {self.said()}")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(PATIENCE_S) == 0, self.said()
        self.log.close()

    def said(self):
        self.log.seek(0)
        return self.log.read()


@contextmanager
def serving(folder, **options):
    served = Served(folder / "data", **options)
    served.start()
    try:
        served.await_ready()
        yield served
    finally:
        if served.process.poll() is None:
            served.kill()


def publishing(port, *arguments):
    command = [sys.executable, "-m", "simulator", "publish", *map(str, arguments)]
    command += ["--mqtt", f"127.0.0.1:{port}", "--as-fast", "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def finished(process):
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    return json.loads(out)


def same(rivers, data, replayed, folder):
    """What the service has on record against a replay, all six tables."""
    tripmeter("rate", "--data", data, "--out", folder / "rated")
    return rivers.differences(tables.load(replayed), tables.load(folder / "rated"))


def native(shared_data, folder, name, source, where):
    """A part of a real recording in Tripmeter's own columns, as a device would know it."""
    part, whole = folder / "part.parquet", folder / f"{name}.parquet"
    pl.read_parquet(shared_data / "driving" / source).filter(where).write_parquet(part)
    recording.convert_to(whole, [part], mapping.read(MAPPINGS / f"{name}.toml"))
    return whole


@pytest.fixture(scope="module")
def braking(shared_data, tmp_path_factory):
    """The KIT trip with the full braking, and what a replay makes of it."""
    folder = tmp_path_factory.mktemp("kit")
    trip = pl.col("trip_id").str.ends_with("Vollbremsung")
    path = native(shared_data, folder, "kit", "kit_obd2_seat_leon/signals.parquet", trip)
    tripmeter("replay", path, "--out", folder / "replayed")
    return path, folder / "replayed"


@pytest.fixture(scope="module")
def buses(shared_data, tmp_path_factory):
    """Some CapMetrics buses, their rows in the order of the file, and what a replay makes of them."""
    folder = tmp_path_factory.mktemp("capmetrics")
    frame = pl.read_parquet(shared_data / "driving" / "capmetrics_bus_avl" / "positions.parquet")
    some = sorted(frame["vehicle_id"].unique())[:60]
    path = native(
        shared_data, folder, "capmetrics", "capmetrics_bus_avl/positions.parquet", pl.col("vehicle_id").is_in(some)
    )
    tripmeter("replay", path, "--out", folder / "replayed")
    return path, folder / "replayed"


@pytest.mark.slow
def test_a_recording_published_over_mqtt_gives_the_replays_tables(rivers, braking, tmp_path):
    path, replayed = braking
    with serving(tmp_path) as served:
        sent = finished(publishing(served.port, path))
        served.stop()
    assert sent["samples"] == pl.scan_parquet(path).select(pl.len()).collect().item()
    assert same(rivers, tmp_path / "data", replayed, tmp_path) == {}


@pytest.mark.slow
def test_buses_in_the_order_of_the_file_with_repetitions(rivers, buses, tmp_path):
    path, replayed = buses
    with serving(
        tmp_path, options=("--set", "settle.horizon_days=4000", "--set", "settle.retention_days=4000")
    ) as served:
        finished(publishing(served.port, path, path, "--batch", "7"))
        served.stop()
    assert same(rivers, tmp_path / "data", replayed, tmp_path) == {}

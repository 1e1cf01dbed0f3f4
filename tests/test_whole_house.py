"""The whole house: recordings through the running service over MQTT, killed at any moment, against their replay."""

import json
import os
import random
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pytest

from streams import tables
from streams.recordings import mapping, recording

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
        command += [
            "--http",
            http,
            "--console",
            "127.0.0.1:0",
            "--clock",
            "feed",
            "--accept-unregistered",
            *self.options,
        ]
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
    """What the service has on record against a replay, all six tables; whom it paged goes by its clock."""
    tripmeter("rate", "--data", data, "--out", folder / "rated")
    both = [tables.load(replayed), tables.load(folder / "rated")]
    for six in both:
        six["alerts"] = six["alerts"].drop("paged", "held")
    return rivers.differences(*both)


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
    some = sorted(frame["vehicle_id"].unique())[:40]
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
        tmp_path, options=("--set", "settle.horizon_days=4000", "--set", "retention.payloads_days=4000")
    ) as served:
        finished(publishing(served.port, path, path, "--batch", "7", "--batch-seconds", "100000"))
        served.stop()
    assert same(rivers, tmp_path / "data", replayed, tmp_path) == {}


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [1])
def test_killed_at_random_moments_it_loses_and_doubles_nothing(rivers, buses, tmp_path, seed):
    path, replayed = buses
    chance = random.Random(seed)  # noqa: S311
    patient = ("--set", "settle.horizon_days=4000", "--set", "retention.payloads_days=4000")
    with serving(tmp_path, options=(*patient, "--set", "commit.snapshot_s=0.2")) as served:
        publisher = publishing(served.port, path, path, "--batch", "5", "--batch-seconds", "1000", "--window", "50")
        await_payloads(tmp_path / "data", 1)
        killed = 0
        for early in (False, True, False):
            if not early:
                served.await_ready()
            time.sleep(chance.uniform(0.5, 3.0))  # the moment, not a condition
            killed += publisher.poll() is None
            served.kill()
            served.start()
        served.await_ready()
        sent = finished(publisher)
        served.stop()
    assert killed >= 2
    assert sent["resent"] > 0
    assert same(rivers, tmp_path / "data", replayed, tmp_path) == {}
    assert repeated_payloads(tmp_path / "data") == 0


def await_payloads(data, least):
    """Wait until the store has so many payloads."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with suppress(sqlite3.Error), sqlite3.connect(data / "tripmeter.db") as connection:
            if connection.execute("SELECT count(*) FROM payloads").fetchone()[0] >= least:
                return
        time.sleep(0.05)
    raise AssertionError("no payloads came in")


def repeated_payloads(data):
    """How many payloads of the store are there more than once."""
    with sqlite3.connect(data / "tripmeter.db") as connection:
        query = "SELECT count(*) - count(DISTINCT slot || hex(digest)) FROM payloads"
        return connection.execute(query).fetchone()[0]

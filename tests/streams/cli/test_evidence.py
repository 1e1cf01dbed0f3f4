"""tripmeter evidence: what is kept around a crash, exported, and run again."""

import json

import numpy as np
import polars as pl
import pytest


@pytest.fixture
def crashed(typed, tmp_path):
    """The folder of a replay in which a van hits something after a minute and a half."""
    t = np.arange(0, 150, 0.02)
    hit = (t >= 90) & (t < 90.1)
    frame = pl.DataFrame(
        {
            "t": 1_750_000_000.0 + t,
            "vehicle_id": ["HH-2"] * t.size,
            "fleet_id": ["north"] * t.size,
            "driver_id": ["D2"] * t.size,
            "speed_kmh": np.where(t < 90, 50 + np.sin(t), 0),
            "accel_long_mps2": np.where(hit, -130.0, 0.0),
        }
    )
    frame.write_parquet(tmp_path / "crash.parquet")
    assert typed("replay", tmp_path / "crash.parquet", "--out", tmp_path / "out").exit_code == 0
    return tmp_path / "out"


def test_list_and_export_and_replay_again(typed, crashed, tmp_path):
    (row,) = json.loads(typed("evidence", "list", "--tables", crashed, "--json").stdout)
    assert (row["vehicle"], row["samples"]) == ("north/HH-2", 3751)
    name = row["event_id"]
    done = typed("evidence", "export", name[:8], "--tables", crashed, "--out", tmp_path / "kept.csv")
    assert done.exit_code == 0, done.stderr
    assert typed("replay", tmp_path / "kept.csv", "--out", tmp_path / "again").exit_code == 0
    events = pl.read_parquet(tmp_path / "again" / "events.parquet")
    assert name in events["event_id"].to_list()
    assert "tripmeter evidence export" in typed("explain", name, "--tables", crashed).stdout


def test_no_such_event(typed, crashed, tmp_path):
    done = typed("evidence", "export", "ffffffff", "--tables", crashed, "--out", tmp_path / "x.csv")
    assert done.exit_code == 1
    assert "tripmeter evidence list" in done.stderr


def test_of_a_service_without_any(typed, data):
    assert json.loads(typed("evidence", "list", "--data", data, "--json").stdout) == []

"""tripmeter archive: payloads of closed days, and recordings made of them that give the same answer."""

import json

import polars as pl
import pytest

from streams.keeping.keeping import Keeping
from streams.objects import Folder, opened
from streams.river.retention import Retention
from streams.store.store import open_store


@pytest.fixture
def archived(data):
    """The data folder, its day closed."""
    store = open_store(data)
    Retention(store, Folder(data), Keeping()).work(1_750_000_000.0 + 90_000.0)
    store.close()
    return data


def test_list_names_fleets_and_days(typed, archived):
    told = json.loads(typed("archive", "list", "--data", archived, "--json").stdout)
    assert [(row["fleet"], row["day"], row["files"]) for row in told] == [("north", "2025-06-15", 1)]
    assert "2025-06-15" in typed("archive", "list", "--data", archived).stdout


def test_an_exported_day_gives_the_events_of_the_drive(typed, archived, replayed, tmp_path):
    out = tmp_path / "day.parquet"
    days = ("--from", "2025-06-15", "--to", "2025-06-15")
    done = typed("archive", "export", "--fleet", "north", *days, "--out", out, "--data", archived)
    assert done.exit_code == 0, done.output
    assert typed("replay", out, "--out", tmp_path / "again").exit_code == 0
    for name in ("events", "trips"):
        ours, theirs = (pl.read_parquet(folder / f"{name}.parquet") for folder in (tmp_path / "again", replayed))
        assert ours.height
        assert ours[:, 0].equals(theirs[:, 0])


def test_a_fleet_without_payloads_is_an_error_that_says_what_to_do(typed, archived, tmp_path):
    days = ("--from", "2025-06-15", "--to", "2025-06-15")
    done = typed("archive", "export", "--fleet", "south", *days, "--out", tmp_path / "x.parquet", "--data", archived)
    assert (done.exit_code, "archive list" in done.stderr) == (1, True)


def test_an_archive_in_a_bucket_is_listed_and_read_alike(typed, data, storage, tmp_path, monkeypatch):
    settings = storage("shelf/tripmeter")
    store = open_store(data)
    Retention(store, opened(settings, data), Keeping()).work(1_750_000_000.0 + 90_000.0)
    store.close()
    for name in ("url", "endpoint", "region", "access_key", "secret_key"):
        monkeypatch.setenv(f"TRIPMETER_ARCHIVE__{name.upper()}", getattr(settings, name))
    told = json.loads(typed("archive", "list", "--data", data, "--json").stdout)
    assert [(row["fleet"], row["day"], row["files"]) for row in told] == [("north", "2025-06-15", 1)]
    days = ("--from", "2025-06-15", "--to", "2025-06-15")
    done = typed("archive", "export", "--fleet", "north", *days, "--out", tmp_path / "day.parquet", "--data", data)
    assert done.exit_code == 0, done.output
    assert pl.read_parquet(tmp_path / "day.parquet").height
    monkeypatch.setenv("TRIPMETER_ARCHIVE__URL", "s3://gone")
    assert "s3://gone" in typed("archive", "list", "--data", data).stderr

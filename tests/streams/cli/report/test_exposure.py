"""tripmeter report exposure: of what a replay has written, where nothing is known of insurance."""

import json

import polars as pl
import pytest


def test_drivers_and_days_of_a_replay(typed, replayed, tmp_path):
    words = ["report", "exposure", "--tables", replayed, "--by", "driver", "--daily"]
    for name in ("e.html", "e.json", "folder"):
        result = typed(*words, "--fleet", "north", "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    tables = json.loads((tmp_path / "e.json").read_text())["tables"]
    told = pl.read_parquet(replayed / "exposure.parquet").filter(pl.col("fleet_id") == "north")
    assert sum(row["km_measured"] for row in tables["exposure"]) == pytest.approx(told["km_measured"].sum())
    assert {row["day"] for row in tables["exposure"]} == {str(day) for day in told["day"]}
    assert all(row["vehicle_days"] is None for row in tables["exposure"])
    shares = pl.DataFrame(tables["levels"]).group_by("dimension").agg(pl.col("km").sum())
    assert shares["km"].to_list() == pytest.approx([told["km_measured"].sum()] * 3)
    assert "Km by road, speed, hour" in (tmp_path / "e.html").read_text()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--fleet", "south"), "there is no exposure on record of fleet 'south'"),
        (("--from", "2026-01-02", "--to", "2026-01-01"), "from 2026-01-02 to 2026-01-01 is no day"),
    ],
)
def test_what_cannot_be_shown_is_told(typed, replayed, tmp_path, words, why):
    result = typed("report", "exposure", "--tables", replayed, *words, "--out", tmp_path / "e.html")
    assert (result.exit_code, why in result.stderr) == (1, True)

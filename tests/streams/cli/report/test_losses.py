"""tripmeter report losses: claims against a replay's events, and against the service's own record."""

import json
from datetime import UTC, datetime, timedelta

import polars as pl

START = datetime.fromtimestamp(1_750_000_000.0, UTC)  # of the drive


def test_losses_are_found_in_what_a_replay_has_written(typed, replayed, tmp_path):
    claims = {"claim_id": ["a", "b"], "fleet_id": ["north"] * 2, "vehicle_id": ["HH-1"] * 2, "cover": ["hull"] * 2}
    at = [START + timedelta(seconds=95), START + timedelta(days=2)]
    pl.DataFrame(claims | {"loss_at": at}).write_parquet(tmp_path / "claims.parquet")
    words = ["report", "losses", "--claims", tmp_path / "claims.parquet", "--tables", replayed]
    for name in ("l.html", "l.json"):
        result = typed(*words, "--fleet", "north", "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    tables = json.loads((tmp_path / "l.json").read_text())["tables"]
    assert [row["confidence"] in ("likely", "possible") for row in tables["losses"]] == [True, False]
    assert tables["losses"][0]["trip_id"]
    assert "HH-1" in (tmp_path / "l.html").read_text()

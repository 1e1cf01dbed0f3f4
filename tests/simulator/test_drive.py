"""A fleet whose data and lines are broken, driven against the running service: all of it is acknowledged."""

import json
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from simulator.cli import main

OFTEN = ("backlog=4", "duplicates=20", "malformed=20", "oversized=12", "stolen_identity=1", "reconnects=10")


@pytest.mark.slow
def test_a_broken_fleet_is_acknowledged_to_the_last_payload(served: int, tmp_path: Path) -> None:
    faults = [word for fault in OFTEN for word in ("--fault", fault)]
    words = ["drive", "--vehicles", "3", "--hours", "0.5", "--as-fast", "--mqtt", f"127.0.0.1:{served}", "--json"]
    result = CliRunner().invoke(main, [*words, *faults, "--answers", str(tmp_path / "sheet.csv")])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["resent"] > 0
    kinds = set(pl.read_csv(tmp_path / "sheet.csv")["kind"])
    assert {f"fault_{fault.partition('=')[0]}" for fault in OFTEN} <= kinds

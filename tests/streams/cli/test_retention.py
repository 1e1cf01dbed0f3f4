"""tripmeter retention: what is kept how long, on whose word, and what goes next."""

import json


def test_it_says_how_long_and_when_the_oldest_goes(typed, data, tmp_path):
    (tmp_path / "fleets.csv").write_text("fleet_id,name,time_zone,jurisdiction\nnorth,North,Europe/Berlin,de\n")
    assert typed("registry", "import", tmp_path, "--data", data).exit_code == 0
    rows = {row["category"]: row for row in json.loads(typed("retention", "--data", data, "--json").stdout)}
    assert (rows["positions"]["preset"], rows["positions"]["days"]) == ("de", 60)
    assert rows["positions"]["oldest"].startswith("2025-06-15")
    assert rows["positions"]["goes"].startswith("2025-08-15")
    assert "HGB" in rows["exposure"]["source"]
    said = typed("retention", "--data", data, "--set", "retention.positions_days=0")
    assert "for good" in said.stdout
    assert "No legal advice" in said.stdout


def test_what_cannot_be_is_refused(typed, data):
    done = typed("retention", "--data", data, "--set", "retention.preset=mars")
    assert (done.exit_code, "retention.preset" in done.stderr) == (1, True)

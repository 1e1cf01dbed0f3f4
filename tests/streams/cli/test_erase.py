"""tripmeter erase: what would change, what a law holds, and what is done."""

import json

import polars as pl
import pytest

from streams.erasure import work
from streams.keeping.keeping import Keeping
from streams.objects import Folder
from streams.river.retention import Retention
from streams.store.sole import sole_use
from streams.store.store import open_store


@pytest.fixture
def registered(typed, data, tmp_path):
    """A registry that names the driver, and a day of the archive."""
    folder = tmp_path / "registry"
    folder.mkdir()
    (folder / "fleets.csv").write_text("fleet_id,name,time_zone,jurisdiction\nnorth,North,Europe/Berlin,de\n")
    (folder / "vehicles.csv").write_text("vehicle_id,fleet_id,plate,class\nHH-1,north,HH-X 1,M1\n")
    (folder / "drivers.csv").write_text("driver_id,fleet_id,name,note\nD1,north,Ada Lovelace,likes D1 best\n")
    (folder / "driver_assignments.csv").write_text(
        "vehicle_id,driver_id,from,to,source\nHH-1,D1,2025-01-01,2025-02-01,dispatch\nHH-1,D1,2025-03-01,,dispatch\n"
    )
    assert typed("registry", "import", folder, "--data", data).exit_code == 0
    store = open_store(data)
    Retention(store, Folder(data), Keeping()).work(1_750_000_000.0 + 90_000.0)
    store.close()
    return data


def erase(typed, data, *options):
    return typed("erase", "driver", "D1", "--data", data, *options)


def test_a_dry_run_says_what_would_change_and_changes_nothing(typed, registered):
    said = json.loads(erase(typed, registered, "--dry-run", "--json").stdout)
    assert said["rows"].keys() >= {"payloads", "segments", "trips", "registry", "audit"}
    assert "165/2014" in said["held"][0]
    assert "would change" in erase(typed, registered, "--dry-run").stdout
    assert json.loads(typed("erase", "list", "--data", registered, "--json").stdout) == []


def test_what_a_law_wants_kept_is_kept_unless_somebody_says_why(typed, registered):
    done = erase(typed, registered)
    assert (done.exit_code, "hours: to be kept until 2026-06-15" in done.stderr) == (1, True)
    assert "--despite-hold" in done.stderr
    done = erase(typed, registered, "--despite-hold", "the tachograph's files are the record", "--actor", "Bo")
    assert done.exit_code == 0, done.output
    said = json.loads(typed("audit", "--action", "erasure", "--data", registered, "--json").stdout)
    assert [(row["actor"], row["action"]) for row in said] == [("Bo", "erasure.asked"), ("tripmeter", "erasure.done")]
    assert said[0]["detail"] == {"despite": "the tachograph's files are the record"}
    assert typed("audit", "--verify", "--data", registered).exit_code == 0


def test_afterwards_nobody_is_named_and_the_registry_still_stands(typed, registered, tmp_path):
    before = pl.DataFrame(json.loads(typed("rate", "--data", registered, "--json").stdout)["premiums"])
    assert erase(typed, registered, "--despite-hold", "asked to").exit_code == 0
    (row,) = json.loads(typed("erase", "list", "--data", registered, "--json").stdout)
    assert (row["stage"], row["exposure"], row["counts"]["archive"]) == ("done", "as it was", 1)
    assert typed("registry", "export", tmp_path / "out", "--data", registered).exit_code == 0
    assert typed("registry", "check", tmp_path / "out").exit_code == 0
    for word in (b'"D1"', b"Ada", b"Lovelace", b"D1 best", b"drivers D1", b"/D1/"):
        assert not any(word in path.read_bytes() for path in registered.rglob("*") if path.is_file()), word
    text = (tmp_path / "out" / "driver_assignments.csv").read_text()
    assert text.count(row["token"]) == 2
    assert typed("audit", "--verify", "--data", registered).exit_code == 0
    after = pl.DataFrame(json.loads(typed("rate", "--data", registered, "--json").stdout)["premiums"])
    assert after.equals(before)
    assert "erased-" in typed("erase", "list", "--data", registered).stdout
    assert "no fleet" in erase(typed, registered).stderr


def test_a_running_service_does_it_itself(typed, registered):
    with sole_use(registered):
        done = erase(typed, registered, "--despite-hold", "asked to")
    assert "service does it" in done.stdout
    store = open_store(registered)
    assert len(work.at_stage(store, work.ASKED)) == 1
    store.close()


def test_whom_nobody_knows_cannot_be_erased(typed, data):
    for name, says in (("D9", "no fleet"), ("erased-12", "has been erased")):
        done = typed("erase", "driver", name, "--data", data)
        assert (done.exit_code, says in done.stderr) == (1, True)

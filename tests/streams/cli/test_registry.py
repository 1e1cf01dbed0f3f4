"""tripmeter registry: import is all or nothing, edits are checked, passwords stay hidden."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from streams.cli.registry import command
from streams.config import MASK

FILES = {
    "fleets": "fleet_id,name,time_zone\nnorth,North,Europe/Berlin\n",
    "vehicles": "vehicle_id,fleet_id,class\ntruck-1,north,N3\nvan-1,north,N1\n",
    "devices": "device_id,vehicle_id,username,password\nbox-1,truck-1,box-1,s3cret\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind, text in FILES.items():
        (tmp_path / f"{kind}.csv").write_text(text)
    return tmp_path


def run(folder: Path, *arguments: str | Path) -> Result:
    place = [] if arguments[0] == "check" else ["--data", str(folder / "data")]
    return CliRunner().invoke(command, [*map(str, arguments), *place])


def rows(folder: Path, kind: str) -> list[dict[str, str]]:
    found = json.loads(run(folder, "list", kind, "--json").stdout)
    assert isinstance(found, list)
    return found


def test_check_counts_what_is_there(folder: Path) -> None:
    result = run(folder, "check", folder)
    assert (result.exit_code, result.stdout) == (0, "good: 1 fleets, 2 vehicles, 1 devices\n")


def test_import_list_show_and_export(folder: Path) -> None:
    assert run(folder, "import", folder).exit_code == 0
    assert [row["vehicle_id"] for row in rows(folder, "vehicles")] == ["truck-1", "van-1"]
    assert "class            N3" in run(folder, "show", "vehicles", "truck-1").stdout
    assert "vehicle_id" in run(folder, "list", "vehicles").stdout
    assert run(folder, "export", folder / "out").exit_code == 0
    assert run(folder, "import", folder / "out").stdout == "nothing to change\n"


def test_passwords_are_shown_only_where_secrets_are_asked_for(folder: Path) -> None:
    run(folder, "import", folder)
    for arguments in (["list", "devices"], ["show", "devices", "box-1"], ["list", "devices", "--json"]):
        output = run(folder, *arguments).output
        assert "s3cret" not in output
    assert rows(folder, "devices")[0]["password"] == MASK
    run(folder, "export", folder / "out")
    assert "s3cret" not in (folder / "out" / "devices.csv").read_text()
    run(folder, "export", folder / "all", "--secrets")
    assert "s3cret" in (folder / "all" / "devices.csv").read_text()


def test_import_takes_all_or_nothing(folder: Path) -> None:
    (folder / "vehicles.csv").write_text("vehicle_id,fleet_id,class\ntruck-1,nort,N3\nvan-1,north,N8\n")
    result = run(folder, "import", folder)
    assert result.exit_code == 1
    assert "vehicles.csv line 2, column fleet_id: 'nort' is not in fleets; did you mean 'north'?" in result.stderr
    assert "vehicles.csv line 3, column class: is 'N8'" in result.stderr
    assert "2 problems; nothing was changed" in result.stderr
    assert rows(folder, "fleets") == []
    said = json.loads(run(folder, "import", folder, "--json").stdout)
    assert [problem["column"] for problem in said["problems"]] == ["fleet_id", "class"]


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    assert "vehicles: 2 would be added" in run(folder, "import", folder, "--dry-run").stdout
    assert rows(folder, "vehicles") == []


def test_kinds_without_a_file_stay(folder: Path) -> None:
    run(folder, "import", folder)
    more = folder / "more"
    more.mkdir()
    (more / "drivers.csv").write_text("driver_id,fleet_id\nD1,north\n")
    assert run(folder, "import", more).stdout == "drivers: 1 added\n"
    assert len(rows(folder, "vehicles")) == 2


def test_set_changes_adds_and_refuses(folder: Path) -> None:
    run(folder, "import", folder)
    assert run(folder, "set", "vehicles", "van-1", "class=M1", "plate=S-AB 1").stdout == "vehicles: 1 changed\n"
    assert run(folder, "set", "vehicles", "van-2", "class=N1", "fleet_id=north").stdout == "vehicles: 1 added\n"
    assert run(folder, "set", "devices", "box-1", "vehicle_id=van-2").exit_code == 0
    assert run(folder, "set", "vehicles", "van-1", "plate=").exit_code == 0
    assert [row["plate"] for row in rows(folder, "vehicles")] == ["", "", ""]
    refused = run(folder, "set", "vehicles", "van-2", "fleet_id=south")
    assert (refused.exit_code, "'south' is not in fleets" in refused.stderr) == (1, True)
    assert "write FIELD=VALUE" in run(folder, "set", "vehicles", "van-2", "plate").stderr
    run(folder, "export", folder / "out", "--secrets")
    assert "s3cret" in (folder / "out" / "devices.csv").read_text()


def test_remove_refuses_what_is_referred_to(folder: Path) -> None:
    run(folder, "import", folder)
    refused = run(folder, "remove", "vehicles", "truck-1")
    assert (refused.exit_code, "'truck-1' is not in vehicles" in refused.stderr) == (1, True)
    assert run(folder, "remove", "vehicles", "van-1").stdout == "vehicles: 1 removed\n"
    missing = run(folder, "remove", "vehicles", "van-1")
    assert (missing.exit_code, "vehicles has no 'van-1'" in missing.stderr) == (1, True)

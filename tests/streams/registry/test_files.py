"""Files of the registry: read, written back, and complaints with file, line, column and what to do."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.config import MASK
from streams.registry import Registry, RegistryError, check, diff, files, load, save
from streams.registry.rows import Device, Driver, VehicleRow


def problems(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text, "utf-8")
    return [str(problem) for problem in check(folder)[1]]


def test_a_good_folder_is_read(good: Path) -> None:
    registry = load(good)
    truck = registry.rows["vehicles"]["truck-1/north"]
    assert isinstance(truck, VehicleRow)
    assert (truck.klass, truck.gross_kg, truck.value) == ("N3", 40_000.0, Decimal("90000.50"))
    assert [row.vehicle_id for row in registry.of(VehicleRow)] == ["truck-1", "truck-1", "van-1", "van-1"]
    assert str(registry.places["tyre_plans", "two/2LO"]) == "tyre_plans.toml line 6"


def test_saved_and_loaded_it_is_the_same(good: Path, tmp_path: Path) -> None:
    registry = load(good)
    save(registry, tmp_path / "again", secrets=True)
    assert load(tmp_path / "again") == registry
    assert diff(registry, load(tmp_path / "again")) == []


def test_saved_without_secrets_passwords_are_masked(good: Path, tmp_path: Path) -> None:
    save(load(good), tmp_path / "again")
    text = (tmp_path / "again" / "devices.csv").read_text()
    assert "s3cret" not in text
    assert MASK in text
    with pytest.raises(RegistryError, match="password: is masked; export with --secrets"):
        load(tmp_path / "again")


SEEN = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).map(str.strip)


@given(st.lists(st.builds(Driver, driver_id=SEEN, fleet_id=st.just("f"), name=NAMES, note=NAMES), max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_text_survives_a_file(tmp_path_factory: pytest.TempPathFactory, rows: list[Driver]) -> None:
    registry = Registry()
    for row in rows:
        registry.put(row)
    folder = tmp_path_factory.mktemp("r")
    save(registry, folder)
    if rows:
        assert files.read(folder) == (registry, [])


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "vehicles.csv",
            "vehicle_id,fleet_id,class\ntruck-1,north,N9\nvan-1,north,N1\n",
            "vehicles.csv line 2, column class: is 'N9'; use one of M1, N1, N2, N3, M2, M3",
        ),
        (
            "drivers.csv",
            "driver_id,fleet_id,gender\nD1,north,f\nD2,north,m\n",
            "drivers.csv line 1, column gender: is not accepted; delete the column: gender may not enter rating",
        ),
        (
            "drivers.csv",
            "driver_id,fleet_id,nmae\nD1,north,x\nD2,north,y\n",
            "is no column of drivers; did you mean 'name'?",
        ),
        ("drivers.csv", "driver_id,fleet_id\nD1,north\nD2,north\nD1,north\n", "'D1' is already at drivers.csv line 2"),
        ("drivers.csv", "driver_id,fleet_id\nD1,north\nD2,\n", "drivers.csv line 3, column fleet_id: is missing"),
        ("drivers.csv", "driver_id,fleet_id\nD1,north,x\nD2,north\n", "line 2: has more than 2 values"),
        ("drivers.csv", "driver_id,fleet_id,fleet_id\nD1,north,north\nD2,north,north\n", "fleet_id: stands twice"),
        (
            "policies.csv",
            "policy_id,policyholder_id,from,to,basis,currency\nP1,ph,1.1.2026,2027-01-01,per_km,EUR\n",
            "policies.csv line 2, column from: is '1.1.2026'; write a day like 2026-01-31",
        ),
        ("couplings.csv", "tractor,trailer,from\ntruck-1,t,2026-13-01\n", "column from: is '2026-13-01'; write a day"),
        (
            "sites.csv",
            "site_id,fleet_id,name,lat_deg\nyard,north,Y,north\n",
            "column lat_deg: is 'north'; write a number",
        ),
        ("sites.csv", "site_id,fleet_id,name,lat_deg\nyard,north,Y,nan\n", "column lat_deg: is 'nan'; write a number"),
        (
            "tyre_plans.toml",
            "plan = 1\n",
            "tyre_plans.toml: holds something else; write each row as a table [[tyre_plans]]",
        ),
        ("tyre_plans.toml", "[[tyre_plans]\n", "tyre_plans.toml: is not valid TOML"),
        ("vehicle.csv", "vehicle_id\n", "vehicle.csv: is no file of the registry; did you mean 'vehicles'?"),
    ],
)
def test_a_mistake_is_named(good: Path, name: str, text: str, expected: str) -> None:
    found = problems(good, name, text)
    assert any(expected in problem for problem in found), found


def test_a_broken_row_does_not_make_its_references_wrong(good: Path) -> None:
    text = "vehicle_id,fleet_id,class\ntruck-1,north,N9\nvan-1,north,N1\n"
    assert len(problems(good, "vehicles.csv", text)) == 1


def test_a_file_in_another_encoding_says_so(good: Path) -> None:
    (good / "drivers.csv").write_bytes("driver_id,fleet_id,name\nD1,north,J\xfcrgen\n".encode("latin-1"))
    assert any("save it as CSV in UTF-8" in str(problem) for problem in check(good)[1])


def test_a_spreadsheet_mark_at_the_start_is_no_matter(good: Path) -> None:
    text = (good / "drivers.csv").read_text()
    (good / "drivers.csv").write_text("﻿" + text, "utf-8")
    assert check(good)[1] == []


def test_a_folder_without_a_registry_says_so(tmp_path: Path) -> None:
    assert "holds no registry" in str(check(tmp_path)[1][0])
    assert "is no folder" in str(check(tmp_path / "none")[1][0])


def test_diff_names_what_changed(good: Path) -> None:
    before, after = load(good), load(good)
    after.put(Device(device_id="box-1", vehicle_id="truck-1", username="box-1", password="new"))  # noqa: S106
    after.put(Driver(driver_id="D3", fleet_id="north"))
    del after.rows["drivers"]["D2"]
    changes = [(change.what, change.key, change.fields) for change in diff(before, after)]
    assert changes == [("changed", "box-1", ("password",)), ("removed", "D2", ()), ("added", "D3", ())]

"""The simulated business is a registry that the product takes."""

from pathlib import Path

import pytest

from simulator.accounts import AccountError, from_file, from_roster, from_templates, over_tls
from simulator.registry import write
from simulator.roster import roster
from streams.registry.checks import validate
from streams.registry.files import read


@pytest.mark.parametrize("region", ["karlsruhe", "shanghai", "austin"])
def test_the_product_finds_nothing_wrong_with_it(tmp_path: Path, region: str) -> None:
    write(roster(25, seed=7, region=region), 1.76e9, tmp_path)
    registry, problems = read(tmp_path)
    assert problems == []
    assert validate(registry) == []
    assert len(registry.rows["vehicles"]) == 25


def test_devices_log_in_as_the_registry_says(tmp_path: Path) -> None:
    business = roster(5, seed=7)
    write(business, 1.76e9, tmp_path)
    for vehicle in business.vehicles:
        names = vehicle.fleet_id, vehicle.vehicle_id
        assert from_file(tmp_path / "devices.csv", "h", 1)(*names) == from_roster(business, "h", 1)(*names)


def test_a_vehicle_without_an_account_is_named(tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text("vehicle_id,password\nv1,x\n")
    with pytest.raises(AccountError, match="no account for vehicle v2"):
        from_file(tmp_path / "users.csv", "h", 1)("f", "v2")


def test_who_signs_a_broker_has_to_be_in_a_file_that_can_be_read(tmp_path):
    plain = from_templates("u", "w", "h", 1)
    (tmp_path / "ca.crt").write_text("nothing")
    for name in ("ca.crt", "absent.crt"):
        with pytest.raises(AccountError, match="no PEM file"):
            over_tls(plain, tmp_path / name)
    assert plain("f", "v").authority is None

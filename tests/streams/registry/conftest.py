"""A small good registry in files."""

from pathlib import Path

import pytest

FILES = {
    "policyholders.csv": "policyholder_id,name\nph,North Haulage\n",
    "fleets.csv": "fleet_id,name,policyholder_id,time_zone,currency\n"
    "north,North,ph,Europe/Berlin,EUR\nsouth,South,ph,UTC,EUR\n",
    "sites.csv": "site_id,fleet_id,name,lat_deg,lon_deg\nyard,north,Yard,48.1,9.2\n",
    "tyre_plans.toml": '[[tyre_plans]]\nplan_id = "two"\nwheel = "1L"\nplacard_kpa = 830\n\n'
    '[[tyre_plans]]\nplan_id = "two"\nwheel = "2LO"\nplacard_kpa = 800\n',
    "vehicles.csv": "vehicle_id,fleet_id,class,use,gross_kg,year,value,home_depot,tyre_plan,from,to\n"
    "truck-1,north,N3,own,40000,2020,90000.50,yard,two,,2026-03-01\n"
    "truck-1,north,N2,hazmat,11000,2020,80000,yard,two,2026-03-01,\n"
    "van-1,north,N1,own,3500,2022,,,,,\n"
    "van-1,south,M1,hire,,,,,,,\n",
    "devices.csv": "device_id,vehicle_id,username,password\nbox-1,truck-1,box-1,s3cret\n",
    "drivers.csv": "driver_id,fleet_id,name\nD1,north,Ada\nD2,north,Ben\n",
    "policies.csv": "policy_id,policyholder_id,from,to,basis,currency\nP1,ph,2026-01-01,2027-01-01,per_km,EUR\n",
    "policy_vehicles.csv": "policy_id,vehicle_id,fleet_id,cover,from,to,limit,deductible,sum_insured,driver_basis\n"
    "P1,truck-1,,tpl_injury,2026-01-01,2027-01-01,1000000,500.50,,any\n"
    "P1,truck-1,,own_damage,2026-02-01,2026-03-01,,500,,any\n",
    "driver_assignments.csv": "vehicle_id,driver_id,from,to,source\n"
    "truck-1,D1,2026-01-05T06:00,2026-01-05T14:00,dispatch\n"
    "truck-1,D2,2026-01-05T14:00,,dispatch\n",
    "trailers.csv": "trailer_id,fleet_id,tyre_plan\ntr-1,north,two\n",
    "couplings.csv": "tractor,trailer,from,to\ntruck-1,tr-1,2026-01-05,2026-01-06\n",
}


def write(folder: Path, **changes: str) -> Path:
    """The good registry with some files replaced (name without ending -> text; empty: left out)."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        said = changes.get(name.partition(".")[0], text)
        if said:
            (folder / name).write_text(said, "utf-8")
    return folder


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good")

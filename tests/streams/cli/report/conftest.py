"""Claims, policies and km of three small fleets over three years, as files; one name is a spreadsheet's formula."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np
import polars as pl
import pytest

EVIL = "=1+1"  # a vehicle
FLEETS, COVERS, YEARS = ("north", "south", "west"), ("own_damage", "tpl_property"), (2023, 2024, 2025)
VEHICLES = [(fleet, f"{fleet}-{k}") for fleet, k in product(FLEETS, range(4))] + [("north", EVIL)]


@pytest.fixture(scope="session")
def claimed(tmp_path_factory):
    """The folder; 2023 to 2025, 150 claims."""
    folder, chance = tmp_path_factory.mktemp("claimed"), np.random.default_rng(5)
    tables = {
        "policies": [policy(*one) for one in product(VEHICLES, COVERS, YEARS)],
        "exposure": [week(*one, chance) for one in product(VEHICLES, range(156))],
        "claims": [look for k in range(150) for look in life(k, chance)],
    }
    for name, rows in tables.items():
        pl.DataFrame(rows).write_parquet(folder / f"{name}.parquet")
    return folder


def named(vehicle):
    return dict(zip(("fleet_id", "vehicle_id"), vehicle, strict=True))


def policy(vehicle, cover, year):
    term = {"from": date(year, 1, 1), "to": date(year + 1, 1, 1)}
    borne = 300.0 if cover == "own_damage" else None
    return named(vehicle) | term | {"policy_id": f"P-{year}", "cover": cover, "class": "truck", "deductible": borne}


def week(vehicle, number, chance):
    day = date(2023, 1, 1) + timedelta(days=7 * number)
    return named(vehicle) | {"day": day, "km_measured": float(chance.integers(500, 1500))}


def life(k, chance):
    """A claim, three times looked at."""
    loss = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(hours=int(chance.integers(26_300)))
    cost, back = round(float(chance.lognormal(7, 1)), 2), 100.0 * (k % 3 == 0)
    claim = named(VEHICLES[chance.integers(len(VEHICLES))]) | {"claim_id": f"C{k}", "cover": COVERS[k % 2]}
    looks = [
        (5, "open", 0.0, cost * 0.8, 0.0),
        (200, "open", cost / 2, cost / 2, 0.0),
        (500, "closed", cost, 0.0, back),
    ]
    for days, status, paid, reserve, recovery in looks:
        told = {"status": status, "paid": paid, "reserve": reserve, "recovery": recovery}
        yield claim | {"loss_at": loss, "valued_at": loss + timedelta(days=days)} | told

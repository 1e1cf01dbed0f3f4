"""pricing.privacy: with it on, nothing but scores and km crosses into pricing, and premiums hardly differ."""

import json
import sqlite3
from dataclasses import fields
from decimal import Decimal

import polars as pl
import pytest

from pricing.counts import COUNTS
from pricing.crossing import KM
from pricing.exposure import SUMS
from pricing.stated import Stated
from pricing.tariffs import standard
from streams import tables
from streams.ledger.crossed import crossed
from streams.ledger.exposed import Left
from streams.store.store import open_store

ON = ("--set", "pricing.privacy=scores_and_km")
FILES = {
    "policyholders": "policyholder_id,name\nph,North Haulage\n",
    "fleets": "fleet_id,name,time_zone\nnorth,North,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use,gross_kg\nHH-1,north,N3,hire,18000\nHH-2,north,N1,own,3000\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP1,ph,2025-01-01,2026-01-01,fixed,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    "P1,HH-1,own_damage,2025-01-01,2026-01-01,60000\nP1,HH-2,own_damage,2025-01-01,2026-01-01,60000\n",
}
NEVER = {*COUNTS, *(set(SUMS) - {"km_measured", "km_gap"}), "driver_id", "lat_deg", "lon_deg", "points", "behaviour"}


@pytest.fixture
def service(typed, data, tmp_path):
    """A service that has heard a drive with harsh events, a driver and positions; its folder."""
    for name, said in FILES.items():
        (tmp_path / f"{name}.csv").write_text(said)
    assert typed("registry", "import", tmp_path, "--data", data).exit_code == 0
    return data


def walked(value, path=""):
    """Every path and leaf of a content."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield path, value
        return
    for key, item in inner:
        yield from walked(item, f"{path}.{key}" if isinstance(value, dict) else path)


def test_all_that_crosses_is_scores_and_km_and_is_walked(service):
    with open_store(service).reading() as connection:
        book = crossed(connection, standard(), tables.moment(1_760_000_000.0), "scores_and_km")
    assert {each.name for each in fields(book)} == {"policies", "risks", "driven", "today", "left", "told", "memory"}
    assert set(Left._fields) == {"fleet_id", "vehicle_id", "day", "version", "why"}  # days whose rules nobody accepted
    assert dict(book.driven.schema) == {name: kind() if isinstance(kind, type) else kind for name, kind in KM.items()}
    assert book.driven.height and set(book.told) == {("north", "HH-1"), ("north", "HH-2")}
    for told in book.own.values():
        assert isinstance(told, Stated)
        kinds = {name: type(value) for name, value in vars(told).items()}
        assert kinds == dict.fromkeys(("score", "credibility", "heard"), float)
    assert not NEVER & set(book.risks.columns)
    assert not any(kind in (pl.List, pl.Struct, pl.Binary) for kind in book.risks.dtypes)


def test_the_ledgers_entries_hold_nothing_else(typed, service):
    assert typed("ledger", "post", "--data", service, *ON).exit_code == 0
    with sqlite3.connect(service / "tripmeter.db") as connection:
        texts = [text for (text,) in connection.execute("SELECT text FROM ledger_entries ORDER BY seq")]
    indicated = [json.loads(text) for text in texts if '"kind":"indicated"' in text]
    assert len(indicated) == 2
    for text in texts:
        assert not [name for name in (*NEVER, "D1", "harsh", "speeding") if f'"{name}' in text]
    for entry in indicated:
        assert set(entry["made"]["own"]) == {"score", "credibility", "heard"}
        assert set(entry["made"]["exposure"]) == {"km_measured"}
        telematics = {step["name"] for step in entry["made"]["steps"] if step["part"] == "telematics"}
        assert telematics <= {"class_mean", "score", "telematics_cap"}
        assert not {path.rpartition(".")[2] for path, _ in walked(entry)} & NEVER
    verified = typed("ledger", "verify", "--replay", "--data", service)
    assert (verified.exit_code, "4 made again" in verified.stdout) == (0, True)


def test_the_premium_is_the_same_but_for_the_rounding_of_the_score(typed, service):
    amounts = []
    for on in (ON, ()):
        shown = typed("ledger", "post", "--dry-run", "--json", "--data", service, *on)
        rows = json.loads(shown.stdout)
        amounts.append({row["vehicle_id"]: Decimal(row["amount"]) for row in rows if row["kind"] == "indicated"})
    private, full = amounts
    assert private["HH-2"] == full["HH-2"]  # never heard of: the class mean
    assert abs(private["HH-1"] / full["HH-1"] - 1) < Decimal("0.001") * 7 / 5


def test_what_is_written_down_holds_nothing_else(typed, service, tmp_path):
    assert typed("rate", "--data", service, "--out", tmp_path / "out", *ON).exit_code == 0
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {"exposure", "scores", "premiums"}
    for name in ("exposure", "scores", "premiums"):
        frame = pl.read_parquet(tmp_path / "out" / f"{name}.parquet")
        assert frame.height and not NEVER & set(frame.columns) and "points" not in frame.columns
    steps = frame["factors"].explode().struct.unnest()
    assert "telematics" in steps["name"].to_list() and not steps["name"].str.contains("harsh|speeding|night").any()


def test_what_is_shown_is_nothing_else(typed, service):
    shown = typed("rate", "--data", service, *ON)
    assert (shown.exit_code, "HH-1" in shown.stdout, "premium" in shown.stdout) == (0, True, True)
    assert not [word for word in ("D1", "harsh", "coaching", "speeding", "trips") if word in shown.stdout]


def test_the_report_of_exposure_holds_nothing_else(typed, service, tmp_path):
    for by in ("fleet", "vehicle", "cover"):
        words = ("report", "exposure", "--by", by, "--daily", "--data", service, "--out", tmp_path / f"{by}.json")
        assert typed(*words, *ON).exit_code == 0
        said = json.loads((tmp_path / f"{by}.json").read_text())
        assert set(said["tables"]) == {"contents", "facts", "exposure", "scores"} and said["tables"]["scores"]
        names = {path.rpartition(".")[2] for path, _ in walked(said)}
        assert {"day", "km_measured", "vehicle_days", "score", "credibility"} <= names
        assert not (NEVER | {"coaching_score", "dimension", "level"}) & names
        assert "D1" not in {value for _, value in walked(said)}
    refused = typed("report", "exposure", "--by", "driver", "--data", service, "--out", tmp_path / "d.json", *ON)
    assert (refused.exit_code, "pricing.privacy" in refused.stderr) == (1, True)


@pytest.mark.parametrize("before", [ON, ()], ids=["switched on before", "switched on since"])
def test_offers_hold_nothing_else(typed, service, before):
    typed("ledger", "post", "--data", service, *before)
    assert typed("renew", "--policy", "P1", "--data", service, *ON).exit_code == 0
    with sqlite3.connect(service / "tripmeter.db") as connection:
        texts = [text for (text,) in connection.execute("SELECT text FROM ledger_entries ORDER BY seq")]
    offers = [json.loads(text)["made"] for text in texts if '"kind":"offer"' in text]
    assert len(offers) == 2
    for offer in offers:
        assert {*offer["expiring"]["own"], *offer["renewed"]["own"]} == {"score", "credibility", "heard"}
        assert not {path.rpartition(".")[2] for path, _ in walked(offer)} & NEVER
        assert not any(name in json.dumps(offer) for name in ("D1", "harsh_", "speeding"))
    verified = typed("ledger", "verify", "--replay", "--data", service)
    assert (verified.exit_code, "6 made again" in verified.stdout) == (0, True)

"""Reports from the service's own record: claims of the registry, km and scores of the store, entries of the ledger."""

import json

import pytest

from pricing.tariffs import standard_text

FILES = {
    "policyholders": "policyholder_id,name\nph,North Haulage\n",
    "fleets": "fleet_id,name,time_zone\nnorth,North,Europe/Berlin\n",
    "vehicles": "vehicle_id,fleet_id,class,use,gross_kg\nHH-1,north,N3,hire,18000\n",
    "drivers": "driver_id,fleet_id,name\nD1,north,Ada\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP1,ph,2025-01-01,2026-01-01,fixed,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    "P1,HH-1,own_damage,2025-01-01,2026-01-01,60000\n"
    "P1,HH-1,tpl_property,2025-01-01,2026-01-01,60000\n",
    "claims": "claim_id,policy_id,vehicle_id,driver_id,cover,loss_at,valued_at,status,paid,reserve,recovery\n"
    "C1,P1,HH-1,D1,own_damage,2025-06-15T17:08,2025-06-16,open,0,900,\n"
    "C1,P1,HH-1,D1,own_damage,2025-06-15T17:08,2025-07-16,closed,1000,0,50\n",
}


@pytest.fixture
def recorded(typed, data, tmp_path):
    """The data folder of a service that has heard a drive (15 June 2025, from 17:06 in Berlin), registered."""
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, said in FILES.items():
        (folder / f"{name}.csv").write_text(said)
    result = typed("registry", "import", folder, "--data", data)
    assert result.exit_code == 0, result.output
    return data


def test_each_report_is_made_of_the_record(typed, recorded, tmp_path):
    def made(*words):
        out = tmp_path / f"{words[0]}.json"
        result = typed("report", *words, "--data", recorded, "--out", out)
        assert result.exit_code == 0, result.output
        return json.loads(out.read_text())["tables"]

    experience = made("fleet-experience", "--fleet", "north", "--years", 1, "--valued-at", "2026-01-01")
    (hull, liability) = experience["years"]
    assert (hull["claims"], hull["paid"], hull["recovery"], liability["claims"]) == (1, 1000.0, 50.0, 0)
    assert hull["km"] > 9  # of the drive
    assert hull["expected"] > 0
    (loss,) = made("losses", "--fleet", "north")["losses"]
    assert (loss["confidence"] in ("likely", "possible"), loss["kind"]) == (True, "harsh_braking")
    assert typed("ledger", "post", "--data", recorded).exit_code == 0
    live = made("portfolio")
    assert live["by_class"][0]["class"] == "truck"
    assert [row["vehicles"] for row in live["moves"]] == [1]
    assert live["silence"] == []  # no day is over yet by the record's clock
    by = {name: made("exposure", "--by", name) for name in ("fleet", "vehicle", "driver", "cover")}
    (fleet,) = by["fleet"]["exposure"]
    assert (fleet["vehicle_days"], fleet["km_declared"]) == (1, pytest.approx(60_000 / 365, abs=1e-6))
    assert {row["cover"] for row in by["cover"]["exposure"]} == {"own_damage", "tpl_property"}
    assert all(row["km_measured"] > 9 for told in by.values() for row in told["exposure"])
    hours = {row["level"]: row["km"] for row in by["fleet"]["levels"] if row["dimension"] == "hour"}
    assert hours["16-19"] == fleet["km_measured"]  # of the drive, from 17:06 in Berlin
    assert by["fleet"]["scores"][0]["score"] == by["vehicle"]["scores"][0]["score"]


def test_without_claims_the_experience_says_so(typed, data, tmp_path):
    refused = typed("report", "fleet-experience", "--fleet", "north", "--data", data, "--out", tmp_path / "x.html")
    assert (refused.exit_code, "the registry has no claims" in refused.output) == (1, True)


def test_who_is_erased_leaves_their_claims(typed, recorded):
    assert typed("erase", "driver", "D1", "--despite-hold", "a test", "--data", recorded).exit_code == 0
    rows = json.loads(typed("registry", "list", "claims", "--data", recorded, "--json").stdout)
    assert len(rows) == 2
    assert {row["driver_id"] for row in rows}.isdisjoint({"D1", ""})


def test_the_portfolio_is_of_one_currency_at_a_time(typed, recorded, tmp_path):
    """A policy in yuan on the same truck adds nothing to the euros, and is a portfolio of its own."""
    (tmp_path / "tariffs").mkdir()
    for name in ("EUR", "CNY"):
        said = standard_text().replace("standard-2026.1", name, 1).replace('currency = "EUR"', f'currency = "{name}"')
        (tmp_path / "tariffs" / f"{name}.toml").write_text(said)
    by = ("--data", recorded, "--set", f"tariff.path={tmp_path / 'tariffs'}")

    def told(*more):
        result = typed("report", "portfolio", *by, "--out", tmp_path / "live.json", *more)
        assert result.exit_code == 0, result.output
        tables = json.loads((tmp_path / "live.json").read_text())["tables"]
        return {row["fact"]: row["value"] for row in tables["facts"]}, tables["level"], tables["factors"]

    first = told("--currency", "EUR")
    (tmp_path / "more").mkdir()
    both = FILES["policies"] + "P2,ph,2025-01-01,2026-01-01,fixed,CNY\n"
    rows = FILES["policy_vehicles"] + "P2,HH-1,cargo,2025-01-01,2026-01-01,60000\n"
    for name, said in {"policies": both, "policy_vehicles": rows}.items():
        (tmp_path / "more" / f"{name}.csv").write_text(said)
    assert typed("registry", "import", tmp_path / "more", "--data", recorded).exit_code == 0
    again, yuan = told("--currency", "EUR"), told("--currency", "CNY")
    assert again[0].pop("other currencies") == "CNY"
    assert again == first
    assert (yuan[0]["currency"], yuan[0]["other currencies"], {row["cover"] for row in yuan[1]}) == (
        "CNY",
        "EUR",
        {"cargo"},
    )
    refused = typed("report", "portfolio", *by, "--out", tmp_path / "x.json", "--currency", "CHF")
    assert refused.exit_code == 1 and "no tariff in force is in 'CHF'; there is CNY, EUR" in refused.stderr

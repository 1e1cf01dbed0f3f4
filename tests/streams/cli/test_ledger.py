"""tripmeter ledger: one policy from registry and record to indications and charges that can be shown and verified."""

import json

import pytest

FILES = {
    "policyholders": "policyholder_id,name\nph,North Haulage\n",
    "fleets": "fleet_id,name,time_zone\nnorth,North,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use,gross_kg\nHH-1,north,N3,hire,18000\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP1,ph,2025-01-01,2026-01-01,fixed,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    "P1,HH-1,own_damage,2025-01-01,2026-01-01,60000\n"
    "P1,HH-1,compulsory,2025-01-01,2026-01-01,60000\n",
}


@pytest.fixture
def insured(typed, data, tmp_path):
    """The service's folder with a policy; registers anew with other files."""
    folder = tmp_path / "registry"

    def register(**changes):
        folder.mkdir(exist_ok=True)
        for name, said in (FILES | changes).items():
            (folder / f"{name}.csv").write_text(said)
        result = typed("registry", "import", folder, "--data", data)
        assert result.exit_code == 0, result.output
        return data

    register()
    return register


@pytest.fixture
def posted(typed, insured, data):
    """Posts, and what that wrote."""

    def post(*options):
        result = typed("ledger", "post", "--data", data, "--json", *options)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return post


def test_a_policy_is_indicated_and_charged_once(typed, posted, data):
    said = [(row["seq"], row["kind"], row["cover"], row["reason"]) for row in posted()]
    assert said == [
        (1, "indicated", "compulsory", ""),
        (2, "indicated", "own_damage", ""),
        (3, "charged", "compulsory", "inception"),
        (4, "charged", "own_damage", "inception"),
    ]
    assert posted() == []
    good = typed("ledger", "verify", "--replay", "--data", data)
    assert (good.exit_code, "4 entries, 4 made again" in good.stdout) == (0, True), good.output
    assert "inception" in typed("ledger", "show", "P1", "--data", data).stdout
    assert "use" in typed("ledger", "explain", "P1:4", "--data", data).stdout

"""tripmeter tariff: shown, signed, verified; and refused where it must be signed and is not."""

import json

import polars as pl
import pytest

from pricing.tariffs import standard_text


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(standard_text().replace("standard-2026.1", "mine", 1))
    return path


@pytest.fixture
def keys(typed):
    return json.loads(typed("ledger", "key", "--json").stdout)


@pytest.fixture
def signed(typed, mine, keys):
    result = typed("tariff", "sign", mine, "--set", f"tariff.sign_key={keys['seal_key']}")
    assert result.exit_code == 0, result.output
    return mine


def test_a_signed_tariff_verifies_and_an_altered_one_is_refused_with_what_differs(typed, signed, keys):
    asked = ("tariff", "verify", signed, "--set", f"tariff.check_key={keys['check_key']}")
    assert typed(*asked).exit_code == 0
    signed.write_text(signed.read_text().replace("car = 0.0004", "car = 0.0005"))
    refused = typed(*asked)
    assert refused.exit_code == 1 and "covers.cargo.per_km.car: signed 0.0004, now 0.0005" in refused.stderr
    assert typed("tariff", "show", signed).exit_code == 1  # without the key, too


def test_where_a_key_is_asked_for_an_unsigned_tariff_or_another_key_is_refused(typed, signed, keys):
    other = json.loads(typed("ledger", "key", "--json").stdout)["check_key"]
    for path, key, why in (("standard", keys["check_key"], "is not signed"), (signed, other, "is not good for key")):
        result = typed("tariff", "show", path, "--set", f"tariff.check_key={key}")
        assert result.exit_code == 1 and why in result.stderr


def test_what_is_in_force_is_shown(typed, mine, tmp_path):
    said = mine.read_text().replace("valid_from = 2026-01-01", "valid_from = 2031-01-01").replace('"mine"', '"next"')
    (tmp_path / "next.toml").write_text(said)
    shown = typed("tariff", "show", tmp_path, "--json")
    assert [row["name"] for row in json.loads(shown.stdout)] == ["mine", "next"]
    assert " now" in typed("tariff", "show", tmp_path).stdout


@pytest.mark.parametrize(
    ("said", "why"),
    [("nowhere.toml", "cannot be read"), ("empty", "the folder holds no tariff"), ("standard.toml", "cannot be read")],
)
def test_what_cannot_be_read_is_told(typed, tmp_path, said, why):
    (tmp_path / "empty").mkdir()
    result = typed("tariff", "show", tmp_path / said)
    assert result.exit_code == 1 and why in result.stderr


def test_another_tariff_is_compared_number_by_number_and_vehicle_by_vehicle(typed, mine, replayed, tmp_path):
    dearer = tmp_path / "dearer.toml"
    dearer.write_text(mine.read_text().replace("variable = 0.22", "variable = 0.30").replace('"mine"', '"=dearer"'))
    numbers = json.loads(typed("tariff", "compare", mine, dearer, "--json").stdout)["numbers"]
    assert [row["number"] for row in numbers] == ["name", "loads.variable"]
    result = typed("tariff", "compare", mine, dearer, "--tables", replayed, "--out", tmp_path / "out.csv", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    (change,) = found["changes"]
    assert change["change"] == pytest.approx(0.73 / 0.65 - 1, abs=2e-3)
    assert [row["band"] for row in found["disruption"]] == ["+10% to +25%"]
    assert "illustrative" in (tmp_path / "out-form.csv").read_text()
    assert "'=dearer" in (tmp_path / "out-numbers.csv").read_text()


SPEC = """name = "{0}"
family = "{1}"
response = "{2}"
exposure = "{3}"
[[terms]]
type = "categorical"
column = "use"
levels = ["own", "hire", "hazmat", "passenger"]
base = "own"
"""


def test_fit_tariff_off_balance_and_premium_are_one_chain(typed, replayed, tmp_path):
    rows = [
        {"use": use, "years": 100.0, "claims": 10.0 * k, "amount": 30_000.0 * k * k * off}
        for k, use in enumerate(("own", "hire", "hazmat", "passenger"), 1)
        for off in (0.9, 1.1)
    ]
    pl.DataFrame(rows).write_parquet(tmp_path / "data.parquet")
    (tmp_path / "f.toml").write_text(SPEC.format("frequency", "poisson", "claims", "years"))
    (tmp_path / "s.toml").write_text(SPEC.format("severity", "gamma", "amount", "claims"))

    def run(*arguments):
        result = typed(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    for name in ("f", "s"):
        run(
            "fit",
            "--data",
            tmp_path / "data.parquet",
            "--spec",
            tmp_path / f"{name}.toml",
            "--out",
            tmp_path / f"{name}.json",
        )
    both = ("--frequency", tmp_path / "f.json", "--severity", tmp_path / "s.json")
    run("predict", *both, "--data", tmp_path / "data.parquet", "--out", tmp_path / "pure.parquet")
    pure = pl.read_parquet(tmp_path / "pure.parquet")
    assert pure["prediction"].to_list() == pytest.approx([k * k * 3e4 for k in (1, 1, 2, 2, 3, 3, 4, 4)], rel=1e-6)
    made = (
        "tariff",
        "from-model",
        "--cover",
        "own_damage",
        *both,
        "--name",
        "fitted-1",
        "--out",
        tmp_path / "one.toml",
    )
    assert typed(*made, "--standing", "1.5").exit_code == 2
    run(*made)
    solved = (
        "tariff",
        "balance",
        tmp_path / "one.toml",
        "--tables",
        replayed,
        "--name",
        "fitted-2",
        "--out",
        tmp_path / "two.toml",
    )
    found = json.loads(run(*solved, "--against", "standard", "--change", "0.03", "--json"))
    assert found["total"] == found["target"]
    (change,) = json.loads(run("tariff", "compare", "standard", tmp_path / "two.toml", "--tables", replayed, "--json"))[
        "changes"
    ]
    assert change["change"] == pytest.approx(0.03, abs=0.02)
    assert "fitted-2" in run("tariff", "show", tmp_path / "two.toml")


def test_a_cap_on_change_binds_against_what_is_paid_now(typed, mine, replayed, tmp_path):
    dearer = tmp_path / "dearer.toml"
    dearer.write_text(mine.read_text().replace("variable = 0.22", "variable = 0.45").replace('"mine"', '"dearer"'))
    found = json.loads(typed("tariff", "compare", mine, dearer, "--tables", replayed, "--json").stdout)
    (change,) = found["changes"]
    assert (change["change"], change["caps"]) == (pytest.approx(0.25, abs=0.01), "change")  # of a day, in cents
    said = {row["item"]: row["value"] for row in found["form"]}
    assert said["overall change without the cap on change"].startswith("+4")
    assert said["vehicles that a cap bound"] == "1"


def test_a_key_that_is_none_is_told_where_it_stands(typed, signed):
    beside = signed.with_name(signed.name + ".sig")
    beside.write_text(beside.read_text().replace('"key": "', '"key": "zz'))
    refused = typed("tariff", "show", signed)
    assert refused.exit_code == 1 and f"{beside}: key: expected 64 hex digits" in refused.stderr


REGISTRY = {
    "policyholders": "policyholder_id,name\nph,North Haulage\n",
    "fleets": "fleet_id,name,time_zone\nnorth,North,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use\nHH-1,north,N3,own\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP1,ph,2025-01-01,2026-01-01,fixed,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to\nP1,HH-1,own_damage,2025-01-01,2026-01-01\n",
}


def test_policies_in_another_currency_are_neither_compared_nor_balanced(typed, mine, replayed, tmp_path):
    dearer, yuan = tmp_path / "dearer.toml", tmp_path / "yuan.toml"
    dearer.write_text(mine.read_text().replace("variable = 0.22", "variable = 0.30").replace('"mine"', '"dearer"'))
    yuan.write_text(mine.read_text().replace('"EUR"', '"CNY"').replace('"mine"', '"yuan"'))
    more = {"policies": "P2,ph,2025-01-01,2026-01-01,fixed,CNY\n"}
    more["policy_vehicles"] = "P2,HH-1,cargo,2025-01-01,2026-01-01\n"

    def said(folder, more):
        folder.mkdir()
        for name, text in REGISTRY.items():
            (folder / f"{name}.csv").write_text(text + more.get(name, ""))
        where = ("--tables", replayed, "--registry", folder, "--json")
        to = ("--target", "30", "--name", "other", "--out", tmp_path / "other.toml")
        for one in (("compare", mine, dearer, *where), ("balance", mine, *where, *to)):
            done = typed("tariff", *one)
            assert done.exit_code == 0, done.output
            yield json.loads(done.stdout)

    assert [*said(tmp_path / "one", {})] == [*said(tmp_path / "both", more)]
    refused = typed("tariff", "compare", mine, yuan, "--tables", replayed)
    assert refused.exit_code == 1 and "is in EUR" in refused.stderr and "in CNY" in refused.stderr

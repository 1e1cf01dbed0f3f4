"""Two currencies in one book: every sum is of one of them, and what stands in the ledger is found again in its own."""

import json
from collections import Counter
from decimal import Decimal

import pytest
from click.testing import CliRunner

from console.api import PREFIX
from streams.cli.report import command
from streams.ledger import chains

from .two_currencies import CLAIMS, COVERED, FLEETS, both

API = f"{PREFIX}/pricing"
CURRENCY = {"P": "EUR", "E": "EUR", "Y": "CNY", "C": "CNY"}


@pytest.fixture(scope="module")
def house(rivers, tmp_path_factory):
    with both(rivers, tmp_path_factory.mktemp("both")) as found:
        yield found


@pytest.fixture(scope="module")
def sums(house):
    """What the ledger has, entry by entry: by currency, fleet and kind."""
    found = Counter()
    with house.world.store.reading() as connection:
        for policy in FLEETS:
            for entry in chains.of(connection, policy):
                assert entry["currency"] == CURRENCY[policy]
                found[CURRENCY[policy], FLEETS[policy], entry["kind"]] += entry.amount
    return found


def told(house, path, **query):
    answer = house.client("actuary").get(f"{API}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
def test_the_portfolio_in_a_currency_has_its_premiums_claims_and_charges_alone(house, sums, currency):
    found = told(house, "portfolio", currency=currency)
    rated = [one for one in told(house, "premiums")["items"] if one["currency"] == currency]
    own = {name for name, one in CURRENCY.items() if one == currency}
    assert {one["policy_id"] for one in rated} == own
    assert Decimal(found["amount"]) == sum(Decimal(one["amount"]) for one in rated) > 0
    claimed = [paid for policy, paid in CLAIMS.values() if policy in own]
    assert (found["claims"], found["currencies"]) == (len(claimed), ["CNY", "EUR"])
    assert sum(Decimal(one["incurred"]) for one in found["covers"]) == sum(claimed)
    charged = sum(amount for (of, _, kind), amount in sums.items() if (of, kind) == (currency, "charged"))
    assert sum(Decimal(month["charged"]) for month in found["months"]) == charged > 0


def test_a_fleet_of_two_currencies_is_two_rows_and_neither_has_the_others_money(house, sums):
    rows = {(row["fleet_id"], row["currency"]): row for row in told(house, "fleets")["items"]}
    assert rows.keys() == {("a", "EUR"), ("b", "CNY"), ("c", "CNY"), ("c", "EUR")}
    for (fleet, currency), row in rows.items():
        assert Decimal(row["charged"]) == sums[currency, fleet, "charged"] > 0
        assert Decimal(row["indicated"]) == sums[currency, fleet, "indicated"] > 0
    for line in told(house, "fleets/c/vehicles")["items"]:
        assert (line["currency"], line["cover"]) == (CURRENCY[line["policy_id"]], COVERED[line["policy_id"]])


@pytest.mark.parametrize(("currency", "cover", "paid"), [("EUR", "own_damage", 1200.0), ("CNY", "cargo", 500.0)])
def test_claims_experience_is_of_one_currency(house, currency, cover, paid):
    found = told(house, "fleets/c/experience", at="2024-12-31", currency=currency)
    other = {"EUR": "CNY", "CNY": "EUR"}[currency]
    assert (found["facts"]["money"], found["facts"]["other currencies"]) == (currency, other)
    parts = {part["name"]: part["rows"] for part in found["sections"]}
    assert {row["cover"] for row in parts["years"]} == {cover}
    triangle = [value for row in parts["development"] for value in row.values() if isinstance(value, int | float)]
    assert max(triangle) == paid  # of the portfolio's claims in this currency, and of no others
    years = told(house, "fleets/c/years", at="2024-12-31", currency=currency)["items"]
    assert {(row["currency"], row["cover"]) for row in years} == {(currency, cover)}


def test_a_fleet_is_judged_in_the_currency_that_it_has(house):
    found = told(house, "fleets/a/experience", at="2024-12-31")["facts"]
    assert (found["money"], found["tariff"].partition("+")[0]) == ("EUR", "standard-2026.1")
    assert "other currencies" not in found
    assert house.client("actuary").get(f"{API}/fleets/a/experience", params={"currency": "USD"}).status_code == 404


def test_the_command_line_judges_a_fleet_in_the_same_currency(house, tmp_path):
    tariffs = house.folder.parent / "tariffs"
    for currency in ("EUR", "CNY"):
        out = tmp_path / f"{currency}.json"
        asked = ["--fleet", "c", "--valued-at", "2024-12-31", "--currency", currency, "--out", str(out)]
        asked += ["--data", str(house.folder), "--set", f"tariff.path={tariffs}"]
        done = CliRunner().invoke(command, ["fleet-experience", *asked])
        assert done.exit_code == 0, done.output
        written, page = (
            json.loads(out.read_text("utf-8"))["tables"],
            told(house, "fleets/c/experience", at="2024-12-31", currency=currency),
        )
        shown = {part["name"]: part["rows"] for part in page["sections"] if part["columns"]}
        assert written["premium"] == shown["premium"]
        assert written["development"] == shown["development"]


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
def test_factors_levels_and_lift_are_of_the_tariff_in_a_currency(house, currency):
    name = {"EUR": "standard-2026.1", "CNY": "china-2026.1"}[currency]
    found = told(house, "factors", currency=currency)
    assert (found["tariff_id"].partition("+")[0], found["currencies"]) == (name, ["CNY", "EUR"])
    covers = {COVERED[policy] for policy, one in CURRENCY.items() if one == currency}
    levels = told(house, "levels", currency=currency)["items"]
    assert {one["currency"] for one in levels} == {currency}
    assert {one["cover"] for one in levels if one["vehicles"]} == covers
    claims = [policy for policy, _ in CLAIMS.values() if CURRENCY[policy] == currency]
    by_factor = Counter()
    for one in levels:
        by_factor[one["cover"], one["factor"]] += one["claims"]
    for cover in covers:
        counts = {count for (of, _), count in by_factor.items() if of == cover}
        assert counts == {sum(COVERED[policy] == cover for policy in claims)}
    assert told(house, "quality", currency=currency)["facts"]["claims of theirs"] == str(len(claims))

"""Premiums over HTTP: steps that sum to the cent, loads that no fleet is shown, files that are no formulas."""

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest
from sqlalchemy import delete

from console.api import pricing
from console.reckoning.books import Chain, worst
from console.reckoning.figures import figures
from pricing.ladder import Ladder, Step, climb
from pricing.ledger import entry
from streams.explain import explain
from streams.ledger import chains
from streams.store import accounts

API = "/api/v1"
DAY, NEXT = date(2026, 1, 1), date(2026, 1, 2)
LOADS = {"variable_expense_and_profit", "fixed_expense", "off_balance", "technical"}


def premium(client, vehicle="a/V1"):
    answer = client.get(f"{API}/pricing/vehicles/{vehicle}/premium")
    assert answer.status_code == 200, answer.text
    return answer.json()


def exact(step):
    return Step(**{**step, "effect": Decimal(step["effect"]), "amount": Decimal(step["amount"])})


def test_the_steps_make_the_amount_to_the_cent(house):
    for one in premium(house.client("underwriter")):
        assert climb([exact(step) for step in one["factors"]]) == Decimal(one["amount"])
        assert one["sums"]
        (score,) = (
            figures(house.world).tables()["scores"].filter(subject="vehicle", fleet_id="a", vehicle_id="V1").to_dicts()
        )
        assert one["silent"] == score["silent"]
        assert one["whole"]
        assert one["status"] == "illustrative"


def test_a_fleet_is_shown_no_expense_and_no_profit(house):
    found = premium(house.client("manager"))
    steps = [step for one in found for step in one["factors"]]
    assert steps
    assert not {step["name"] for step in steps} & LOADS
    assert {step["amount"] for step in steps} == {None}
    assert {one["whole"] for one in found} == {False}
    assert [one["amount"] for one in found] == [one["amount"] for one in premium(house.client("underwriter"))]
    for path in ("portfolio", "factors", "ledger", "disputes", "runs"):
        assert house.client("manager").get(f"{API}/pricing/{path}").status_code == 403, path


def test_a_fleets_reasons_are_no_loads_and_the_strongest_comes_first(house, monkeypatch):
    monkeypatch.setattr(pricing, "REASONS", 99)  # all there are
    tables = figures(house.world).tables()
    rated = tables["premiums"].to_dicts()
    for row in rated:
        load = {"part": "premium", "name": "off_balance", "op": "times", "effect": Decimal("1.5")}
        row["factors"].append(row["factors"][0] | load)
    loaded = pl.DataFrame(rated, schema=tables["premiums"].schema)
    monkeypatch.setattr(figures(house.world), "tables", lambda: tables | {"premiums": loaded})
    for one in house.client("manager").get(f"{API}/pricing/premiums").json()["items"]:
        assert one["reasons"] and not {step["name"] for step in one["reasons"]} & LOADS
        strength = [abs(Decimal(step["effect"]).ln()) for step in one["reasons"]]
        assert strength == sorted(strength, reverse=True)


def test_steps_that_do_not_make_the_amount_are_said_not_to(house, monkeypatch):
    tables = figures(house.world).tables()
    other = tables["premiums"].with_columns(pl.col("amount") + Decimal("0.01"))
    monkeypatch.setattr(figures(house.world), "tables", lambda: tables | {"premiums": other})
    assert {one["sums"] for one in premium(house.client("underwriter"))} == {False}


def rated_as(house, monkeypatch, change):
    """The record with the rows of its premiums as ``change`` leaves them."""
    tables = figures(house.world).tables()
    known = tables["premiums"].to_dicts()
    frame = pl.DataFrame(change(known), schema=tables["premiums"].schema)
    monkeypatch.setattr(figures(house.world), "tables", lambda: tables | {"premiums": frame})


def test_damaged_steps_are_answered_and_said_not_to_sum(house, monkeypatch):
    def damaged(rows):
        for row in rows:
            row["factors"][1] |= {"effect": row["factors"][1]["effect"] + Decimal("0.1")}
        return rows

    rated_as(house, monkeypatch, damaged)
    client = house.client("underwriter")
    for one in premium(client):
        assert (one["sums"], one["otherwise"]) == (False, [])
        path = f"{API}/pricing/premiums/{one['premium_id']}"
        assert client.get(path).json() == one
        found = client.get(f"{path}/since", params={"before": one["premium_id"]}).json()
        assert (found["sums"], found["moves"]) == (False, [])


def test_what_would_change_it_is_what_the_command_line_says(house):
    tables = figures(house.world).tables()
    promised = 0
    for one in premium(house.client("underwriter")):
        said = explain(tables, one["premium_id"]).text
        lines = said.partition("What would change it\n")[2].splitlines()
        assert [line.split()[0] for line in lines] == [other["behaviour"] for other in one["otherwise"]]
        assert [line.split()[-1] for line in lines] == [other["amount"] for other in one["otherwise"]]
        promised += len(lines)
    assert promised
    assert [one["otherwise"] for one in premium(house.client("manager"))] == [
        one["otherwise"] for one in premium(house.client("underwriter"))
    ]


def test_two_terms_are_compared_step_by_step_to_the_cent(house, monkeypatch):
    def renewed(rows):
        return rows + [replayed(row, {"use": Decimal("1.5"), "off_balance": Decimal("0.9")}) for row in rows]

    rated_as(house, monkeypatch, renewed)
    underwriter, manager = house.client("underwriter"), house.client("manager")
    for one in [one for one in premium(underwriter) if one["premium_id"].endswith("+")]:
        path = f"{API}/pricing/premiums/{one['premium_id']}/since?before={one['premium_id'][:-1]}"
        found = underwriter.get(path).json()
        assert found["sums"]
        assert Decimal(found["difference"]) == Decimal(one["amount"]) - Decimal(found["before"]["amount"]) != 0
        assert sum(Decimal(move["money"]) for move in found["moves"]) == Decimal(found["difference"])
        assert {move["name"] for move in found["moves"]} - {"rounding"} == {"use", "off_balance"}
        fleet = manager.get(path).json()
        assert {move["name"] for move in fleet["moves"]} == {"use"}
        shown = sum(Decimal(move["money"]) for move in fleet["moves"])
        assert shown + Decimal(fleet["others"]) == Decimal(found["difference"])
        assert {rung["amount"] for move in fleet["moves"] for rung in (move["before"], move["after"])} == {None}
    listed = underwriter.get(f"{API}/pricing/premiums").json()["items"]
    of_another = next(each["premium_id"] for each in listed if each["vehicle_id"] != one["vehicle_id"])
    for before in (of_another, "none"):
        refused = underwriter.get(f"{API}/pricing/premiums/{one['premium_id']}/since", params={"before": before})
        assert (refused.status_code, refused.json()["code"]) == (404, "no_premium")


def replayed(row, effects):
    """The same risk a year on, where some steps have other effects."""
    ladder = Ladder()
    for step in row["factors"]:
        effect = effects.get(step["name"], step["effect"])
        said = [step[name] for name in ("covariate", "value", "unit", "credibility")]
        ladder.add(step["part"], step["name"], step["op"], effect, *said)
    later = {name: row[name] + timedelta(days=365) for name in ("valid_from", "valid_to")}
    steps = [step._asdict() for step in ladder.steps]
    return row | later | {"premium_id": f"{row['premium_id']}+", "amount": climb(ladder.steps), "factors": steps}


def test_where_pricing_knows_scores_and_km_alone_no_behaviour_is_shown(house, monkeypatch):
    full = premium(house.client("underwriter"))
    config = house.world.config
    private = replace(config, pricing=replace(config.pricing, privacy="scores_and_km"))
    monkeypatch.setattr(house.world, "config", private)
    found = premium(house.client("underwriter"))
    assert {step["part"] for one in full for step in one["factors"]} >= {"telematics"}
    assert not {step["part"] for one in found for step in one["factors"]} & {"telematics"}
    assert [(one["amount"], one["sums"]) for one in found] == [(one["amount"], True) for one in full]


def test_the_portfolio_adds_up(house):
    found = house.client("actuary").get(f"{API}/pricing/portfolio").json()
    rates = house.client("actuary").get(f"{API}/pricing/premiums").json()
    amounts = sum(Decimal(one["amount"]) for one in rates["items"])
    for part in ("covers", "classes", "fleets"):
        assert sum(Decimal(one["amount"]) for one in found[part]) == Decimal(found["amount"]) == amounts
    assert found["premiums"] == rates["total"] == 2
    assert sum(month["km_measured"] for month in found["months"]) == pytest.approx(found["km_measured"], abs=0.5)


def test_a_factor_says_how_much_is_insured_on_each_part(house):
    client = house.client("actuary")
    tariff = client.get(f"{API}/pricing/factors").json()
    assert tariff["status"] == "illustrative"
    for name in {one["name"] for one in tariff["factors"] if one["cover"] == "own_damage"}:
        found = client.get(f"{API}/pricing/factors/{name}", params={"cover": "own_damage"}).json()
        assert sum(level["vehicles"] for level in found["levels"]) in (0, 2), name
    assert client.get(f"{API}/pricing/factors/nothing").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_list_is_a_file_too(house, kind):
    answer = house.client("underwriter").get(f"{API}/pricing/premiums.{kind}", params={"limit": 1})
    assert answer.status_code == 200, answer.text
    body = io.BytesIO(answer.content)
    rows = {"csv": pl.read_csv, "parquet": pl.read_parquet}.get(kind, lambda _body: pl.DataFrame({"n": [1, 2]}))(body)
    assert rows.height == 2  # all of them, whatever the page
    assert answer.headers["content-disposition"] == f'attachment; filename="premiums.{kind}"'


def test_a_file_is_named_in_any_script(house):
    answer = house.client("admin").get(f"{API}/vehicles/a/京A-1/trace", params={"fmt": "csv"})
    name = "attachment; filename=\"trace-_A-1.csv\"; filename*=UTF-8''trace-%E4%BA%ACA-1.csv"
    assert (answer.status_code, answer.headers["content-disposition"]) == (200, name)


def test_no_cell_of_a_file_is_a_formula(house):
    client = house.client("manager")
    one = client.get(f"{API}/alerts").json()["items"][0]
    client.post(f"{API}/alerts/{one['alert_id']}/assign", json={"assignee": "=cmd|' /C calc'!A0"})
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}/alerts.csv").content.decode("utf-8-sig"))))
    assert [row["assignee"][:2] for row in rows if row["alert_id"] == one["alert_id"]] == ["'="]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "@")]


def test_a_dismissal_is_judged_by_the_insurer_once(house):
    manager, underwriter = house.client("manager"), house.client("underwriter")
    two = [one["alert_id"] for one in manager.get(f"{API}/alerts").json()["items"] if one["state"] == "open"][:2]
    for name in two:
        said = manager.post(f"{API}/alerts/{name}/dismiss", json={"reason": "not_the_driver", "note": "ice"})
        assert said.json()["state"] == "dismissed"
    waiting = underwriter.get(f"{API}/pricing/disputes").json()["items"]
    assert [(one["state"], one["why"]) for one in waiting[:2]] == [("waiting", "not_the_driver")] * 2
    yes = underwriter.post(f"{API}/pricing/disputes/{two[0]}/accept", json={"reason": "weather report"}).json()
    no = underwriter.post(f"{API}/pricing/disputes/{two[1]}/refuse", json={"reason": "no ice that day"}).json()
    assert (yes["state"], no["state"], no["judged_by"]) == ("accepted", "refused", "underwriter")
    late = underwriter.post(f"{API}/pricing/disputes/{two[0]}/refuse", json={"reason": "after all"})
    assert late.status_code == 409
    assert manager.post(f"{API}/pricing/disputes/{two[0]}/accept", json={"reason": "x"}).status_code == 403


def test_the_ledger_says_that_it_is_whole(house):
    found = house.client("actuary").get(f"{API}/pricing/ledger/verify", params={"replay": "true"}).json()
    assert found["good"]
    assert found["problems"] == []


def test_claims_stand_against_premiums(house):
    found = house.client("actuary").get(f"{API}/pricing/portfolio").json()
    (cover,) = found["covers"]
    assert (found["claims"], cover["claims"], Decimal(cover["incurred"])) == (1, 1, 1200)
    assert cover["loss_ratio"] == pytest.approx(1200 / float(cover["amount"]))


def test_a_fleets_file_is_read_and_printed(house):
    client, path = house.client("underwriter"), f"{API}/pricing/fleets/a/experience"
    said = client.get(path, params={"at": "2024-12-31", "years": 3}).json()
    assert said["sections"]
    printed = client.get(f"{path}.html", params={"at": "2024-12-31"})
    assert printed.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert said["title"] in printed.text
    assert client.get(f"{API}/pricing/fleets/b/experience").status_code == 404


def test_pricing_may_be_told_of_scores_and_km_alone(house, monkeypatch):
    secret = replace(house.world.config, pricing=replace(house.world.config.pricing, privacy="scores_and_km"))
    monkeypatch.setattr(house.world, "config", secret)
    client = house.client("actuary")
    found = premium(client)
    assert "telematics" not in {step["part"] for one in found for step in one["factors"]}
    assert all(climb([exact(step) for step in one["factors"]]) == Decimal(one["amount"]) for one in found)
    assert client.get(f"{API}/drivers").json()["code"] == "private"
    assert client.get(f"{API}/drivers/a/D1/score").json()["code"] == "private"
    assert house.client("manager").get(f"{API}/drivers").status_code == 200


def test_an_underwriter_of_one_fleet_sees_no_others_premiums(house):
    admin, said = house.client("admin"), {"name": "theirs", "grants": "underwriter@b"}
    bearer = {"Authorization": f"Bearer {admin.post(f'{API}/tokens', json=said).json()['token']}"}
    client = house.stranger()
    whole = house.client("actuary").get(f"{API}/pricing/portfolio").json()
    found = client.get(f"{API}/pricing/portfolio", headers=bearer).json()
    assert (found["premiums"], found["claims"]) == (0, 0)
    assert 0 < found["km_measured"] < whole["km_measured"]
    for path in ("pricing/ledger/verify", "pricing/runs"):
        assert client.get(f"{API}/{path}", headers=bearer).status_code == 403, path
    assert client.get(f"{API}/pricing/fleets/a/experience", headers=bearer).status_code == 404


@pytest.fixture
def written(house):
    """Two entries in a chain of their own."""
    draft = entry.Draft("X", "V", "cargo", "charged", DAY, NEXT, Decimal(5), "EUR", {"by": "hand", "status": "filed"})
    first = entry.follow(None, draft, datetime(2026, 1, 2, tzinfo=UTC))
    with house.world.store.writing() as connection:
        chains.append(connection, {"X": [first, entry.follow(first, draft, datetime(2026, 1, 3, tzinfo=UTC))]})
    yield
    with house.world.store.writing() as connection:
        connection.execute(delete(accounts.entries).where(accounts.entries.c.policy_id == "X"))


@pytest.mark.usefixtures("written")
def test_of_the_ledger_no_more_is_parsed_than_is_shown(house, monkeypatch):
    client, read = house.client("actuary"), []
    whole = client.get(f"{API}/pricing/ledger").json()["items"]
    assert {one["status"] for one in whole} == {"filed"}  # the entries' own, not that of the tariff in force
    portfolio = client.get(f"{API}/pricing/portfolio").json()
    assert (portfolio["charged_status"], portfolio["status"]) == ("filed", "illustrative")
    parse = entry.json.loads

    def counted(text):
        read.append(text)
        return parse(text)

    monkeypatch.setattr(entry, "json", SimpleNamespace(loads=counted))
    found = client.get(f"{API}/pricing/ledger", params={"limit": 1}).json()
    assert found["total"] == len(whole) > 1
    assert (found["items"], len(read)) == (whole[:1], 1)
    order = [(one["recorded_at"], one["policy_id"], one["seq"]) for one in whole]
    assert order == sorted(order, reverse=True)


def test_amounts_of_two_currencies_are_never_added_up(house):
    actuary = house.client("actuary")
    euros = actuary.get(f"{API}/pricing/portfolio").json()
    others = actuary.get(f"{API}/pricing/portfolio", params={"currency": "CHF"}).json()
    assert (euros["currency"], others["currency"], euros["currencies"]) == ("EUR", "CHF", ["EUR"])
    assert (others["amount"], others["premiums"], others["claims"]) == ("0.00", 0, 0)
    assert {one["charged"] for one in others["months"]} <= {"0"}


@pytest.mark.parametrize("statuses, said", [(("filed", "filed"), "filed"), (("filed", "illustrative"), "illustrative")])
def test_one_illustrative_entry_makes_what_is_charged_illustrative(statuses, said):
    chain, before = Chain(), None
    for status in statuses:
        draft = entry.Draft(
            "X", "V", "cargo", "charged", DAY, NEXT, Decimal(5), "EUR", {"by": "hand", "status": status}
        )
        before = entry.follow(before, draft, datetime(2026, 1, 2, tzinfo=UTC))
        chain.take(before)
    assert worst(chain.statuses, "filed") == worst(chain.accounts["V", "cargo"].statuses, "filed") == said


def test_a_charge_is_of_the_tariff_of_the_indication_it_names():
    chain, before = Chain(), None
    for kind, made in (("indicated", {"status": "illustrative"}), ("charged", {"by": "part"}), ("charged", {})):
        named = {"indication": before.hash} if made == {"by": "part"} else {}
        draft = entry.Draft("X", "V", "cargo", kind, DAY, NEXT, Decimal(5), "EUR", made | named)
        before = entry.follow(before, draft, datetime(2026, 1, 2, tzinfo=UTC))
        chain.take(before)
    assert [line.status for line in chain.lines] == ["illustrative", "illustrative", ""]
    assert worst(chain.statuses, "filed") == "illustrative"

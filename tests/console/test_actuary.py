"""For underwriter and actuary: figures that are the command line's own, files on record, nothing of it for a fleet."""

import hashlib
import io
import json
import re
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, update

from console.api import ENDPOINTS, PREFIX
from console.gate.access import PRICING
from console.reckoning import verification
from console.reckoning.books import Books
from pricing.ledger import entry
from pricing.ledger.seal import seal
from pricing.monitoring.actual_expected import ratio
from pricing.tariffs import standard_text
from streams.cli.report import command
from streams.cli.tariff import command as tariff_command
from streams.ledger import chains
from streams.store import accounts

API = f"{PREFIX}/pricing"
LOADS = {"off_balance", "fixed_per_day", "variable", "profit", "fixed_expense", "variable_expense_and_profit"}


def told(house, path, login="actuary", **query):
    answer = house.client(login).get(f"{API}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def draft(kind, amount, vehicle="V1", cover="own_damage", **more):
    start, end = date(2024, 10, 1), date(2025, 10, 1)
    return entry.Draft("P", vehicle, cover, kind, start, end, Decimal(amount), "EUR", {"by": "hand"}, **more)


def posted(house, *drafts):
    """Entries added to the chain of policy P."""
    with house.world.store.writing() as connection:
        last, new = next(iter(chains.of(connection, "P")[::-1]), None), []
        for one in drafts:
            last = entry.follow(last, one, datetime(2024, 10, 2, tzinfo=UTC))
            new.append(last)
        chains.append(connection, {"P": new})
        chains.keep(connection, house.world.rules.tariff, standard_text())
    return new


@pytest.fixture
def ledger(house):
    """An indication that moved, a charge, an adjustment."""
    yield posted(house, draft("indicated", 900), draft("indicated", 950), draft("charged", 940), draft("adjustment", 5))
    with house.world.store.writing() as connection:
        connection.execute(delete(accounts.entries).where(accounts.entries.c.policy_id == "P"))
        connection.execute(delete(accounts.seals))
        connection.execute(delete(accounts.tariffs))


def test_the_page_has_the_figures_of_the_command_line(house, tmp_path):
    out = tmp_path / "portfolio.json"
    folder = str(house.folder)
    done = CliRunner().invoke(command, ["portfolio", "--data", folder, "--out", str(out)])
    assert done.exit_code == 0, done.output
    tables, found = json.loads(out.read_text("utf-8"))["tables"], told(house, "quality")
    shown = {part["name"]: part["rows"] for part in found["sections"] if part["columns"]}
    assert shown == {name: rows for name, rows in tables.items() if name not in ("contents", "facts")}
    assert "illustrative" in tables["facts"][0]["value"]
    assert {"calibration", "order", "lorenz_curve", "double_lift", "value", "factors"} <= set(shown)
    assert found["facts"]["claims of theirs"] == "1"


def test_a_levels_interval_is_exact_and_what_claims_ask_for_is_the_relativity_times_it(house):
    found = told(house, "factors/use", cover="own_damage")["levels"]
    (own,) = [level for level in found if level["vehicles"]]
    assert (own["level"], own["base"], own["vehicles"], own["claims"]) == ("own", True, 2, 1)
    assert (own["ratio"], own["low"], own["high"]) == tuple(pytest.approx(x) for x in ratio(1, own["expected"]))
    assert own["observed_high"] == pytest.approx(own["relativity"] * own["high"])
    assert {level["level"] for level in found} > {"own"}  # the others are shown, too
    every = told(house, "levels")
    assert [one for one in every["items"] if (one["cover"], one["factor"]) == ("own_damage", "use")] == found
    for name in {(one["cover"], one["factor"]) for one in every["items"] if one["cover"] == "own_damage"}:
        assert sum(one["vehicles"] for one in every["items"] if (one["cover"], one["factor"]) == name) == 2, name


@pytest.mark.usefixtures("ledger")
def test_a_fleets_file_has_what_is_indicated_charged_seen_and_believed(house):
    (fleet,) = told(house, "fleets")["items"]
    rows = {row["vehicle_id"]: row for row in told(house, "fleets/a/vehicles")["items"]}
    one = rows["V1"]
    money = [Decimal(one[name]) for name in ("indicated", "charged", "adjusted", "difference")]
    assert money == [Decimal(950), Decimal(940), Decimal(5), Decimal(-5)]
    assert (one["annual_km"], one["sum_insured"], one["plate"], one["class"]) == (60_000, 90_000, "A-V1", "truck")
    assert (one["status"], one["provisional"]) == ("illustrative", True)
    assert one["credibility"] == pytest.approx(premium(house, "a/V1")["credibility"])
    assert Decimal(one["amount"]) == Decimal(premium(house, "a/V1")["amount"])
    assert (fleet["vehicles"], fleet["provisional"], fleet["status"]) == (2, 2, "illustrative")
    assert (Decimal(fleet["indicated"]), Decimal(fleet["charged"])) == (Decimal(950), Decimal(945))
    assert fleet["km_measured"] == pytest.approx(sum(row["km_measured"] for row in rows.values()), abs=0.2)
    assert house.client("actuary").get(f"{API}/fleets/b/vehicles").status_code == 404  # nothing of it is insured


def premium(house, vehicle):
    (found,) = told(house, f"vehicles/{vehicle}/premium")
    return found


def test_a_fleets_years_are_a_file_with_its_formulas(house):
    years = told(house, "fleets/a/years", at="2024-12-31", years=3)["items"]
    assert [(row["cover"], row["claims"], row["incurred"]) for row in years if row["claims"]] == [
        ("own_damage", 1, 1200.0)
    ]
    book = house.client("underwriter").get(f"{API}/fleets/a/experience.xlsx", params={"at": "2024-12-31"})
    assert book.content[:2] == b"PK"
    assert book.headers["content-disposition"] == 'attachment; filename="experience.xlsx"'


def test_an_indication_taken_back_holds_no_more_and_only_what_is_new_is_read(house, ledger, monkeypatch):
    books, read, own = Books(), [], chains.since

    def since(connection, policy_id, seq):
        read.append(seq)
        return own(connection, policy_id, seq)

    monkeypatch.setattr(chains, "since", since)
    with house.world.store.reading() as connection:
        before = books.read(connection)["P"]
        assert books.read(connection)["P"] is before
    posted(house, entry.reversal(ledger[1], "other days"), draft("charged", -40))
    with house.world.store.reading() as connection:
        account = books.read(connection)["P"].accounts["V1", "own_damage"]
    assert (account.indicated, account.charged) == (Decimal(900), Decimal(900))
    assert before.accounts["V1", "own_damage"].charged == 940  # what somebody reads does not change under them
    assert read == [0, 4]


@pytest.mark.usefixtures("ledger")
def test_what_is_charged_stands_in_its_month(house):
    (month,) = [one for one in told(house, "portfolio")["months"] if one["month"] == "2024-10"]
    assert (Decimal(month["charged"]), Decimal(month["adjusted"])) == (Decimal(940), Decimal(5))


def test_a_tariff_says_what_is_signed_pinned_and_illustrative(house):
    force, *others = told(house, "tariffs")
    assert (force["in_force"], force["configured"], force["status"], force["signature"]) == (
        True,
        True,
        "illustrative",
        "unsigned",
    )
    assert (force["rules_known"], force["key"]) == (True, None)
    assert {one["currency"] for one in others} == {"CNY"}
    assert {one["configured"] for one in others} == {False}


def test_a_tariff_by_which_is_rated_before_its_days_says_so(house):
    (force,) = [one for one in told(house, "tariffs") if one["in_force"]]
    assert force["valid_from"] > "2024-10-07" and not force["of_today"]  # what is on record is of October 2024


def test_two_tariffs_are_held_against_each_other(house):
    force, other = told(house, "tariffs")[:2]
    same = told(house, "tariffs/compare", new=force["name"])
    assert (same["differences"], same["form"]["overall change"]) == ([], "+0.00%")
    assert [band["band"] for band in same["bands"]] == ["unchanged"]
    moved = told(house, "dislocation", new=force["name"])["items"]
    assert {(one["vehicle_id"], one["change"]) for one in moved} == {("V0", 0.0), ("V1", 0.0)}
    answer = house.client("actuary").get(f"{API}/tariffs/compare", params={"new": other["name"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "currencies")
    assert house.client("actuary").get(f"{API}/dislocation", params={"new": "nothing"}).status_code == 404


@pytest.fixture
def dearer(house, tmp_path, monkeypatch):
    """A folder with the tariff in force and one of which a day of own damage costs more."""
    text = standard_text()
    other = text.replace('name = "standard-2026.1"', 'name = "dearer"').replace("2026-01-01", "2027-01-01", 1)
    place = other.index("per_day", other.index("[covers.own_damage]"))
    other = other[:place] + re.sub(r"truck = ([\d.]+)", r"truck = 9\1", other[place:], count=1)
    for name, said in (("standard", text), ("dearer", other)):
        (tmp_path / f"{name}.toml").write_text(said, "utf-8")
    config = house.world.config
    monkeypatch.setattr(house.world, "config", replace(config, tariff=replace(config.tariff, path=str(tmp_path))))
    return tmp_path


def test_whom_another_tariff_hits_is_what_the_command_line_says(house, dearer):
    force, other = told(house, "tariffs")[:2]
    assert (force["in_force"], other["configured"], other["valid_from"]) == (True, True, "2027-01-01")
    files = [str(dearer / f"{name}.toml") for name in ("standard", "dearer")]
    done = CliRunner().invoke(tariff_command, ["compare", *files, "--data", str(house.folder), "--json"])
    assert done.exit_code == 0, done.output
    said, found = json.loads(done.stdout), told(house, "tariffs/compare", new=other["name"])
    assert found["form"] == {row["item"]: row["value"] for row in said["form"]}
    assert found["bands"] == said["disruption"]
    assert found["differences"] == [
        {"path": row["number"], "old": row["old"], "new": row["new"]} for row in said["numbers"]
    ]
    assert "covers.own_damage.per_day.truck" in {one["path"] for one in found["differences"]}
    for part in ("covers", "fleets"):
        (one,) = found[part]
        assert (one["old"], one["new"]) == (found["form"]["premium in force"], found["form"]["premium proposed"])
    moved = told(house, "dislocation", new=other["name"])["items"]
    assert {one["vehicle_id"] for one in moved} == {"V0", "V1"}
    assert moved[0]["change"] >= moved[1]["change"] > 0


def test_whoever_takes_a_file_away_is_on_record_with_its_hash(house):
    client, force = house.client("underwriter"), told(house, "tariffs")[0]["name"]
    body = client.get(f"{API}/fleets/a/vehicles.csv").content
    client.get(f"{API}/levels.parquet", params={"cover": "own_damage"})
    last, first = told(house, "runs", limit=2)["items"]
    for path in ("fleets", "fleets/a/vehicles", "fleets/a/years", "levels", "premiums", "dislocation"):
        text = client.get(f"{API}/{path}.csv", params={"new": force} if path == "dislocation" else {}).text
        assert "illustrative" in text.splitlines()[1], path
    assert (first["actor"], first["action"], first["rows"]) == ("underwriter", "exports.made", 2)
    assert (first["path"], first["sha256"]) == ("pricing/fleets/a/vehicles.csv", hashlib.sha256(body).hexdigest())
    again = client.get(f"{PREFIX}/{last['path']}", params=last["query"])
    assert pl.read_parquet(io.BytesIO(again.content))["cover"].unique().to_list() == ["own_damage"]


@pytest.mark.usefixtures("ledger")
def test_a_seal_is_listed_with_what_it_sealed(house):
    day, at = date(2024, 10, 2), datetime(2024, 10, 3, tzinfo=UTC)
    with house.world.store.writing() as connection:
        made = seal(chains.heads(connection), chains.rows(connection), day, at, [], lambda _said: "s" * 128)
        chains.add_seal(connection, made)
    (found,) = told(house, "seals")["items"]
    assert (found["number"], found["day"], found["policies"], found["entries"]) == (1, "2024-10-02", 1, 4)
    verdict = told(house, "ledger/verify")
    assert (verdict["good"], verdict["seals"], verdict["signatures"]) == (True, 1, False), verdict
    assert told(house, "tariffs")[0]["on_record"]
    with house.world.store.writing() as connection:
        connection.execute(update(accounts.seals).values(number=2))
    answer = house.client("actuary").get(f"{API}/ledger/verify")
    assert (answer.status_code, answer.json()["code"]) == (422, "refused")
    assert "not numbered" in answer.json()["detail"]


@pytest.mark.parametrize("login", ["manager", "viewer", "driver"])
def test_a_fleet_is_shown_nothing_of_pricing_but_its_premiums_without_loads(house, login):
    client = house.client(login)
    priced = [one for one in ENDPOINTS if one.tag in ("pricing", "ledger", "disputes")]
    assert [one.path for one in priced if not (one.roles <= PRICING or "premium" in one.path)] == []
    assert len(priced) > 40
    for path in ("quality", "quality.xlsx", "levels", "fleets", "fleets/a/vehicles", "fleets/a/years", "dislocation"):
        assert client.get(f"{API}/{path}").status_code == 403, path
    if login != "driver":
        text = client.get(f"{API}/premiums").text + client.get(f"{API}/vehicles/a/V1/premium").text
        assert [name for name in LOADS if f'"{name}"' in text] == []


def test_an_underwriter_of_one_fleet_has_figures_of_no_other(house):
    admin, said = house.client("admin"), {"name": "b alone", "grants": "underwriter@b"}
    bearer = {"Authorization": f"Bearer {admin.post(f'{PREFIX}/tokens', json=said).json()['token']}"}
    client = house.stranger()
    assert client.get(f"{API}/fleets", headers=bearer).json()["items"] == []
    assert client.get(f"{API}/fleets/a/vehicles", headers=bearer).status_code == 404
    assert client.get(f"{API}/fleets/a/years", headers=bearer).status_code == 404
    assert client.get(f"{API}/quality", headers=bearer).json()["facts"]["vehicles rated"] == "0"
    assert {one["vehicles"] for one in client.get(f"{API}/levels", headers=bearer).json()["items"]} == {0}
    assert (
        client.get(f"{API}/dislocation", headers=bearer, params={"new": told(house, "tariffs")[0]["name"]}).json()[
            "items"
        ]
        == []
    )
    assert client.get(f"{API}/seals", headers=bearer).status_code == 403


@pytest.mark.usefixtures("ledger")
def test_a_verification_that_takes_long_says_how_far_it_is(house, monkeypatch):
    begun, go = threading.Event(), threading.Event()
    own = verification.verify

    def slow(*given, told, **more):
        told(3, 7)
        begun.set()
        assert go.wait(30)
        return own(*given, told=told, **more)

    monkeypatch.setattr(verification, "verify", slow)
    monkeypatch.setattr(verification, "PATIENCE_S", 0.0)
    first = told(house, "ledger/verify", replay="true")
    assert (first["done"], first["good"]) == (False, None)
    assert begun.wait(30)
    again = told(house, "ledger/verify", replay="true")
    assert (again["done"], again["policies"], again["of"]) == (False, 3, 7)  # the same one
    monkeypatch.setattr(verification, "PATIENCE_S", 30.0)
    go.set()
    last = told(house, "ledger/verify", replay="true")
    assert (last["done"], last["policies"], last["of"], last["entries"]) == (True, 1, 1, 4)


def test_a_verification_that_fails_is_no_verdict(house, monkeypatch):
    monkeypatch.setattr(verification, "verify", lambda *_given, **_more: 1 // 0)
    monkeypatch.setattr(verification, "PATIENCE_S", 30.0)
    monkeypatch.setattr(threading, "excepthook", lambda _what: None)
    assert house.client("actuary").get(f"{API}/ledger/verify").status_code == 500
    monkeypatch.undo()
    assert told(house, "ledger/verify")["done"]


def test_the_portfolio_in_force_is_of_one_currency(house):
    found = told(house, "quality", currency="EUR")
    assert found["facts"]["currency"] == "EUR" and "other currencies" not in found["facts"]
    assert found == told(house, "quality")
    refused = house.client("actuary").get(f"{API}/quality", params={"currency": "CHF"})
    assert (refused.status_code, refused.json()["code"]) == (404, "no_tariff")

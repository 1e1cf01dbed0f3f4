"""tripmeter renew: offers in time, kept in the ledger, answered once or lapsed, and told to who is insured."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pricing.tariffs import standard_text
from streams.cli import tripmeter as command_line
from streams.ledger import offering

FILES = {
    "policyholders": "policyholder_id,name\nph,North <b>Haulage\n",
    "fleets": "fleet_id,name,time_zone\nnorth,North,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use,gross_kg,year\nHH-1,north,N3,hire,18000,2021\n",
    "policies": "policy_id,policyholder_id,from,to,basis,currency\n"
    "P1,ph,2024-07-01,2025-07-01,fixed,EUR\nP2,ph,2025-01-01,2026-01-01,fixed,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    "P1,HH-1,own_damage,2024-07-01,2025-07-01,60000\nP1,HH-1,cargo,2024-07-01,2025-07-01,60000\n"
    "P2,HH-1,own_damage,2025-01-01,2026-01-01,60000\n",
}  # the drive is of 15 June 2025: P1 ends in 16 days


@pytest.fixture(scope="module")
def posted(heard, tmp_path_factory):
    """A service's data folder in which the policies have been posted."""
    folder = tmp_path_factory.mktemp("posted")
    shutil.copytree(heard, folder / "data")
    for name, said in FILES.items():
        (folder / f"{name}.csv").write_text(said)
    for arguments in (("registry", "import", folder), ("ledger", "post")):
        said = CliRunner().invoke(command_line, [*map(str, arguments), "--data", str(folder / "data")])
        assert said.exit_code == 0, said.output
    return folder / "data"


@pytest.fixture
def data(posted, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(posted, tmp_path / "data"))


@pytest.fixture
def tripmeter(typed, data):
    """Types a command about policies that have been posted; it must go well; what it prints."""

    def run(*arguments):
        result = typed(*arguments, "--data", data)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def told(printed):
    return [tuple(row[name] for name in ("policy_id", "kind", "cover", "reason")) for row in json.loads(printed)]


def accept(tripmeter, policy="P1", *arguments):
    """Accepts what is offered, at what it comes to."""
    chain = json.loads(tripmeter("ledger", "show", policy, "--json"))
    back = {row["reverses"] for row in chain}
    offers = [row for row in chain if row["kind"] == "offer" and row["reverses"] is None and row["hash"] not in back]
    total = sum(round(float(row["amount"]) * 100) for row in offers) / 100
    return tripmeter("renew", "accept", policy, "--amount", f"{total:.2f}", *arguments)


OFFERS = [("P1", "offer", "cargo", ""), ("P1", "offer", "own_damage", "")]


def test_what_ends_soon_is_offered_once_and_verified(tripmeter):
    assert told(tripmeter("renew", "--json", "--due", "10d")) == []
    assert told(tripmeter("renew", "--json", "--dry-run")) == OFFERS
    assert told(tripmeter("renew", "--json", "--due", "30d")) == OFFERS
    assert told(tripmeter("renew", "--json")) == []
    assert told(tripmeter("renew", "--json", "--policy", "P2")) == [("P2", "offer", "own_damage", "")]
    assert "9 entries, 9 made again" in tripmeter("ledger", "verify", "--replay")
    assert told(tripmeter("ledger", "post", "--json")) == []
    (row,) = [row for row in json.loads(tripmeter("ledger", "show", "P2", "--json")) if row["kind"] == "offer"]
    assert (row["valid_from"], row["valid_to"]) == ("2026-01-01", "2027-01-01")


def test_an_offer_is_accepted_once(tripmeter, typed, data):
    tripmeter("renew")
    assert told(accept(tripmeter, "P1", "--json")) == [("P1", "answer", "", "accepted")]
    again = typed("renew", "decline", "P1", "--data", data)
    assert (again.exit_code, "was answered before" in again.stderr) == (1, True)
    assert told(tripmeter("renew", "--json")) == []
    assert "accepted" in tripmeter("renew", "statement", "P1")


def test_what_is_accepted_is_named_and_must_still_hold(tripmeter, typed, data):
    tripmeter("renew")
    wrong = typed("renew", "accept", "P1", "--amount", "1.00", "--as", "P3", "--data", data)
    assert wrong.exit_code == 1 and "policy P1 is offered at " in wrong.stderr and ", not at 1.00" in wrong.stderr
    total = wrong.stderr.split("offered at ")[1].split(" EUR")[0]
    tripmeter("registry", "set", "vehicles", "HH-1", "use=hazmat")
    stale = typed("renew", "accept", "P1", "--amount", total, "--as", "P3", "--data", data)
    assert (stale.exit_code, "its offer no longer holds" in stale.stderr) == (1, True)
    assert typed("registry", "show", "policies", "P3", "--data", data).exit_code == 1
    tripmeter("registry", "set", "vehicles", "HH-1", "use=hire")
    assert told(accept(tripmeter, "P1", "--json")) == [("P1", "answer", "", "accepted")]


def test_a_policy_without_its_vehicles_is_not_renewed(tripmeter, typed, data):
    tripmeter("registry", "set", "policies", "P1", "basis=declaration", "deposit=1000.00", "declared_km=50000")
    total = sum(round(float(row["amount"]) * 100) for row in json.loads(tripmeter("renew", "--json"))) / 100
    ended = Path(data.parent) / "ended"
    ended.mkdir()
    gone = FILES["policy_vehicles"].replace("2024-07-01,2025-07-01", "2024-07-01,2025-06-20")
    (ended / "policy_vehicles.csv").write_text(gone)
    tripmeter("registry", "import", ended)
    stale = typed("renew", "accept", "P1", "--amount", f"{total:.2f}", "--as", "P3", "--data", data)
    assert (stale.exit_code, stale.stderr) == (1, "Error: nothing is insured to the end of its term\n")


def test_without_an_answer_it_lapses_with_the_term(tripmeter, monkeypatch):
    tripmeter("renew")
    monkeypatch.setattr("streams.cli.source.now", lambda _: 1_751_500_000.0)  # 3 July
    assert told(tripmeter("renew", "--json")) == [("P1", "answer", "", "lapsed")]
    assert told(tripmeter("renew", "--json")) == []


def test_where_nothing_is_due_the_record_is_not_read(tripmeter, monkeypatch):
    read = []
    crossed = offering.crossed
    monkeypatch.setattr(offering, "crossed", lambda *said: read.append(said) or crossed(*said))
    tripmeter("renew", "--due", "10d")
    monkeypatch.setattr("streams.cli.source.now", lambda _: 1_753_000_000.0)  # 20 July: P1 ended, offered nothing
    tripmeter("renew")
    assert read == []


def test_the_record_is_read_once_for_the_tariff_of_the_next_term_alone(tripmeter, filed, monkeypatch, tmp_path):
    for year in (2024, 2025, 2026):
        text = standard_text().replace("valid_from = 2026-01-01", f"valid_from = {year}-01-01")
        filed(tmp_path / f"{year}.toml", text.replace("26.1", f"{year}.1", 1))
    read = []
    crossed = offering.crossed
    monkeypatch.setattr(offering, "crossed", lambda *said: read.append(said[1].name) or crossed(*said))
    assert told(tripmeter("renew", "--json", "--set", f"tariff.path={tmp_path}", *filed.by)) == OFFERS
    assert read == ["standard-202025.1"]


def test_a_statement_is_written_as_text_or_page(tripmeter, typed, data, tmp_path):
    refused = typed("renew", "statement", "P1", "--data", data)
    assert (refused.exit_code, "has no offer" in refused.stderr) == (1, True)
    tripmeter("renew")
    tripmeter("renew", "statement", "P1", "--out", tmp_path / "P1.html")
    page = (tmp_path / "P1.html").read_text()
    assert "ILLUSTRATIVE" in page and "North &lt;b&gt;Haulage" in page and "<script" not in page


@pytest.mark.parametrize(("policy", "why"), [("P9", "no policy 'P9'"), ("P2", "has no offer")])
def test_what_cannot_be_answered_is_told(tripmeter, typed, data, policy, why):
    result = typed("renew", "accept", policy, "--amount", "1.00", "--data", data)
    assert (result.exit_code, why in result.stderr) == (1, True)


def test_the_policy_that_follows_is_charged_as_its_offer_was_accepted(tripmeter, typed, data, monkeypatch):
    offers = {row["cover"]: row["amount"] for row in json.loads(tripmeter("renew", "--json"))}
    accept(tripmeter, "P1", "--as", "P3")
    (policy,) = json.loads(tripmeter("registry", "show", "policies", "P3", "--json"))
    assert (policy["from"], policy["to"], policy["renews"]) == ("2025-07-01", "2026-07-01", "P1")
    monkeypatch.setattr("streams.cli.source.now", lambda _: 1_751_500_000.0)  # 3 July
    posted = [row for row in json.loads(tripmeter("ledger", "post", "--json")) if row["policy_id"] == "P3"]
    assert {row["cover"]: row["amount"] for row in posted if row["kind"] == "charged"} == offers
    again = json.loads(tripmeter("ledger", "post", "--json"))  # its last day is over: what is indicated moves
    assert {row["kind"] for row in again} == {"indicated"}
    assert tripmeter("ledger", "verify", "--replay")
    (other,) = json.loads(tripmeter("renew", "--policy", "P2", "--json"))
    taken = typed("renew", "accept", "P2", "--amount", other["amount"], "--as", "P3", "--data", data)
    assert (taken.exit_code, "is there already" in taken.stderr) == (1, True)


def test_what_is_no_longer_as_it_was_offered_is_rated_anew(tripmeter, monkeypatch):
    offers = {row["cover"]: row["amount"] for row in json.loads(tripmeter("renew", "--json"))}
    accept(tripmeter, "P1", "--as", "P3")
    tripmeter("registry", "set", "vehicles", "HH-1", "use=hazmat")
    monkeypatch.setattr("streams.cli.source.now", lambda _: 1_751_500_000.0)
    posted = json.loads(tripmeter("ledger", "post", "--policy", "P3", "--json"))
    charged = {row["cover"]: row["amount"] for row in posted if row["kind"] == "charged"}
    assert all(float(charged[cover]) > float(offers[cover]) for cover in offers)
    assert tripmeter("ledger", "verify", "--replay")


def test_a_deposit_is_renewed_at_what_was_offered_for_the_km_of_all_vehicles(tripmeter):
    change = ("basis=declaration", "deposit=100000.00", "declared_km=1500000", "minimum=0.8")
    tripmeter("registry", "set", "policies", "P1", *change)
    offers = json.loads(tripmeter("renew", "--json"))
    accept(tripmeter, "P1", "--as", "P3")
    (policy,) = json.loads(tripmeter("registry", "show", "policies", "P3", "--json"))
    assert float(policy["deposit"]) == pytest.approx(sum(float(row["amount"]) for row in offers))
    assert (policy["declared_km"], policy["minimum"]) == ("60000", "0.8")


def test_the_experience_of_the_next_term_is_from_claims_reported_against_those_expected(tripmeter, tmp_path):
    head = "claim_id,policy_id,vehicle_id,cover,loss_at,valued_at,status,paid,reserve\n"
    rows = (
        "C1,P1,HH-1,own_damage,2024-09-01,2024-09-05,open,0.00,900.00",
        "C1,P1,HH-1,own_damage,2024-09-01,2025-01-05,closed,700.00,",
        "C2,P1,HH-1,own_damage,2024-11-01,2024-11-05,open,0.00,500.00",
        "C2,P1,HH-1,own_damage,2024-11-01,2025-01-05,closed,0.00,",  # cost nothing in the end
    )
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text(head + "\n".join(rows) + "\n")
    tripmeter("registry", "import", tmp_path / "claims")
    prior = "\n[claims]\nfleet = 0.25\nvehicle = 0.40\nmean = { own_damage = 2500 }\n"
    (tmp_path / "prior.toml").write_text(standard_text().replace("standard-2026.1", "prior", 1) + prior)
    found = json.loads(tripmeter("renew", "--json", "--set", f"tariff.path={tmp_path / 'prior.toml'}"))
    (seq,) = [row["seq"] for row in found if row["cover"] == "own_damage"]
    why = tripmeter("ledger", "explain", f"P1:{seq}")
    assert "1 claims of the vehicle where 0." in why and "claims experience: coefficient not known to 1." in why
    assert tripmeter("ledger", "verify", "--replay")


def test_a_policy_that_is_none_or_was_cancelled_is_told(tripmeter, typed, data):
    tripmeter("registry", "set", "policies", "P2", "cancelled=2025-06-01")
    for name, why in (("P9", "the registry has no policy 'P9'"), ("P2", "policy P2 was cancelled")):
        result = typed("renew", "--policy", name, "--data", data)
        assert (result.exit_code, why in result.stderr) == (1, True)


def test_a_term_that_no_tariff_is_for_is_told_until_it_is_over(typed, data, filed, tmp_path, monkeypatch):
    said = standard_text().replace("valid_from = 2026-01-01", "valid_from = 2024-01-01")
    filed(tmp_path / "old.toml", "valid_to = 2025-07-01\n" + said.replace("standard-2026.1", "old", 1))
    by = ("--set", f"tariff.path={tmp_path / 'old.toml'}", *filed.by)
    refused = typed("renew", "--data", data, *by)
    assert refused.exit_code == 1 and "policy P1: tariff.path: no tariff is in force on 2025-07-01" in refused.stderr
    monkeypatch.setattr("streams.cli.source.now", lambda _: 1_751_500_000.0)  # 3 July
    assert typed("renew", "--data", data, *by).exit_code == 0


YEAR = "then by the claims of each year (1)"


@pytest.mark.parametrize(
    ("said", "fault", "after"),
    [
        ("", "", f"1.0, {YEAR} 1.25"),
        ("0.9", "yes", f"0.9, {YEAR} 1.12"),
        ("", "no", "1.0, then by the claims of each year (0) 0.95"),
    ],
)
def test_a_scale_moves_the_coefficient_and_what_was_accepted_is_charged(
    tripmeter, tmp_path, monkeypatch, said, fault, after
):
    """0.90 x 1.25 = 1.125, cut to 1.12; of a claim that was not the driver's fault it knows nothing."""
    head = "claim_id,policy_id,vehicle_id,cover,loss_at,valued_at,status,paid,reserve,at_fault\n"
    claim = f"C1,P1,HH-1,own_damage,2024-09-01,2024-09-05,open,10.00,900.00,{fault}\n"
    insured = FILES["policy_vehicles"].replace("annual_km\n", "annual_km,experience\n").replace("60000\n", "60000,\n")
    files = {"claims": head + claim, "policy_vehicles": insured.replace("60000,\n", f"60000,{said}\n", 1)}
    (tmp_path / "more").mkdir()
    for name, text in files.items():
        (tmp_path / "more" / f"{name}.csv").write_text(text)
    tripmeter("registry", "import", tmp_path / "more")
    scale = '\n[[bonus_malus]]\nscale = "french"\ncovers = ["own_damage"]\n'
    (tmp_path / "french.toml").write_text(standard_text().replace("standard-2026.1", "french", 1) + scale)
    by = ("--set", f"tariff.path={tmp_path / 'french.toml'}")
    offers = {row["cover"]: row for row in json.loads(tripmeter("renew", "--policy", "P1", "--json", *by))}
    assert f"bonus-malus french: {after}" in tripmeter("ledger", "explain", f"P1:{offers['own_damage']['seq']}")
    accept(tripmeter, "P1", "--as", "P3", *by)
    monkeypatch.setattr("streams.cli.source.now", lambda _: 1_751_500_000.0)  # 3 July
    posted = json.loads(tripmeter("ledger", "post", "--policy", "P3", "--json", *by))
    charged = {row["cover"]: row["amount"] for row in posted if row["kind"] == "charged"}
    assert charged == {cover: row["amount"] for cover, row in offers.items()}
    assert tripmeter("ledger", "verify", "--replay")


def test_experience_that_was_offered_and_accepted_is_charged(tripmeter, tmp_path, monkeypatch):
    head = "claim_id,policy_id,vehicle_id,cover,loss_at,valued_at,status,paid,reserve\n"
    (tmp_path / "claims").mkdir()
    claim = "C1,P1,HH-1,own_damage,2024-09-01,2024-09-05,open,0.00,900.00\n"
    (tmp_path / "claims" / "claims.csv").write_text(head + claim)
    tripmeter("registry", "import", tmp_path / "claims")
    prior = "\n[claims]\nfleet = 0.25\nvehicle = 0.40\nmean = { own_damage = 2500 }\n"
    (tmp_path / "prior.toml").write_text(standard_text().replace("standard-2026.1", "prior", 1) + prior)
    by = ("--set", f"tariff.path={tmp_path / 'prior.toml'}")
    offers = {row["cover"]: row["amount"] for row in json.loads(tripmeter("renew", "--policy", "P1", "--json", *by))}
    accept(tripmeter, "P1", "--as", "P3", *by)
    monkeypatch.setattr("streams.cli.source.now", lambda _: 1_751_500_000.0)  # 3 July
    posted = json.loads(tripmeter("ledger", "post", "--policy", "P3", "--json", *by))
    assert {row["cover"]: row["amount"] for row in posted if row["kind"] == "charged"} == offers

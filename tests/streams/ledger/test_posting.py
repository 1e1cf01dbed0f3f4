"""Posting from a store: a fleet's simulated days, and what its manager cannot do about its price."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import update

from pricing.balance.hysteresis import Hysteresis
from pricing.billing.per_km import PerKm, Reading
from pricing.counts import KINDS
from pricing.ledger.charged import Account, billed
from pricing.ledger.entry import instead
from pricing.tariffs import standard, standard_text
from streams import registry, tables
from streams.cli import source
from streams.desk.actions import act, shelve
from streams.ledger import accepted, posting
from streams.ledger.book import gathered
from streams.ledger.chains import LedgerError
from streams.ledger.verifying import verify
from streams.registry import stored
from streams.river.in_force import remembered
from streams.store import accounts, audit, schema

DAY_S = 86_400.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_MOVE = Hysteresis(band=Decimal(0), step=Decimal(10))
VEHICLES = ("V0", "V1", "V2")
FILES = {
    "policyholders": "policyholder_id,name\nph,Holder\n",
    "fleets": "fleet_id,name,time_zone\nf,Fleet,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use\n" + "".join(f"{name},f,M1,own\n" for name in VEHICLES),
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP,ph,2024-10-01,2025-10-01,fixed,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    + "".join(
        f"P,{name},{cover},2024-10-01,2025-10-01,20000\n" for name in VEHICLES for cover in ("own_damage", "cargo")
    ),
}


@pytest.fixture
def fleet(rivers, tmp_path):
    """A fleet that is insured and has driven for some days, under the rules that the tariff pins."""
    river = rivers.River(tmp_path / "data", rivers.judged())
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, said in FILES.items():
        (folder / f"{name}.csv").write_text(said)
    with river.store.writing() as connection:
        stored.write(connection, registry.load(folder), 0.0)
    remembered(river.store, river.rules.in_force.sets[-1], rivers.START)
    drive(rivers, river, 3, rivers.START)
    return river


def drive(rivers, river, seed, start):
    river.embedded.take(rivers.payloads(rivers.days(seed, len(VEHICLES), start)))
    river.drain()


def post(river, days=3.0):
    """Post so many days after the newest sample; the new entries of the policy."""
    tariff = standard()
    with river.store.reading() as connection:
        book = gathered(connection, tariff, tables.moment(river.embedded.newest + days * DAY_S))
        new, _ = posting.posted(connection, book, tariff, EVERY_MOVE, NOW)
    with river.store.writing() as connection:
        posting.write(connection, tariff, standard_text(), new)
    return new["P"]


def verified(river, again=True):
    with river.store.reading() as connection:
        return verify(connection, None, again)


def test_a_fleets_days_are_posted_and_made_again_to_the_bit_from_what_is_stored(fleet):
    new = post(fleet)
    assert [entry["kind"] for entry in new] == ["indicated"] * 6 + ["charged"] * 6
    assert any(part["sums"].get("km_measured") for entry in new[:6] for part in entry["made"]["own"])
    assert not any(name in entry.text for entry in new for name in ("D1", "D2"))  # no driver is named
    found = verified(fleet)
    assert (found.problems, found.policies, found.entries, found.replayed) == ([], 1, 12, 12)
    assert post(fleet) == []


def test_only_an_indication_that_moves_is_made_again_step_by_step(fleet, monkeypatch):
    post(fleet)
    monkeypatch.setattr(posting, "rated", lambda *_, **__: pytest.fail("it has not moved"))
    assert post(fleet) == []


def test_a_store_rated_at_once_is_what_it_is_one_by_one(fleet):
    one_by_one = source.of_store(fleet.store, standard())["premiums"]
    at_once = source.amounts_of(fleet.store, standard(), "car")
    assert at_once.height == 6
    assert at_once.equals(one_by_one.select(at_once.columns))


def test_days_that_are_not_over_are_not_posted(fleet):
    """At the newest sample its own day is open; whatever was driven on it does not show."""
    before = post(fleet, days=0.0)
    after = post(fleet, days=2.0)
    assert all(entry["kind"] == "indicated" for entry in after)
    first = {entry["vehicle_id"]: entry["made"]["own"] for entry in before if entry["kind"] == "indicated"}
    assert after and all(first[entry["vehicle_id"]] != entry["made"]["own"] for entry in after)


def test_nothing_a_manager_does_about_alerts_moves_an_indication(fleet):
    post(fleet)
    alerts = fleet.rows(schema.alerts)
    assert alerts
    now = fleet.embedded.newest
    for alert in alerts:
        for action, value in (("acknowledge", ""), ("assign", "Bob"), ("dismiss", "not_the_driver")):
            act(fleet.store, alert["alert_id"], action, "Ann", "because", now, value)
    shelve(fleet.store, "f", "Ann", "quiet, please", now, until=now + DAY_S)
    assert post(fleet) == []


def test_thresholds_of_its_own_move_no_indication_until_the_insurer_accepts_them(rivers, fleet, tmp_path):
    post(fleet)
    start = (fleet.embedded.newest // DAY_S + 1.0) * DAY_S  # no week is silent
    deaf = rivers.judged("detectors.harsh_braking.level2_g=0.9", "detectors.harsh_braking.level1_g=0.9")
    remembered(fleet.store, deaf.in_force.sets[-1], start)
    fleet.store.close()
    other = rivers.River(tmp_path / "data", deaf)
    drive(rivers, other, 4, start)
    assert post(other) == []
    with other.store.writing() as connection:
        accepted.accept(connection, deaf.in_force.sets[-1].version, "the insurer", "tried", 0.0)
    new = post(other)
    assert {entry["kind"] for entry in new} == {"indicated"}
    assert verified(other).problems == []


def test_only_a_rule_set_on_record_can_be_accepted(fleet):
    with fleet.store.writing() as connection, pytest.raises(LedgerError, match="no rule set on record is 'x'"):
        accepted.accept(connection, "x", "me", "why", 0.0)


def test_who_posts_second_writes_nothing(fleet):
    tariff = standard()
    with fleet.store.reading() as connection:
        book = gathered(connection, tariff, tables.moment(fleet.embedded.newest + DAY_S))
        new, _ = posting.posted(connection, book, tariff, EVERY_MOVE, NOW)
    with fleet.store.writing() as connection:
        posting.write(connection, tariff, standard_text(), new)
    with pytest.raises(LedgerError, match="policy P: somebody else has posted"), fleet.store.writing() as connection:
        posting.write(connection, tariff, standard_text(), new)
    assert verified(fleet).entries == 12


def test_a_row_put_elsewhere_and_a_tariff_changed_are_found(fleet):
    post(fleet)
    entries, tariffs = accounts.entries, accounts.tariffs
    with fleet.store.writing() as connection:
        connection.execute(update(entries).where(entries.c.seq == 12).values(seq=40))
        connection.execute(update(tariffs).values(text=tariffs.c.text + "\n[factors.use]\n"))
    first, *_ = problems = verified(fleet).problems
    assert first.startswith("tariff ") and first.endswith("is not as it was kept")
    assert "policy P, entry 40: its row is not that of its text" in problems


def test_a_dismissal_reaches_the_price_when_the_insurer_concedes_it(fleet):
    before = post(fleet)
    counted = [alert for alert in fleet.rows(schema.alerts) if alert["kind"] in KINDS]
    now = fleet.embedded.newest
    with fleet.store.writing() as connection, pytest.raises(LedgerError, match="nobody has dismissed alert"):
        accepted.concede(connection, counted[0]["alert_id"], "insurer", "", 0.0)
    for alert in counted:
        act(fleet.store, alert["alert_id"], "dismiss", "Ann", "because", now, "false_alarm")
    assert post(fleet) == []
    with fleet.store.writing() as connection, pytest.raises(LedgerError, match="nobody has dismissed alert"):
        accepted.concede(connection, counted[0]["alert_id"], "insurer", "", 0.0, dismissal=0)
    act(fleet.store, counted[0]["alert_id"], "acknowledge", "Ann", "after all", now)
    with fleet.store.writing() as connection, pytest.raises(LedgerError, match="has opened alert"):
        accepted.concede(connection, counted[0]["alert_id"], "insurer", "", 0.0)
    act(fleet.store, counted[0]["alert_id"], "dismiss", "Ann", "because", now, "false_alarm")
    with fleet.store.writing() as connection:
        for alert in [*counted, counted[0]]:
            assert accepted.concede(connection, alert["alert_id"], "insurer", "true", 0.0) == alert["alert_id"]
        assert len(audit.read(connection, action="ledger.concede")) == len(accepted.conceded(connection)) > 0
    new = post(fleet)
    cheaper = {(entry["vehicle_id"], entry["cover"]): entry.amount for entry in before if entry["kind"] == "indicated"}
    assert new and all(entry.amount < cheaper[entry["vehicle_id"], entry["cover"]] for entry in new)
    for alert in counted:  # opened again, as the console puts it on record
        act(fleet.store, alert["alert_id"], "acknowledge", "Ann", "after all", now)
    assert post(fleet) == []
    assert verified(fleet).problems == []


@pytest.mark.parametrize(
    ("made", "what"),
    [
        ({"by": "hand"}, "was made by 'hand', which nobody can repeat"),
        ({"by": "rating"}, "what it was made from cannot be read"),
    ],
)
def test_who_forges_an_entry_with_hashes_that_fit_is_found_by_making_it_again(fleet, made, what):
    last = post(fleet)[-1]
    forged = instead(last, replace(last.draft, made=made))
    table = accounts.entries
    with fleet.store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 12).values(text=forged.text, hash=forged.hash))
    assert verified(fleet, again=False).problems == []
    (problem,) = verified(fleet).problems
    assert problem.startswith("policy P, entry 12: ") and what in problem


def test_a_bill_at_rates_that_its_indication_does_not_give_is_found_by_making_it_again(fleet):
    last = post(fleet)[-1]
    account = Account(*(last[name] for name in ("policy_id", "vehicle_id", "cover", "currency")))
    cheap, days = PerKm(Decimal("0.01"), Decimal("0.000001")), (last.draft.valid_from, last.draft.valid_to)
    bill = billed(account, cheap, Reading(31, Decimal(0)), Decimal(0), *days, indication=last["made"]["indication"])
    forged, table = instead(last, bill), accounts.entries
    with fleet.store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 12).values(text=forged.text, hash=forged.hash))
    assert verified(fleet, again=False).problems == []
    assert verified(fleet).problems == ["policy P, entry 12: its rates are not those of the indication it names"]

"""Offers of the next term: reasons that sum to the change, made again to the bit, told without hiding anything."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.balance.hysteresis import Hysteresis
from pricing.exposure import Exposure
from pricing.ledger.entry import follow, instead
from pricing.ledger.offered import ACCEPTED, LAPSED, answered, offered
from pricing.ledger.rated import Shown, rated
from pricing.ledger.replay import ReplayError, replay
from pricing.ledger.statement import ILLUSTRATIVE, Statement, html, text
from pricing.ledger.words import explain
from pricing.rating import rate
from pricing.score import score
from pricing.tariffs import parse, standard_text

D = Decimal
AT = datetime(2026, 11, 20, tzinfo=UTC)
DEARER = parse(standard_text().replace("fixed_per_day = 0.03", "fixed_per_day = 0.05").replace("26.1", "27.1", 1), "d")


@pytest.fixture(scope="module")
def year(risk):
    return risk(
        valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1), use="own", mass_t=18.0, vehicle_age=3.0, annual_km=60e3
    )


@pytest.fixture(scope="module")
def expiring(year, driven, tariff):
    own = {"truck": driven(10)}
    draft = rated(year, Exposure({"km_measured": 60e3}), tariff, own)
    held = Shown(draft.amount + 1, Hysteresis(band=D("0.02"), step=D("0.10")))
    return follow(None, rated(year, Exposure({"km_measured": 60e3}), tariff, own, shown=held), AT)


@pytest.fixture(scope="module")
def renewed(year, expiring):
    term = {"valid_from": date(2027, 1, 1), "valid_to": date(2028, 1, 1), "inception": date(2027, 1, 1)}
    return replace(year, **term, use="hire", vehicle_age=4.0, annual_km=45e3, experience=1.2, previous=expiring.amount)


@pytest.fixture(scope="module")
def tariffs(tariff):
    return {one.digest: one for one in (tariff, DEARER)}


@pytest.fixture(scope="module")
def offer(expiring, renewed, driven, tariffs):
    draft = offered(expiring, renewed, Exposure({"km_measured": 45e3}), {"truck": driven(90)}, DEARER, tariffs)
    return follow(expiring, draft, AT)


def test_reasons_sum_to_the_change_the_largest_first(offer, expiring):
    found = [(reason["name"], D(reason["amount"])) for reason in offer["made"]["reasons"]]
    assert sum(amount for _, amount in found) == offer.amount - expiring.amount
    assert [abs(amount) for _, amount in found] == sorted((abs(amount) for _, amount in found), reverse=True)
    assert {name for name, _ in found} >= {"held", "tariff", "vehicle", "km", "driving", "experience"}
    signs = {name: amount > 0 for name, amount in found}
    assert signs == signs | {"tariff": True, "vehicle": True, "km": False, "driving": True, "experience": True}
    assert dict(found)["held"] == D("-1.00")


def test_it_is_the_premium_of_the_next_term_and_is_made_again_to_the_bit(offer, renewed, driven, tariffs):
    own = score({"truck": driven(90)}, DEARER, "vehicle")
    assert offer.amount == rate(renewed, Exposure({"km_measured": 45e3}), DEARER, own).amount
    assert replay(offer, tariffs) == offer
    lower = instead(offer, replace(offer.draft, amount=offer.amount - 1))
    assert replay(lower, tariffs) != lower
    with pytest.raises(ReplayError, match="which is not at hand"):
        replay(offer, {DEARER.digest: DEARER})


def test_nothing_changed_is_no_reason(expiring, year, driven, tariffs, tariff):
    term = {"valid_from": date(2027, 1, 1), "valid_to": date(2028, 1, 1)}
    draft = offered(
        expiring, replace(year, **term), Exposure({"km_measured": 60e3}), {"truck": driven(10)}, tariff, tariffs
    )
    assert [reason["name"] for reason in draft.made["reasons"]] == ["held"]


def test_a_cap_that_binds_is_a_reason(expiring, renewed, driven, tariffs):
    wild = replace(renewed, use="hazmat", experience=2.0)
    draft = offered(expiring, wild, Exposure({"km_measured": 90e3}), {"truck": driven(500)}, DEARER, tariffs)
    assert draft.amount == (expiring.amount * D("1.25")).quantize(D("0.01"))
    cap = next(reason for reason in draft.made["reasons"] if reason["name"] == "cap")
    assert D(cap["amount"]) < 0 and cap["detail"] == f"against {expiring.amount} before"


def test_an_answer_is_an_entry_and_is_made_again(offer, tariffs):
    accepted = follow(offer, answered("P", ACCEPTED, [offer]), AT)
    assert (accepted.amount, accepted["reason"], replay(accepted, tariffs)) == (offer.amount, "accepted", accepted)
    assert follow(offer, answered("P", LAPSED, [offer]), AT).amount == 0
    assert f"accepted: {offer.amount} of offer {offer.hash[:12]}" in explain(accepted)


def test_it_says_why_in_words(offer):
    said = explain(offer)
    assert "the vehicle and its cover: use own to hire, vehicle_age 3 to 4" in said
    assert "km: 60,000 km to 45,000 km in the term" in said
    assert said.endswith("(illustrative)")


def test_a_statement_never_hides_that_it_is_illustrative_and_takes_names_as_text(offer):
    evil = replace(offer.draft, vehicle_id="<script>alert(1)</script>")
    said = Statement("P<b>", "Holder & Sons", "", [offer.draft, evil])
    page = html(said)
    assert ILLUSTRATIVE in text(said) and ILLUSTRATIVE in page.replace("&#x27;", "'")
    assert "(illustrative)</title>" in page
    assert "<script" not in page and "<b>" not in page and "Holder &amp; Sons" in page
    assert "the vehicle and its cover" in page and "open until 2027-01-01" in page


@given(
    st.sampled_from(["own", "hire", "hazmat", None]),
    st.floats(2.0, 40.0),
    st.floats(1e3, 2e5),
    st.floats(0.2, 3.0),
    st.integers(0, 400),
)
@settings(max_examples=15)
def test_whatever_changes_the_reasons_sum_to_it(expiring, renewed, driven, tariffs, use, mass, km, claims, brakes):
    one = replace(renewed, use=use, mass_t=mass, annual_km=km, experience=claims)
    draft = offered(expiring, one, Exposure({"km_measured": km}), {"truck": driven(brakes)}, DEARER, tariffs)
    assert sum(D(reason["amount"]) for reason in draft.made["reasons"]) == draft.amount - expiring.amount

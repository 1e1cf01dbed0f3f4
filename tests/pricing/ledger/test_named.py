"""Named: an entry that does not hold what the entries it names say is found, however well its hashes fit."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pricing.billing.cancellation import PRO_RATA
from pricing.billing.per_km import PerKm, Reading
from pricing.billing.term import Term
from pricing.canonical import digest, text
from pricing.exposure import Exposure
from pricing.ledger.chain import verify
from pricing.ledger.charged import Account, billed, cancelled, part
from pricing.ledger.entry import Entry, follow, reversal
from pricing.ledger.offered import ACCEPTED, answered, offered
from pricing.ledger.per_km import as_indicated, rates
from pricing.ledger.rated import rated

D = Decimal
NOW = datetime(2026, 12, 1, tzinfo=UTC)
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def chained(*drafts):
    chain = []
    for draft in drafts:
        chain.append(follow(chain[-1] if chain else None, draft, NOW))
    return chain


@pytest.fixture(scope="module")
def indicated(risk, driven, tariff):
    """The first entry of a chain: a truck's premium of a year."""
    draft = rated(risk(valid_from=YEAR.start, valid_to=YEAR.end), driven(), tariff)
    return follow(None, draft, NOW)


@pytest.fixture(scope="module")
def account(indicated):
    return Account(*(indicated[name] for name in ("policy_id", "vehicle_id", "cover", "currency")))


def charge(account, indication, premium, reason="inception", start=YEAR.start):
    return part(account, premium, start, YEAR.end, YEAR, reason, indication.hash)


def whats(chain):
    return [fault.what for fault in verify(chain)]


def test_a_charge_is_of_the_premium_that_it_names(indicated, account):
    amount = indicated.amount
    good = [charge(account, indicated, amount), charge(account, indicated, -amount, "removed", JULY)]
    assert whats(chained(indicated.draft, *good)) == []
    cheap = chained(indicated.draft, charge(account, indicated, D("1.00")))
    assert whats(cheap) == [f"it is of a premium of 1.00, where the indication it names has {amount}"]
    turned = chained(indicated.draft, good[0], charge(account, indicated, amount, "removed", JULY))
    assert len(whats(turned)) == 1


def test_a_charge_of_a_vehicle_names_an_indication_of_it(indicated, account):
    nameless = part(account, D("1.00"), YEAR.start, YEAR.end, YEAR, "inception")
    other = charge(replace(account, cover="cargo"), indicated, indicated.amount)
    for draft in (nameless, other):
        assert whats(chained(indicated.draft, draft)) == ["it names no indication of its vehicle and cover before it"]


def test_what_is_given_back_was_paid(indicated, account):
    paid = charge(account, indicated, indicated.amount)
    back = cancelled(account, indicated.amount, JULY, YEAR, PRO_RATA, indicated.hash)
    assert whats(chained(indicated.draft, paid, back)) == []
    more = cancelled(account, D("99999.00"), JULY, YEAR, PRO_RATA, indicated.hash)
    assert whats(chained(indicated.draft, paid, more)) == ["it gives back of 99999.00, which is not what was paid"]


def test_bills_keep_their_rates_and_what_was_billed(account):
    held, cheap = PerKm(D("1.25"), D("0.013333")), PerKm(D("0.01"), D("0.013333"))
    first = billed(account, held, Reading(181, D(6200)), D("0.00"), YEAR.start, JULY, YEAR.start)
    reading, days = Reading(212, D(7000)), (JULY, AUGUST, YEAR.start)
    assert whats(chained(first, billed(account, held, reading, first.amount, *days))) == []
    lower = chained(first, billed(account, cheap, reading, first.amount, *days))
    assert whats(lower) == ["its rates are not those of the first bill"]
    twice = chained(first, billed(account, held, reading, D("999.00"), *days))
    assert whats(twice) == [f"it says that 999.00 was billed before, where it was {first.amount}"]
    chain = chained(first)
    back = reversal(chain[0], "km put right")
    assert whats(chained(first, back, billed(account, cheap, reading, D("0.00"), *days))) == []


def test_a_bill_has_the_rates_of_the_indication_that_it_names(indicated, account, tariff):
    tariffs = {tariff.digest: tariff}
    own, days = rates(indicated, tariff), (D("0.00"), YEAR.start, JULY, YEAR.start)
    cheap = replace(own, per_km=D("0.000001"))
    for held, good in ((own, True), (cheap, False)):
        chain = chained(indicated.draft, billed(account, held, Reading(181, D(6200)), *days, indicated.hash))
        assert (whats(chain), as_indicated(chain[1], chain, tariffs)) == ([], good)
    nameless = chained(indicated.draft, billed(account, cheap, Reading(181, D(6200)), *days))
    assert as_indicated(nameless[1], nameless, tariffs)  # as older versions wrote them
    other = billed(replace(account, cover="cargo"), own, Reading(181, D(6200)), *days, indicated.hash)
    assert whats(chained(indicated.draft, other)) == ["it names no indication of its vehicle and cover before it"]


def test_offers_and_answers_hold_what_they_name(indicated, risk, driven, tariff):
    following = risk(valid_from=YEAR.end, valid_to=date(2028, 1, 1), previous=indicated.amount)
    tariffs = {tariff.digest: tariff}
    draft = offered(indicated, following, Exposure(), {"truck": driven()}, tariff, tariffs)
    offer = follow(indicated, draft, NOW)
    accepted = answered(indicated["policy_id"], ACCEPTED, [offer])
    assert whats([indicated, offer, follow(offer, accepted, NOW)]) == []
    made = accepted.made | {"offers": [{"entry": offer.hash, "amount": "1.00"}]}
    cheap = follow(offer, replace(accepted, made=made, amount=D("1.00")), NOW)
    assert whats([indicated, offer, cheap]) == [f"it answers an offer of 1.00, which is one of {offer.amount}"]
    made = draft.made | {"expiring": draft.made["expiring"] | {"amount": "1.00"}}
    assert len(whats([indicated, follow(indicated, replace(draft, made=made), NOW)])) == 1


def test_what_cannot_be_read_is_told(indicated, account):
    chain = chained(indicated.draft, charge(account, indicated, indicated.amount))
    said = json.loads(chain[1].text)
    said["made"].pop("premium")
    forged = Entry(text(said), digest(text(said)))
    assert whats([chain[0], forged]) == ["what it was made from cannot be read"]

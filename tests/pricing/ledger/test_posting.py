"""Posting: indications move with what is driven, charges only on the occasions a policy's basis knows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from pricing.balance.hysteresis import Hysteresis
from pricing.billing.cancellation import short_rate
from pricing.billing.endorsement import rerated
from pricing.billing.term import Term
from pricing.explain import explain_premium
from pricing.ledger.chain import verify
from pricing.ledger.entry import follow, instead
from pricing.ledger.known import balance, premium
from pricing.ledger.pen import Pen
from pricing.ledger.per_km import rates
from pricing.ledger.posting import Contract, post
from pricing.ledger.rated import row
from pricing.ledger.replay import replay
from pricing.ledger.taxed import taxed
from pricing.ledger.words import explain
from pricing.tariffs import parse, standard_text

D = Decimal
NONE = Decimal(0)
YEAR = Term(date(2026, 1, 1), date(2027, 1, 1))
CONTRACT = Contract("P", "EUR", "fixed", YEAR)
PER_KM = replace(CONTRACT, basis="per_km")
MOVES = Hysteresis(band=D("0.02"), step=D("0.10"))
LATER = datetime(2027, 6, 1, tzinfo=UTC)
APRIL = date(2026, 4, 11)  # 100 days are over
RETIRED = ("indicated", "V", "other days")
SUBSTITUTED = [
    ("indicated", "V", ""),
    ("indicated", "W", ""),
    RETIRED,
    ("charged", "V", "removed"),
    ("charged", "W", "added"),
]


def said(chain, first=0):
    return [(entry["kind"], entry["vehicle_id"], entry["reason"]) for entry in chain[first:]]


def charged(chain):
    return balance(chain, LATER, ["charged", "adjustment"])


def test_at_its_start_a_policy_is_indicated_and_charged_and_no_second_time(insured, posted):
    first = (YEAR.start, CONTRACT, [insured()])
    chain = posted(first, first, (date(2026, 2, 1), CONTRACT, [insured()]))
    assert said(chain) == [("indicated", "V", ""), ("charged", "V", "inception")]
    assert chain[1].amount == chain[0].amount
    assert chain[1]["made"]["indication"] == chain[0].hash


def test_before_its_start_nothing_is_posted(insured, posted):
    assert posted((date(2025, 12, 31), CONTRACT, [insured()])) == []


def test_driving_moves_the_indication_and_not_the_charge(insured, posted):
    steps = [(YEAR.start + timedelta(days=n), CONTRACT, [insured(brakes=160 + 900 * n)]) for n in range(12)]
    chain = posted(*steps)
    indicated = [entry.amount for entry in chain if entry["kind"] == "indicated"]
    assert len(indicated) > 2
    assert charged(chain) == indicated[0]
    assert [entry["reason"] for entry in chain if entry["kind"] == "charged"] == ["inception"]


def test_an_indication_moves_only_beyond_the_band_and_by_steps_and_explains_itself(insured, posted):
    calm, rough = insured(), insured(brakes=20_000)
    near = insured(brakes=161)
    chain = posted((YEAR.start, CONTRACT, [calm]), (date(2026, 2, 1), CONTRACT, [near]))
    assert len(chain) == 2
    chain = posted((date(2026, 3, 1), CONTRACT, [rough]), chain=chain)
    assert chain[2].amount == (chain[0].amount * D("1.10")).quantize(D("0.01"))
    (step,) = [line for line in explain_premium(row(chain[2])) if "hysteresis" in line.label]
    assert f"{chain[0].amount} shown before" in step.detail


def test_what_was_indicated_on_a_day_as_it_was_known(insured, posted):
    chain = posted((YEAR.start, CONTRACT, [insured()]), (date(2026, 3, 1), CONTRACT, [insured(brakes=20_000)]))
    for month, place in ((2, 0), (4, 2)):
        at = datetime(2026, month, 1, tzinfo=UTC)
        assert premium(chain, "V", date(2026, 12, 1), at, "indicated") == {"tpl_property": chain[place]}


def test_vehicles_added_removed_and_substituted_are_charged_by_the_day(insured, posted):
    """The goldens of an endorsement, at whatever the premium of a year is: 265 of 365 days are left."""
    both = [insured(end=APRIL), insured("W", start=APRIL, mass_t=26.0)]
    chain = posted((YEAR.start, CONTRACT, [insured()]), (APRIL, CONTRACT, both))
    assert said(chain, 2) == SUBSTITUTED
    year, other = chain[0].amount, chain[3].amount
    assert [entry.amount for entry in chain[5:]] == [
        -YEAR.share(year, APRIL, YEAR.end),
        YEAR.share(other, APRIL, YEAR.end),
    ]
    assert chain[5].amount == -(year - (year * 100 / 365).quantize(D("0.01")))
    assert charged(chain) == YEAR.share(year, YEAR.start, APRIL) + YEAR.share(other, APRIL, YEAR.end)


def test_what_lies_ahead_is_not_charged_yet(insured, posted):
    both = [insured(end=APRIL), insured("W", start=APRIL)]
    chain = posted((YEAR.start, CONTRACT, [insured()]), (date(2026, 4, 10), CONTRACT, both))
    assert "W" not in {entry["vehicle_id"] for entry in chain}
    assert charged(chain) == chain[0].amount


def test_a_vehicle_nobody_insured_after_all_is_given_back_whole(insured, posted):
    chain = posted((YEAR.start, CONTRACT, [insured()]), (APRIL, CONTRACT, []))
    assert (said(chain, 2), charged(chain)) == ([RETIRED, ("charged", "V", "removed")], D(0))


def test_another_use_is_rated_anew_from_its_day(insured, posted):
    both = [insured(end=APRIL), insured(start=APRIL, use="hire")]
    chain = posted((YEAR.start, CONTRACT, [insured()]), (APRIL, CONTRACT, both), (APRIL, CONTRACT, both))
    assert [entry["reason"] for entry in chain if entry["kind"] == "charged"] == [
        "inception",
        "rerated back",
        "rerated",
    ]
    was, now = chain[0].amount, next(entry for entry in chain if entry["made"].get("risk", {}).get("use")).amount
    assert charged(chain) - was == rerated("V", was, now, APRIL, YEAR).amount


@pytest.mark.parametrize("name", ["ninety", "illustrative"])
def test_ended_early_by_the_policyholder_what_is_kept_goes_by_the_table(insured, posted, name):
    rule = short_rate(name)
    ended = replace(CONTRACT, cancelled=APRIL, rule=rule)
    chain = posted((YEAR.start, CONTRACT, [insured()]), (APRIL, ended, [insured()]), (APRIL, ended, [insured()]))
    year = chain[0].amount
    assert said(chain, 2) == [("charged", "V", "cancelled")]
    assert charged(chain) == year - rule.refund(year, APRIL, YEAR) > YEAR.share(year, YEAR.start, APRIL)


def test_ended_by_the_insurer_it_is_by_the_day(insured, posted):
    ended = replace(CONTRACT, cancelled=APRIL)
    chain = posted((YEAR.start, CONTRACT, [insured()]), (APRIL, ended, [insured()]))
    assert charged(chain) == YEAR.share(chain[0].amount, YEAR.start, APRIL)


def test_once_it_is_over_an_indication_rests(insured, posted):
    ended = replace(CONTRACT, cancelled=APRIL)
    first = [(YEAR.start, CONTRACT, [insured()]), (APRIL, ended, [insured()])]
    chain = posted(*first, (date(2026, 6, 1), ended, [insured(brakes=20_000)]))
    assert [entry["kind"] for entry in chain].count("indicated") == 1


@pytest.mark.parametrize(("share", "due"), [("0.7", "-20000.00"), ("1.2", "20000.00")])
def test_a_deposit_is_adjusted_at_the_end(insured, posted, share, due):
    """100,000 for two million km, 80 % of it kept in any case."""
    terms = {"basis": "declaration", "deposit": D("100000.00"), "estimate": D(2_000_000), "minimum": D("0.80")}
    contract = replace(CONTRACT, **terms)
    known = replace(contract, actual=D(2_000_000) * D(share))
    chain = posted((YEAR.start, contract, [insured()]), (date(2026, 12, 31), known, [insured()]))
    assert [entry["reason"] for entry in chain] == ["", "deposit"]
    chain = posted((YEAR.end, known, [insured()]), (date(2027, 1, 2), known, [insured()]), chain=chain)
    assert [str(entry.amount) for entry in chain[1:]] == ["100000.00", due]
    right = replace(known, actual=D(2_000_000))
    chain = posted((date(2027, 1, 9), right, [insured()]), chain=chain)
    assert [entry["reason"] for entry in chain[3:]] == ["other km", "adjusted"]
    assert charged(chain) == D("100000.00")


def test_without_a_deposit_of_its_own_what_was_indicated_is_adjusted(insured, posted):
    contract = replace(CONTRACT, basis="declaration", estimate=D(60_000), minimum=D("0.5"), actual=D(45_000))
    chain = posted((YEAR.start, contract, [insured()]), (YEAR.end, contract, [insured()]))
    assert said(chain, 1) == [("charged", "V", "inception"), ("adjustment", "", "adjusted")]
    assert charged(chain) == (chain[0].amount * D("0.75")).quantize(D("0.01"))


def test_bills_by_the_km_come_at_months_ends_and_sum_to_what_was_driven(insured, posted, tariff):
    days = [YEAR.start, date(2026, 1, 31), date(2026, 2, 1), date(2026, 4, 2), date(2027, 3, 1)]
    chain = posted(*[(day, PER_KM, [insured(daily=D("164.4"))]) for day in days])
    bills = [entry for entry in chain if entry["reason"] == "billed"]
    assert [bill["valid_to"][:7] for bill in bills] == [f"2026-{m:02}" for m in range(2, 13)] + ["2027-01"]
    agreed = rates(chain[0], tariff)
    assert charged(chain) == (365 * agreed.per_day + 365 * D("164.4") * agreed.per_km).quantize(D("0.01"))
    assert abs(charged(chain) - chain[0].amount) < D("0.5")  # 60,006 km, where 60,000 were expected


def test_late_km_are_in_the_next_bill_and_days_not_insured_are_given_back(insured, posted, tariff):
    march = date(2026, 3, 1)
    chain = posted((date(2026, 2, 1), PER_KM, [insured(daily=D(100))]), (march, PER_KM, [insured(daily=D(110))]))
    agreed = rates(chain[0], tariff)
    assert charged(chain) == (59 * agreed.per_day + 59 * D(110) * agreed.per_km).quantize(D("0.01"))
    ended = replace(PER_KM, cancelled=date(2026, 2, 15))
    again = (march, ended, [insured(daily=D(110))])
    chain = posted(again, again, chain=chain)
    assert charged(chain) == (45 * agreed.per_day + 45 * D(110) * agreed.per_km).quantize(D("0.01"))
    assert [entry["reason"] for entry in chain if entry["kind"] == "charged"][2:] == ["other days or km", "billed"]


def test_km_have_their_rate_though_none_were_known_at_the_first_bill(insured, posted):
    """A box that is not plugged in until the first bill does not make the rest of the year free."""
    days = [date(2026, 2, 1), date(2026, 3, 1)]
    known = posted(*[(day, PER_KM, [insured(daily=D(100))]) for day in days])
    silent, heard = insured(expected=0.0), insured(expected=0.0, daily=D(100))
    chain = posted((days[0], PER_KM, [silent]), (days[1], PER_KM, [heard]))
    assert chain[0].amount < known[0].amount
    assert charged(chain) == charged(known)


@pytest.mark.parametrize("previous", ["200.00", "2000.00"])
def test_a_cap_on_change_holds_of_bills_too(insured, posted, previous):
    piece = insured(daily=D(60_000) / 365, previous=D(previous))
    chain = posted((YEAR.start, PER_KM, [piece]), (YEAR.end, PER_KM, [piece]))
    assert chain[0].amount in (D(previous) * D("0.75"), D(previous) * D("1.25"))
    assert abs(charged(chain) - chain[0].amount) < D("0.10")


def test_no_cap_makes_a_km_dearer_while_no_km_are_known(insured, tariff):
    first, capped = (
        follow(None, insured(expected=0.0, **changes).rating(None), LATER) for changes in ({}, {"previous": D(2000)})
    )
    assert capped.amount > first.amount
    assert rates(capped, tariff) == rates(first, tariff)


def test_bills_are_no_less_than_the_minimum_a_day(insured, posted):
    dear = parse(standard_text() + "\n[minimum]\ntpl_property = 3.5\n", "dear.toml")
    parked = insured(by=dear)
    days = [date(2026, 2, 1), date(2026, 3, 1)]
    chain = posted(*[(day, PER_KM, [parked]) for day in days], by=dear)
    bills = [entry for entry in chain if entry["reason"] == "billed"]
    assert [bill.amount for bill in bills] == [31 * D("3.50"), 28 * D("3.50")]
    assert "at least 3.5 a day" in explain(bills[0])
    busy = insured(by=dear, daily=D(1000))
    assert charged(posted((days[0], PER_KM, [busy]), by=dear)) > 31 * D("3.50")


def test_bills_written_before_there_was_a_minimum_in_them_are_made_again(insured, posted, tariff):
    (bill,) = [entry for entry in posted((date(2026, 2, 1), PER_KM, [insured()])) if entry["reason"] == "billed"]
    old = {name: value for name, value in bill["made"]["rates"].items() if name != "least"}
    before = instead(bill, replace(bill.draft, made=bill["made"] | {"rates": old}))
    assert replay(before, {tariff.digest: tariff}) == before


def test_a_deposit_bears_the_levies_on_all_covers_it_is_for(insured, posted):
    """On own damage and cargo there is one tax: on the whole deposit of who has insured no more, else on their part."""
    tax = '\n[[levies]]\nname = "tax"\nrate = 0.19\ncovers = ["own_damage", "cargo"]\n'
    by = parse(standard_text() + tax, "taxed.toml")
    contract = replace(CONTRACT, basis="declaration", deposit=D("1000.00"), estimate=D(60_000))
    for covers, due in (
        (["own_damage"], D("190.00")),
        (["own_damage", "cargo"], D("190.00")),
        (["tpl_property"], None),
    ):
        chain = posted((YEAR.start, contract, [insured(by=by, cover=cover) for cover in covers]), by=by)
        assert taxed(chain, LATER, {by.digest: by}).get("tax") == due
    mixed = [insured(by=by, cover=cover) for cover in ("own_damage", "tpl_property")]
    chain = posted((YEAR.start, contract, mixed), by=by)
    damage, whole = (
        sum(one.amount for one in chain if one["kind"] == "indicated" and one["cover"] in covers)
        for covers in (("own_damage",), ("own_damage", "tpl_property"))
    )
    share = (1000 * damage / whole).quantize(D("0.01"))
    assert 0 < share < 1000
    assert taxed(chain, LATER, {by.digest: by}) == {"tax": (share * D("0.19")).quantize(D("0.01"))}


@pytest.mark.parametrize("before", ["fixed", "per_km", "deposit"])
@pytest.mark.parametrize("after", ["fixed", "per_km", "deposit"])
def test_another_basis_takes_the_place_of_the_first(insured, posted, before, after):
    contracts = {
        "fixed": CONTRACT,
        "per_km": PER_KM,
        "deposit": replace(CONTRACT, basis="declaration", deposit=D("900.00"), estimate=D(1000), actual=D(2000)),
    }
    steps = [(day, contracts[basis], [insured(daily=D(100))]) for day, basis in ((APRIL, before), (YEAR.end, after))]
    assert charged(posted(*steps)) == charged(posted(steps[1]))


def test_what_a_deposit_was_adjusted_by_goes_with_it(insured, posted):
    deposit = replace(CONTRACT, basis="declaration", deposit=D("900.00"), estimate=D(1000), actual=D(2000))
    chain = posted((YEAR.end, deposit, [insured()]), (YEAR.end, CONTRACT, [insured()]))
    assert charged(chain) == chain[0].amount


def test_a_clock_that_went_back_does_not_break_a_chain(insured, tariff):
    pen = Pen([], datetime(2026, 5, 1, tzinfo=UTC))
    post(CONTRACT, [insured()], pen, YEAR.start, tariff)
    earlier = Pen(pen.entries, datetime(2026, 4, 1, tzinfo=UTC))
    post(CONTRACT, [], earlier, APRIL, tariff)
    assert (len(earlier.new), verify(earlier.entries)) == (2, [])

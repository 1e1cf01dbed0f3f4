"""What an offer is made of: km of days insured and heard of, the premium that is charged, the term it is for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from pricing.balance.hysteresis import Hysteresis
from pricing.billing.per_km import Reading
from pricing.exposure import SCHEMA
from pricing.ledger.charged import rates_of
from pricing.ledger.pen import Pen
from pricing.ledger.rated import made_from
from pricing.ledger.replay import replay
from pricing.tariffs import standard
from streams.ledger.book import Book
from streams.ledger.chains import LedgerError, append
from streams.ledger.paced import annual_km, km
from streams.ledger.posting import posted
from streams.ledger.promised import before
from streams.ledger.renewing import Renewing, offer, refuse_stale
from streams.registry.contracts import Policy
from streams.registry.roster import RISKS
from streams.store.store import memory_store

D = Decimal
FIRST, END = date(2026, 1, 1), date(2027, 1, 1)
LATE = date(2026, 12, 1)  # offers are made
AT = datetime(2026, 12, 1, tzinfo=UTC)
TRUCK = ("f", "V")
TARIFF = standard()
POLICY = Policy(policy_id="P", policyholder_id="h", from_=FIRST, to=END, basis="fixed", currency="EUR")
NO_CLAIMS = pl.DataFrame()


def risks(start=FIRST, annual_km=73_000.0):
    """A truck on policy P to its end."""
    row = {"fleet_id": "f", "policy_id": "P", "valid_from": start, "valid_to": END, "class": "truck", "use": "own"}
    row |= {"annual_km": annual_km, "currency": "EUR", "vehicle_id": "V", "cover": "own_damage"}
    return pl.DataFrame([row], schema=RISKS)


def driven(days, km=200.0, gap=None, brakes=0):
    """So many km on each of the ``days`` and, where an odometer told them, ``gap`` km unseen on the last."""
    zero = {name: 0 for name in SCHEMA if name not in ("driver_id", "km_odometer")}
    rows = [zero | {"fleet_id": "f", "vehicle_id": "V", "status": "final", "day": day} for day in days]
    seen = {"km_measured": km, "observed_km": km, "moving_h": km / 60, "harsh_braking_2": brakes}
    rows = [row | seen for row in rows]
    rows[-1]["km_gap"] = gap or 0.0
    return pl.DataFrame(rows, schema=SCHEMA)


def every_day(first, number):
    return [first + timedelta(days=n) for n in range(number)]


WEEK = every_day(FIRST, 7)


def annual(frame, today=LATE, **changes):
    found = risks(**changes)
    return annual_km(Book([POLICY], found, frame, today), found.to_dicts(), TRUCK, 73_000.0)


def test_km_after_a_device_was_unplugged_are_not_taken_for_none():
    assert annual(driven(WEEK, 30.0)) == 73_000.0
    quarter = driven(every_day(FIRST, 100), 100.0)
    assert annual(quarter, today=FIRST + timedelta(days=100)) == 36_500.0
    assert annual(quarter, today=date(2026, 3, 31)) == 73_000.0  # 89 days are over
    assert annual(quarter) == round((100 * 100 + 234 * 200) / 334 * 365, 3)  # then silence: as declared


def test_who_drives_more_than_declared_gains_nothing_by_falling_silent():
    assert annual(driven(every_day(FIRST, 100), 300.0)) == 109_500.0
    short = (89 * 300 + 200) / 90  # a day is lacking to a quarter, and counts as declared
    assert annual(driven(every_day(FIRST, 89), 300.0)) == round((89 * 300 + 245 * short) / 334 * 365, 3)


def test_claims_are_held_against_km_of_days_unplugged_too():
    """100 km a day: for a hundred days, then silence; for a week, then nothing is known but what was declared."""
    days = (LATE - FIRST).days
    quarter, week = (Book([POLICY], risks(), driven(every_day(FIRST, n), 100.0), LATE) for n in (100, 7))
    assert km(quarter, TRUCK, FIRST, LATE, None) == pytest.approx(100.0 * days)
    assert km(week, TRUCK, FIRST, LATE, 73_000.0) == pytest.approx(700.0 + 200.0 * (days - 7))
    assert km(week, TRUCK, FIRST, LATE, None) == pytest.approx(100.0 * days)
    assert km(week, ("f", "other"), FIRST, LATE, None) == 0.0


def test_days_before_a_vehicle_was_insured_do_not_divide_its_km():
    assert annual(driven(every_day(date(2026, 8, 1), 122), 100.0), start=date(2026, 8, 15)) == 36_500.0
    assert annual(driven(every_day(FIRST, 334), 100.0), start=date(2026, 10, 1)) == 73_000.0  # insured for 61 days


def test_a_vehicle_that_rests_at_weekends_drove_nothing_then():
    workdays = [day for day in every_day(date(2026, 1, 5), 329) if day.weekday() < 5]
    monday = date(2026, 1, 5)
    assert annual(driven(workdays, 140.0), today=date(2026, 11, 30), start=monday) == 36_500.0


def test_what_an_odometer_tells_after_a_silence_stands_for_its_days():
    back = every_day(FIRST + timedelta(days=200), 1)
    then = FIRST + timedelta(days=201)
    assert annual(driven([*WEEK, *back], 100.0, gap=193 * 100.0), today=then) == 36_500.0
    assert annual(driven([*WEEK, *back], 100.0)) == 73_000.0


def pen_of(policy, insured):
    """The chain of the truck's policy: charged while it drove gently, indicated dearer since."""
    store, moves, chain = memory_store(), Hysteresis(D("0.02"), D("0.10")), []
    gentle, rough = driven(every_day(FIRST, 90)), driven(every_day(FIRST, 90), brakes=9)
    for frame, today in ((gentle, date(2026, 4, 1)), (rough, date(2026, 4, 2)), (rough, date(2026, 4, 3))):
        with store.writing() as connection:
            new, refused = posted(connection, Book([policy], insured, frame, today), TARIFF, moves, AT)
            assert refused == []
            append(connection, new)
            chain += new["P"]
    store.close()
    return Pen(chain, AT)


@pytest.fixture
def pen():
    return pen_of(POLICY, risks())


def known(today=LATE, brakes=9, number=90, use="own", policy=POLICY, insured=None):
    insured = risks().with_columns(use=pl.lit(use)) if insured is None else insured
    book = Book([policy], insured, driven(every_day(FIRST, number), brakes=brakes), today)
    return Renewing(book, TARIFF, {TARIFF.digest: TARIFF}, NO_CLAIMS, D("0.02"))


def test_the_premium_before_is_the_one_charged_not_the_last_one_shown(pen):
    indicated = [entry for entry in pen.entries if entry["kind"] == "indicated"]
    (charge,) = [entry for entry in pen.entries if entry["kind"] == "charged"]
    assert indicated[-1].amount > charge.amount
    offer(pen, POLICY, known())
    (made,) = [entry["made"] for entry in pen.all_known("offer")]
    assert (made["expiring"]["entry"], made["expiring"]["amount"]) == (indicated[0].hash, str(charge.amount))
    assert D(made["renewed"]["risk"]["previous"]) == charge.amount
    assert replay(pen.entries[-1], {TARIFF.digest: TARIFF}) == pen.entries[-1]


def renewed(policy, insured):
    """Of the offers of a policy what each was before, and the chain that they end."""
    chain = pen_of(policy, insured)
    offer(chain, policy, known(policy=policy, insured=insured))
    return [entry["made"] for entry in chain.all_known("offer")], chain


def test_who_pays_by_the_km_is_held_against_the_rates_of_the_bills():
    policy = Policy(policy_id="P", policyholder_id="h", from_=FIRST, to=END, basis="per_km", currency="EUR")
    (made,), chain = renewed(policy, risks())
    bill, first, *later = [*chain.known("charged", "V", "own_damage")[:1], *chain.known("indicated", "V", "own_damage")]
    assert later[-1].amount > first.amount
    assert made["expiring"]["entry"] == bill["made"]["indication"] == first.hash
    assert D(made["renewed"]["risk"]["previous"]) == rates_of(bill["made"]).earned(Reading(365, D(73_000)))


def test_who_pays_a_deposit_is_held_against_it_by_what_each_cover_is_indicated_at():
    said = {"basis": "declaration", "deposit": D("5000.00"), "declared_km": 73_000.0, "currency": "EUR"}
    policy = Policy(policy_id="P", policyholder_id="h", from_=FIRST, to=END, **said)
    both = pl.concat([risks(), risks().with_columns(cover=pl.lit("tpl_property"))])
    made, _ = renewed(policy, both)
    shares = [D(one["renewed"]["risk"]["previous"]) for one in made]
    assert sum(shares) == D("5000.00")
    shown = [D(one["expiring"]["amount"]) for one in made]
    assert shares[0] / shares[1] == pytest.approx(shown[0] / shown[1], rel=D("1e-4"))


def test_what_was_paid_before_is_scaled_to_the_days_of_the_policy_that_follows(pen):
    offer(pen, POLICY, known())
    (promise,) = pen.all_known("offer")
    risk, *_ = made_from(promise["made"]["renewed"])
    assert before(risk, promise, TARIFF) == risk
    quarter = replace(risk, valid_to=risk.valid_from + timedelta(days=73))
    assert before(quarter, promise, TARIFF).previous == (risk.previous / 5).quantize(D("0.01"))


def test_an_offer_stands_until_its_amount_or_what_it_insures_has_moved(pen):
    offer(pen, POLICY, known())
    chain = list(pen.entries)
    for night in range(3):
        offer(pen, POLICY, known(today=LATE + timedelta(days=night), number=90 + night))
    assert pen.entries == chain
    offer(pen, POLICY, known(brakes=20))
    assert [(entry["kind"], entry["reason"]) for entry in pen.new[1:]] == [("offer", "offered anew"), ("offer", "")]
    assert pen.new[-1].amount > chain[-1].amount
    offer(pen, POLICY, known(brakes=20, use="hire"))
    assert [entry["reason"] for entry in pen.new[3:]] == ["offered anew", ""]


def test_an_offer_that_no_longer_holds_is_told(pen):
    offer(pen, POLICY, known())
    refuse_stale(pen, POLICY, known(number=91))
    with pytest.raises(LedgerError, match="its offer no longer holds; 'tripmeter renew --policy P'"):
        refuse_stale(pen, POLICY, known(use="hire"))

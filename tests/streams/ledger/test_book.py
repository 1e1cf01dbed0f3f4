"""The book: km and days of a policy out of registry and record, and the charges that follow from them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from pricing.balance.hysteresis import Hysteresis
from pricing.exposure import SCHEMA
from pricing.ledger.words import explain
from pricing.tariffs import parse, standard, standard_text
from streams.ledger.book import Book
from streams.ledger.chains import append
from streams.ledger.posting import posted
from streams.registry.contracts import Policy
from streams.registry.roster import RISKS
from streams.store.store import memory_store

D = Decimal
FIRST, END = date(2026, 1, 1), date(2027, 1, 1)
TARIFF, MOVES = standard(), Hysteresis(D("0.02"), D("0.10"))
COVERS = ("own_damage", "tpl_property")
DEPOSIT = {"basis": "declaration", "deposit": D("80000.00"), "minimum": D("0.8"), "declared_km": 1_000_000.0}


def risks(*vehicles, annual_km=None, fleet="f"):
    """Trucks on policy P for the whole of 2026."""
    row = {"fleet_id": fleet, "policy_id": "P", "valid_from": FIRST, "valid_to": END, "class": "truck", "use": "own"}
    row |= {"annual_km": annual_km, "currency": "EUR"}
    rows = [row | {"vehicle_id": vehicle, "cover": cover} for vehicle in vehicles for cover in COVERS]
    return pl.DataFrame(rows, schema=RISKS)


def driven(vehicle, first, days, km, gap=0.0):
    """So many km a day, seen and unseen."""
    row = {
        "fleet_id": "f",
        "vehicle_id": vehicle,
        "status": "final",
        "km_measured": km,
        "km_gap": gap,
        "observed_km": km,
    }
    rows = [row | {"day": first + timedelta(days=n)} for n in range(days)]
    zero = {name: 0 for name in SCHEMA if name not in ("driver_id", "km_odometer")}
    return pl.DataFrame([zero | one for one in rows], schema=SCHEMA)


def policy(**changes):
    said = {"policy_id": "P", "policyholder_id": "h", "from_": FIRST, "to": END, "basis": "fixed", "currency": "EUR"}
    return Policy(**(said | changes))


@pytest.fixture
def store():
    made = memory_store()
    yield made
    made.close()


@pytest.fixture
def post(store):
    """Posts a book; the new entries of the policy."""

    def run(book, policy_id="P"):
        with store.reading() as connection:
            new, _ = posted(connection, book, TARIFF, MOVES, datetime(2027, 2, 1, tzinfo=UTC))
        with store.writing() as connection:
            append(connection, new)
        return new.get(policy_id, [])

    return run


def test_the_km_of_a_term_are_those_declared_else_the_pace_else_none():
    book = Book([], risks("V"), driven("V", date(2026, 3, 1), 10, 90.0, gap=10.0), date(2026, 3, 15))
    assert book.expected(("f", "V"), 60_000.0, 73) == 12_000.0
    assert book.expected(("f", "V"), float("nan"), 365) == pytest.approx(1000.0 / 14 * 365)
    assert book.expected(("f", "other"), float("nan"), 365) == 0.0


def test_a_box_that_was_unplugged_makes_no_term_shorter_of_km():
    book = Book([], risks("V"), driven("V", FIRST, 7, 100.0), date(2026, 6, 1))
    assert book.expected(("f", "V"), float("nan"), 365) == pytest.approx(36_500.0)


def test_days_before_a_vehicle_was_insured_tell_its_pace_until_there_are_others():
    km = pl.concat([driven("V", date(2025, 12, 1), 31, 300.0), driven("V", FIRST, 10, 100.0)])
    book = Book([], risks("V"), km, date(2026, 1, 11))
    assert book.expected(("f", "V"), float("nan"), 365) == pytest.approx(36_500.0)
    before = Book([], risks("V"), driven("V", date(2025, 12, 1), 31, 300.0), FIRST)
    assert before.expected(("f", "V"), float("nan"), 365) == pytest.approx(3 * 36_500.0)


def test_a_day_on_two_covers_is_driven_once_and_days_outside_are_not_counted():
    book = Book([], risks("V"), driven("V", FIRST, 5, 100.0), END)
    vehicle = ("f", "V")
    days = [(vehicle, FIRST), (vehicle, FIRST), (vehicle, date(2026, 1, 3)), (vehicle, date(2026, 6, 1))]
    assert book.driven_by(days) == D(200)
    assert book.between(vehicle, date(2026, 1, 2), date(2026, 1, 4)) == D(200)


def test_a_deposit_is_adjusted_on_the_km_on_record_gaps_too(post):
    """Two trucks drove 1,200,000 km where a million was declared, and stood still from April on."""
    km = pl.concat([driven("V", FIRST, 100, 5000.0), driven("W", FIRST, 100, 6000.0, gap=1000.0)])
    still = [driven(vehicle, FIRST + timedelta(days=100), 265, 0.0) for vehicle in ("V", "W")]
    km = pl.concat([km, *still])
    book = Book([policy(**DEPOSIT)], risks("V", "W", annual_km=60_000.0), km, date(2026, 12, 31))
    assert [entry["reason"] for entry in post(book) if entry["kind"] != "indicated"] == ["deposit"]
    (due,) = post(replace(book, today=END))
    assert (due["reason"], str(due.amount), due["made"]["actual"]) == ("adjusted", "16000.00", "1200000.0")
    assert post(replace(book, today=END)) == []
    said = replace(book, policies=[policy(**DEPOSIT, actual_km=1_000_000.0)], today=END)
    assert [entry["reason"] for entry in post(said)] == ["other km", "adjusted"]


def test_of_a_deposit_nothing_is_given_back_for_days_of_which_nothing_is_known(post):
    """Never heard of; or parked for 73 days and then not heard of until a reading when the term was over."""
    insured = risks("V", annual_km=1_000_000.0)
    book = Book([policy(**DEPOSIT | {"minimum": D(0)})], insured, driven("V", FIRST, 0, 0.0), END)
    (due,) = [entry for entry in post(book) if entry["kind"] == "adjustment"]
    assert (str(due.amount), due["made"]["silent"]) == ("0.00", "1000000.000000")
    assert "1000000.000000 of them as declared for days of which nothing is known, earn 80000.00" in explain(due)
    later = pl.concat([driven("V", FIRST, 73, 0.0), driven("V", date(2027, 1, 20), 1, 0.0, gap=900_000.0)])
    back, due = (entry for entry in post(replace(book, driven=later, today=date(2027, 2, 1))))
    assert (back["reason"], due["made"]["actual"], str(due.amount)) == ("other km", "800000.000000", "-16000.00")


def test_a_deposit_for_vehicle_days_is_adjusted_on_those_of_the_schedule(post):
    """A truck for the year and one from July on, where two for the whole year were declared: 549 of 730 days."""
    insured = pl.concat([risks("V"), risks("W").with_columns(valid_from=pl.lit(date(2026, 7, 1)))])
    terms = {**DEPOSIT, "declared_km": None, "declared_days": 730.0, "minimum": D("0.5")}
    book = Book([policy(**terms)], insured, driven("V", FIRST, 1, 1.0), END)
    (due,) = [entry for entry in post(book) if entry["reason"] == "adjusted"]
    assert (str(due.amount), due["made"]["actual"]) == ("-19835.62", "549")
    assert "549 vehicle-days earn 60164.38" in explain(due)


def test_bills_by_the_km_follow_what_each_vehicle_drove(post):
    km = pl.concat([driven("V", FIRST, 31, 100.0), driven("W", FIRST, 31, 200.0)])
    book = Book([policy(basis="per_km")], risks("V", "W", annual_km=60_000.0), km, date(2026, 2, 1))
    bills = {(entry["vehicle_id"], entry["cover"]): entry for entry in post(book) if entry["kind"] == "charged"}
    assert len(bills) == 4
    readings = {key: bill["made"]["reading"] for key, bill in bills.items()}
    assert readings["V", "own_damage"]["km"] == "3100.000000"
    assert bills["W", "own_damage"].amount > bills["V", "own_damage"].amount > 0


def test_a_box_out_of_its_socket_earns_no_credit(post):
    """Half a year of calm driving, then a January of which only the odometer tells: its km bear the class rate."""
    calm = driven("V", date(2025, 7, 1), 184, 200.0)
    months = [driven("V", FIRST, 31, 200.0), driven("V", FIRST, 31, 0.0, gap=200.0)]
    owed = []
    for policy_id, month in zip(("seen", "unseen"), months, strict=True):
        insured = risks("V", annual_km=73_000.0).with_columns(policy_id=pl.lit(policy_id))
        book = Book([policy(policy_id=policy_id, basis="per_km")], insured, pl.concat([calm, month]), date(2026, 2, 1))
        new = post(book, policy_id)
        owed.append(sum(entry.amount for entry in new if entry["kind"] == "charged"))
    readings = {(entry["made"]["reading"]["km"], entry["made"]["reading"]["gap"]) for entry in new[2:]}
    assert readings == {("0.000000", "6200.000000")}
    assert owed[1] > owed[0] * D("1.1")
    assert (new[0]["made"]["exposure"]["km_gap"], new[0]["made"]["exposure"]["km_measured"]) == (
        "10525.581395",
        "62474.418605",
    )


def test_what_is_kept_back_is_within_the_window_of_a_coefficient(store):
    """At 1.5, the most a Chinese insurer may ask, what falls by one in a hundred is shown at once, band or not."""
    said = 'profile = "china"\ndiscretion = 1.9\n' + standard_text().replace("change = [0.75, 1.25]", "")
    yuan = parse(said.replace('"EUR"', '"CNY"'), "china.toml")
    km = pl.concat([driven("V", FIRST, 31, 200.0), driven("V", date(2026, 2, 1), 28, 195.0)])
    km = km.with_columns(observed_km=pl.lit(0.0))  # nothing is known of how it is driven
    book = Book([policy(currency="CNY")], risks("V").filter(pl.col("cover") == "own_damage"), km, date(2026, 2, 1))
    for today in (date(2026, 2, 1), date(2026, 3, 1)):
        with store.reading() as connection:
            new, _ = posted(connection, replace(book, today=today), yuan, MOVES, datetime(2027, 2, 1, tzinfo=UTC))
        with store.writing() as connection:
            append(connection, new)
    steps = new["P"][0]["made"]["steps"]
    place = next(place for place, step in enumerate(steps) if step["name"] == "coefficient")
    assert new["P"][0].amount <= D(steps[place - 1]["amount"]) * D("1.5") + D("0.005")


def test_a_policy_before_its_start_or_of_another_name_is_left_alone(store, post):
    book = Book([policy()], risks("V"), driven("V", FIRST, 1, 1.0), date(2025, 12, 31))
    assert post(book) == []
    with store.reading() as connection:
        at = datetime(2027, 2, 1, tzinfo=UTC)
        assert posted(connection, replace(book, today=FIRST), TARIFF, MOVES, at, "other") == ({}, [])


def test_a_policy_that_cannot_be_posted_is_told_and_stops_no_other(store):
    good = risks("V").with_columns(policy_id=pl.lit("good"))
    every = pl.concat([risks("V"), risks("V", fleet="g"), good])
    policies = [policy(), policy(policy_id="good"), policy(policy_id="yuan", currency="CNY")]
    book = Book(policies, every, driven("V", date(2025, 12, 1), 1, 1.0), FIRST)
    with store.reading() as connection:
        new, refused = posted(connection, book, TARIFF, MOVES, datetime(2027, 2, 1, tzinfo=UTC))
    assert ({name: len(chain) for name, chain in new.items()}, len(refused)) == ({"good": 4}, 2)
    assert refused[0] == "policy P: it insures 'V' of two fleets; give each fleet a policy"
    assert refused[1].startswith("policy yuan: it is in CNY, tariff standard-2026.1")

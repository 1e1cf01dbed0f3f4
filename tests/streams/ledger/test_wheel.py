"""Wheel: whoever is said to have driven, premiums read hours at the wheel of whom the device has named."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import update

from streams.ledger import books, chains
from streams.ledger.chains import LedgerError
from streams.store import accounts, audit, schema

from ..insured import END, VEHICLES, close, daily, enter, post, rated, reassign, send


@pytest.fixture(scope="module")
def fleet(rivers, calm, tariff, tmp_path_factory, insured):
    """Two rivers after some days; a manager has written other drivers into the registry of the second, each day."""
    untouched, touched = (insured(tmp_path_factory.mktemp("fleet"), calm) for _ in range(2))
    rng = np.random.default_rng(4)
    for river, act in ((untouched, lambda: None), (touched, lambda: reassign(rivers, touched, rng, every=2000.0))):
        daily(rivers, river, rivers.days(9), tariff=tariff, before=act)
        close(river, END, tariff)
    return untouched, touched


def at_the_wheel(river):
    return [(row["driver_id"], row["start"]) for row in river.rows(schema.events) if row["rule"].endswith(":custom")]


def test_assignments_leave_every_indication_equal_to_the_bit(fleet, tariff):
    untouched, touched = fleet
    assert at_the_wheel(untouched) != at_the_wheel(touched)
    assert untouched.tables()["exposure"].rows() != touched.tables()["exposure"].rows()
    assert post(touched, tariff) == post(untouched, tariff)
    assert untouched.rows(accounts.remade) == []


def test_what_rates_and_what_posts_read_the_same(fleet, tariff):
    untouched, touched = (rated(river, tariff) for river in fleet)
    assert touched["premiums"].equals(untouched["premiums"])
    whoever = [one["scores"].filter(subject="vehicle").drop("coaching_score") for one in (untouched, touched)]
    assert whoever[1].equals(whoever[0])
    assert not touched["scores"].equals(untouched["scores"])


def test_a_registry_that_says_nothing_any_more_leaves_nothing_of_it(rivers, fleet, tariff):
    _, touched = fleet
    assert "hours_day" in {row["what"] for row in touched.rows(accounts.remade)}
    touched.source = rivers.Everybody()
    touched.embedded.follow(touched.source)
    touched.drain()
    close(touched, END + 86_400.0, tariff)
    assert touched.rows(accounts.remade) == []


def moment(k):
    """Two drivers take turns, every half hour."""
    return f"{datetime(2024, 10, 4) + timedelta(minutes=30 * k):%Y-%m-%dT%H:%M:%SZ}"


def accept(river):
    with river.store.writing() as connection:
        return books.accept(connection, "f", "drivers", "the insurer", "cards were checked", 0.0)


def test_what_the_insurer_accepts_moves_them_and_what_is_written_afterwards_does_not(
    rivers, calm, tariff, insured, tmp_path
):
    river = insured(tmp_path / "river", calm)
    send(rivers, river, replace(rivers.days(9), driver=None))
    close(river, END, tariff)
    before = post(river, tariff)
    with pytest.raises(LedgerError, match="assigns no driver in fleet 'f', and none is accepted"):
        accept(river)
    lines = [f"{name},D{k % 2},{moment(k)},{moment(k + 1)},declared" for name in VEHICLES for k in range(240)]
    said = {"driver_assignments": "\n".join(["vehicle_id,driver_id,from,to,source", *lines])}
    enter(river, tmp_path / "more", drivers="driver_id,fleet_id\nD0,f\nD1,f\n", **said)
    assert accept(river) == len(lines)
    close(river, END + 86_400.0, tariff)
    moved = post(river, tariff)
    assert moved != before
    reassign(rivers, river, np.random.default_rng(6), every=2000.0)
    close(river, END + 2 * 86_400.0, tariff)
    assert post(river, tariff) == moved
    enter(river, tmp_path / "none")
    assert accept(river) == 0  # nobody drove: a word that was wrong is taken back
    close(river, END + 3 * 86_400.0, tariff)
    assert post(river, tariff) == before
    with river.store.writing() as connection:
        assert len(audit.read(connection, action="ledger.accept_books")) == 2
        sealed = chains.rows(connection)
        assert "acceptance of drivers 1" in sealed
        connection.execute(
            update(accounts.drivers).where(accounts.drivers.c.driver_id == "D1").values(driver_id="gone")
        )
        assert chains.rows(connection) == sealed  # an erasure is no forgery
        connection.execute(update(accounts.drivers).where(accounts.drivers.c.start < 1.728e9 + 9000).values(end=None))
        assert chains.rows(connection) != sealed


def test_put_end_to_end_driving_is_that_of_a_vehicle_nobody_is_assigned_to(rivers, calm, tmp_path):
    rng, samples = np.random.default_rng(5), replace(rivers.days(3), driver=None)
    plain, assigned = (rivers.River(tmp_path / name, calm) for name in ("plain", "assigned"))
    reassign(rivers, assigned, rng, every=400.0)
    for river in (plain, assigned):
        river.embedded.take(rivers.payloads(samples))
        river.drain()
    driven = [stretches(river.rows(schema.intervals)) for river in (plain, assigned)]
    assert driven[0] == driven[1]
    assert len(assigned.rows(schema.intervals)) > len(plain.rows(schema.intervals))


def stretches(rows):
    """Start and end of what lies end to end, by vehicle and kind."""
    found = []
    for row in sorted(rows, key=lambda row: (row["vehicle_id"], row["activity"], row["start"])):
        kind = (row["vehicle_id"], row["activity"])
        if found and found[-1][:2] == kind and found[-1][3] == row["start"]:
            found[-1] = (*found[-1][:3], row["end"])
        else:
            found.append((*kind, row["start"], row["end"]))
    return found

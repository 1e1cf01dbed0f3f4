"""Wheel: whoever is said to have driven, premiums read hours at the wheel of whom the device has named."""

from dataclasses import replace

import numpy as np
import pytest

from pricing.tariffs import standard
from streams import tables
from streams.ledger import exposed
from streams.registry import Roster, stored
from streams.store import accounts, schema

from ..insured import END, close, daily, post, reassign


@pytest.fixture(scope="module")
def calm(rivers):
    """Rules by which half an hour at the wheel is long."""
    return rivers.judged(*rivers.HOURS)


@pytest.fixture(scope="module")
def tariff(calm):
    """A tariff that pins them."""
    return replace(standard(), rules=calm.in_force.sets[0].version)


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
    found = []
    for river in fleet:
        with river.store.reading() as connection:
            risks = Roster(stored.read(connection)).risks()
            found.append(exposed.rated(connection, tariff, risks, tables.moment(END)))
    untouched, touched = found
    assert touched["premiums"].equals(untouched["premiums"])
    whoever = [one["scores"].filter(subject="vehicle").drop("coaching_score") for one in found]
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

"""Withdrawn: what a fleet wrote of its own and took back when late data no longer reaches so far moves no price."""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from devices.signals import AXLES, WHEELS
from pricing.score import score
from streams import tables
from streams.fleets.fleet import Coupled
from streams.ledger import exposed, redetection
from streams.ledger.book import gathered
from streams.ledger.books import BOOKS
from streams.registry import Roster, stored
from streams.store import accounts, schema, upkeep

from ..insured import FILES, VEHICLES, close, daily, enter, post, reassign, send

DAY_S = 86_400.0
LATER = 12  # days after the first drives, five more than late data reaches back
END = 20_018 * DAY_S
SOFT = np.full(WHEELS, 400.0)


@dataclass
class Written:
    """Stands in for a registry in which somebody couples trailers that hide soft tyres, and says who drove."""

    everybody: Any
    couplings: dict[str, Any] = field(default_factory=dict)

    def known(self, fleet_id, vehicle_id):
        known = self.everybody.known(fleet_id, vehicle_id)
        return replace(known, couplings=self.couplings.get(vehicle_id, known.couplings))


def written(rivers, first=-1.0, last=4.0):
    """Who drove, whoever the devices name, and a trailer behind each vehicle, from day to day."""
    a, b = (rivers.START + days * DAY_S for days in (first, last))
    pulled = {name: [Coupled(a, b, f"T-{name}", 0, AXLES, SOFT)] for name in VEHICLES}
    spans = [(a + k * 3000.0, a + (k + 1) * 3000.0, f"D{k % 2}") for k in range(int((b - a) / 3000.0))]
    return Written(rivers.Everybody(spans), pulled)


def write(river, source):
    river.source = source
    river.embedded.follow(source)
    river.drain()


def drives(rivers):
    """Some days' drives, and some more when late data no longer reaches back to them."""
    return rivers.days(9, vehicles=2), rivers.days(10, vehicles=2, start=rivers.START + LATER * DAY_S)


def soft(river):
    return river.tables()["exposure"]["tyre_low_min"].sum()


@pytest.fixture(scope="module")
def fleet(rivers, calm, tariff, tmp_path_factory, insured):
    """Two rivers; a manager of the second writes before the first drives, and takes it back after the last."""
    untouched, touched = (insured(tmp_path_factory.mktemp("fleet"), calm) for _ in range(2))
    write(touched, written(rivers))
    for river in (untouched, touched):
        first, second = drives(rivers)
        daily(rivers, river, first, tariff=tariff)
        send(rivers, river, second)
        close(river, END, tariff)
    return untouched, touched


def test_written_and_settled_it_moves_nothing(fleet, tariff):
    untouched, touched = fleet
    assert soft(touched) < soft(untouched)
    assert post(touched, tariff, END) == post(untouched, tariff, END)


def test_taken_back_when_late_data_no_longer_reaches_so_far_it_moves_nothing_either(rivers, fleet, tariff):
    untouched, touched = fleet
    write(touched, Written(rivers.Everybody()))
    assert soft(touched) < soft(untouched)  # the record stands
    assert post(touched, tariff, END) == post(untouched, tariff, END)
    close(touched, END + DAY_S, tariff)
    touched.crash()
    close(touched, END + 2 * DAY_S, tariff)
    assert post(touched, tariff, END) == post(untouched, tariff, END)


def test_nor_does_what_is_written_of_then_for_the_first_time(rivers, fleet, tariff):
    """Late words do not reach the record, and it is not held to have been made by them."""
    untouched, touched = fleet
    write(touched, written(rivers, 1.0, 3.0))
    close(touched, END + 3 * DAY_S, tariff)
    assert post(touched, tariff, END) == post(untouched, tariff, END)
    write(touched, Written(rivers.Everybody()))
    close(touched, END + 4 * DAY_S, tariff)
    assert post(touched, tariff, END) == post(untouched, tariff, END)


def test_what_was_accepted_stands_whatever_is_written_next(rivers, calm, tariff, insured, tmp_path):
    river = insured(tmp_path / "river", calm)
    source = written(rivers)
    write(river, source)
    for samples in drives(rivers):
        send(rivers, river, samples)
        close(river, float(samples.t.max()) + DAY_S, tariff)
    before = post(river, tariff, END)
    with river.store.writing() as connection:
        word = {"number": 1, "fleet_id": "f"}
        said = {"what": "couplings", "at": 0.0, "actor": "the insurer", "reason": "trailers were seen"}
        connection.execute(accounts.books.insert(), word | said)
        placard = str(SOFT.tolist())
        for name, (one,) in source.couplings.items():
            told = {"trailer": one.trailer, "axle": 0, "last": AXLES, "placard": placard, "end": one.to}
            connection.execute(accounts.trailers.insert(), word | told | {"vehicle_id": name, "start": one.start})
    close(river, END + DAY_S, tariff)
    moved = post(river, tariff, END)
    assert moved != before
    more = {name: [*some, Coupled(END, END + DAY_S, "X", 0, AXLES, SOFT)] for name, some in source.couplings.items()}
    write(river, Written(source.everybody, more))
    close(river, END + 2 * DAY_S, tariff)
    assert post(river, tariff, END) == moved
    write(river, Written(rivers.Everybody()))
    close(river, END + 3 * DAY_S, tariff)
    assert post(river, tariff, END) == moved


def test_what_was_made_with_it_before_anybody_was_insured_moves_no_score(rivers, calm, tariff, tmp_path):
    """Its states are gone when the first policy is entered: nobody can make it again, and nobody counts it."""
    river = rivers.River(tmp_path / "data", calm)
    unknown = {name: FILES[name].splitlines()[0] + "\n" for name in ("policies", "policy_vehicles")}
    enter(river, tmp_path / "early", **unknown)
    write(river, written(rivers))
    first, _ = drives(rivers)
    send(rivers, river, first)
    close(river, rivers.START + 5 * DAY_S, tariff)
    with river.store.writing() as connection:
        connection.execute(delete(upkeep.midnights))
    enter(river, tmp_path / "late")
    close(river, END, tariff)
    _, left = post(river, tariff, END)
    driven = river.tables()["exposure"].select("vehicle_id", "day").unique()
    assert {(one.vehicle_id, one.day) for one in left} == set(driven.iter_rows())
    assert {(one.version, one.why) for one in left} == {(BOOKS, "gone")}


def test_hours_of_whom_a_fleet_named_before_anybody_was_insured_are_not_read(rivers, calm, tariff, insured, tmp_path):
    samples = replace(rivers.days(9, vehicles=2), driver=None)
    untouched, touched = insured(tmp_path / "untouched", calm), rivers.River(tmp_path / "touched", calm)
    unknown = {name: FILES[name].splitlines()[0] + "\n" for name in ("policies", "policy_vehicles")}
    enter(touched, tmp_path / "early", **unknown)
    for river in (untouched, touched):
        send(rivers, river, samples)
    reassign(rivers, touched, np.random.default_rng(4), every=2000.0)
    close(touched, rivers.START + 14 * DAY_S, tariff)
    enter(touched, tmp_path / "late")
    for river in (untouched, touched):
        close(river, END, tariff)
    assert post(touched, tariff, END) == post(untouched, tariff, END)


def test_tables_and_ledger_count_a_silence_up_to_the_same_day(fleet, tariff):
    """In the last hour of a week of it, in the hour in which the day closes, and after."""
    untouched, _ = fleet
    last = max(untouched.tables()["exposure"]["day"])
    day = (last - date(1970, 1, 1)).days + 8
    found = []
    for hours in (-1.0, 0.5, 1.5):
        now = tables.moment(day * DAY_S + hours * 3600.0)
        with untouched.store.reading() as connection:
            risks, book = Roster(stored.read(connection)).risks(), gathered(connection, tariff, now)
            six = exposed.rated(connection, tariff, risks, now)
        rows = six["scores"].filter(subject="vehicle")
        told = dict(zip(rows["vehicle_id"], rows["credibility"], strict=True))
        assert told == {vehicle: score(own, tariff, "vehicle").credibility for (_, vehicle), own in book.own.items()}
        found.append((told, rows["valid_to"].to_list()))
    assert found[0] == found[1] != found[2]


def test_as_long_as_no_day_has_been_seen_to_there_are_tables_all_the_same(fleet, tariff):
    """On a first start, and while days are made again by rules that are new: whoever looks then is not failed."""
    _, touched = fleet
    said = {"until": redetection.NEVER, "read_by": {}, "words": 0}
    row = schema.meta.c.key == redetection.REMADE
    with touched.store.writing() as connection:
        before = connection.execute(select(schema.meta.c.value).where(row)).scalar_one()
        connection.execute(update(schema.meta).where(row).values(value=json.dumps(said)))
    try:
        with touched.store.reading() as connection:
            risks = Roster(stored.read(connection)).risks()
            six = exposed.rated(connection, tariff, risks, tables.moment(END))
        assert six["scores"]["provisional"].all()
    finally:
        with touched.store.writing() as connection:
            connection.execute(update(schema.meta).where(row).values(value=before))

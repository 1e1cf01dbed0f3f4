"""Books: whatever a fleet writes of its own into the registry, premiums read what the insurer has accepted of it."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from sqlalchemy import update

from console.api.registry import OF_FLEETS
from devices.signals import AXLES, WHEELS
from streams.fleets.fleet import Coupled
from streams.fleets.geometry import circle
from streams.fleets.zones import Route, Zone
from streams.ledger import books, chains
from streams.ledger.chains import LedgerError
from streams.store import accounts, audit, schema

from ..insured import END, VEHICLES, close, daily, enter, post, rated, send

DAY_S = 86_400.0
WRITTEN = {"driver_assignments", "route_assignments", "couplings", "drivers", "geofences"}  # by managers; below, all


@dataclass
class Written:
    """Stands in for a registry in which somebody writes what is a fleet's own to write."""

    everybody: Any
    couplings: dict[str, Any] = field(default_factory=dict)

    def known(self, fleet_id, vehicle_id):
        return replace(self.everybody.known(fleet_id, vehicle_id), couplings=self.couplings.get(vehicle_id, ()))


def written(rivers, rng):
    """Drivers, geofences, routes, and trailers that hide whatever tyre they like, of days that are over too."""

    def when(most):
        edges = rivers.START + np.sort(rng.uniform(-1.0, 5.0, int(rng.integers(2, most)))) * DAY_S
        return pairwise([float(edge) for edge in edges])

    zones = [Zone(f"Z{k}", 1 + k % 4, circle(48.0, 8.4, 500.0), *span) for k, span in enumerate(when(6))]
    routes = [Route("R", "LINESTRING(8 48, 9 48)", 40.0, ("Z0",), *span) for span in when(3)]
    spans = [(*span, f"D{k % 3}") for k, span in enumerate(when(9))]
    placards = [None, np.full(WHEELS, 400.0), np.full(WHEELS, 900.0)]
    couplings = {
        name: [Coupled(*span, f"T{rng.integers(2)}", 0, AXLES, placards[rng.integers(3)]) for span in when(9)]
        for name in VEHICLES
    }
    return Written(rivers.Everybody(spans, zones=tuple(zones), routes=tuple(routes)), couplings)


def write(river, source):
    river.source = source
    river.embedded.follow(source)
    river.drain()


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged()


@pytest.fixture(scope="module")
def fleet(rivers, rules, tmp_path_factory, insured):
    """Two rivers after some days; into the registry of the second a manager has written something else each day."""
    untouched, touched = (insured(tmp_path_factory.mktemp("fleet"), rules) for _ in range(2))
    rng = np.random.default_rng(7)
    for river, act in ((untouched, lambda: None), (touched, lambda: write(touched, written(rivers, rng)))):
        daily(rivers, river, rivers.days(9), before=act)
        close(river, END)
    return untouched, touched


def made(river):
    """What was made again, but for the days of hours at the wheel, of which each day that closes is one."""
    return [row for row in river.rows(accounts.remade) if row["what"] != "hours_day"]


def soft(river):
    return river.tables()["exposure"]["tyre_low_min"].sum()


def test_all_that_a_manager_may_write_is_among_what_is_written_here():
    assert set(OF_FLEETS) == WRITTEN


def test_nothing_that_a_fleet_writes_moves_an_indication_by_a_bit(fleet):
    untouched, touched = fleet
    assert 0 < soft(untouched) != soft(touched)
    assert post(touched) == post(untouched)
    assert untouched.rows(accounts.remade) == []
    assert {"made", "segments", "events"} <= {row["what"] for row in touched.rows(accounts.remade)}


def test_what_rates_and_what_posts_read_the_same(fleet):
    untouched, touched = (rated(river) for river in fleet)
    assert touched["premiums"].equals(untouched["premiums"])


def test_closing_again_and_a_restart_change_nothing(fleet):
    _, touched = fleet
    before = made(touched)
    touched.crash()
    close(touched, END + 60.0)
    close(touched, END + DAY_S)
    assert made(touched) == before


def test_what_is_written_anew_is_seen_to_without_a_day_that_closes(rivers, fleet):
    untouched, touched = fleet
    write(touched, written(rivers, np.random.default_rng(11)))
    close(touched, END + DAY_S)
    assert post(touched) == post(untouched)
    assert touched.rows(accounts.outdated) == []


def accept(river):
    with river.store.writing() as connection:
        return books.accept(connection, "f", "couplings", "the insurer", "trailers were seen", 0.0)


TRAILERS = {
    "tyre_plans": "plan_id,wheel,placard_kpa\n"
    + "".join(f"low,{axle}{side},400\n" for axle in (1, 2) for side in "LR"),
    "trailers": "trailer_id,fleet_id,tyre_plan\n" + "".join(f"T-{name},f,low\n" for name in VEHICLES),
    "couplings": "tractor,trailer,first_axle,from\n"
    + "".join(f"{name},T-{name},2,2024-01-01T00:00:00Z\n" for name in VEHICLES),
}


def test_what_the_insurer_accepts_moves_them_and_what_is_written_afterwards_does_not(rivers, rules, insured, tmp_path):
    river = insured(tmp_path / "river", rules)
    samples = rivers.days(9)
    send(rivers, river, replace(samples, tyres=replace(samples.tyres, wheel=samples.tyres.wheel + WHEELS // AXLES)))
    close(river, END)
    before = post(river)
    with pytest.raises(LedgerError, match="couples no trailer in fleet 'f', and none is accepted"):
        accept(river)
    roster = enter(river, tmp_path / "more", **TRAILERS)
    pulled = Written(rivers.Everybody(), {name: roster.known("f", name).couplings for name in VEHICLES})
    write(river, pulled)
    close(river, END + DAY_S)
    assert post(river) == before
    assert accept(river) == len(VEHICLES)
    close(river, END + 2 * DAY_S)
    moved = post(river)
    assert moved != before and soft(river) == 0
    write(river, Written(rivers.Everybody()))
    close(river, END + 3 * DAY_S)
    assert soft(river) > 0
    assert post(river) == moved
    with river.store.writing() as connection:
        (said,) = audit.read(connection, action="ledger.accept_books")
        sealed = chains.rows(connection)
        assert "acceptance of trailers 1" in sealed
        connection.execute(update(accounts.trailers).values(placard=None))
        assert chains.rows(connection) != sealed
    assert len(river.rows(schema.events)) > 0 and said["fleet_id"] == "f"

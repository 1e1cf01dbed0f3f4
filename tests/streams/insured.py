"""Insured: rivers of a fleet that pays by the km, whose days are closed and posted."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import pairwise

import numpy as np

from pricing.balance.hysteresis import Hysteresis
from pricing.tariffs import standard
from streams import registry, tables
from streams.ledger import exposed, posting
from streams.ledger.book import gathered
from streams.ledger.redetection import Redetection
from streams.pipeline.pipeline import only
from streams.registry import Roster, stored
from streams.river import recovery
from streams.river.in_force import remembered

DAY_S = 86_400.0
END = 20_006 * DAY_S
NOW = datetime(2026, 1, 1, tzinfo=UTC)
EVERY_MOVE = Hysteresis(band=Decimal(0), step=Decimal(10))
OWN = (  # what a manager might set: deaf, blind, short of km, and with hours of its own
    "detectors.harsh_braking.level1_g=0.9",
    "detectors.harsh_braking.level2_g=0.9",
    "detectors.speeding.tolerance_kmh=60",
    "detectors.exposure.gap_min_m=1000000",
    "detectors.activity.stop_s=10",
    "hours.rule=custom",
    "hours.drive_h=1000",
    "hours.break_min=1",
)
VEHICLES = ("V0", "V1", "V2")
COVERS = ("own_damage", "tpl_property")
FILES = {
    "policyholders": "policyholder_id,name\nph,Holder\n",
    "fleets": "fleet_id,name,time_zone\nf,Fleet,UTC\n",
    "vehicles": "vehicle_id,fleet_id,class,use\n" + "".join(f"{name},f,M1,own\n" for name in VEHICLES),
    "policies": "policy_id,policyholder_id,from,to,basis,currency\nP,ph,2024-10-01,2025-10-01,per_km,EUR\n",
    "policy_vehicles": "policy_id,vehicle_id,cover,from,to,annual_km\n"
    + "".join(f"P,{name},{cover},2024-10-01,2025-10-01,\n" for name in VEHICLES for cover in COVERS),
}


def river_of(rivers, folder, rules):
    """A river of a fleet that is insured, and whose rule sets are on record."""
    river = rivers.River(folder / "data", rules)
    enter(river, folder / "registry")
    for one in rules.in_force.sets:
        remembered(river.store, one, one.since)
    return river


def enter(river, folder, **more):
    """A registry that may say more, written and stored; who is in it."""
    folder.mkdir(parents=True)
    for name, said in (FILES | more).items():
        (folder / f"{name}.csv").write_text(said)
    with river.store.writing() as connection:
        stored.write(connection, registry.load(folder), 0.0)
        return Roster(stored.read(connection))


def send(rivers, river, samples):
    river.embedded.take(rivers.payloads(samples, boot=str(river.store.position)))
    river.drain()


def close(river, t, tariff=None):
    """Let a day close: what is to be made again is."""
    follow, intake = partial(recovery.followed, river.source), river.embedded.intake
    live, tariffs = river.pipeline.in_force, [tariff or standard()]
    assert Redetection(river.store, follow, intake, live, tariffs, 7 * DAY_S).work(t)


def rated(river, tariff=None):
    """The tables that `tripmeter rate` makes of a river."""
    with river.store.reading() as connection:
        risks = Roster(stored.read(connection)).risks()
        return exposed.rated(connection, tariff or standard(), risks, tables.moment(END))


def post(river, tariff=None, t=END):
    """Texts of the entries that a moment brings, and the days that move no score."""
    tariff = tariff or standard()
    with river.store.reading() as connection:
        book = gathered(connection, tariff, tables.moment(t))
        new, refused = posting.posted(connection, book, tariff, EVERY_MOVE, NOW)
    assert refused == []
    return [entry.text for entry in new["P"]], book.left


class Assigned:
    """Stands in for a registry in which somebody writes what drivers he likes, the devices' own among them."""

    def __init__(self, rivers, rng, every):
        self.spans = {}
        for name in VEHICLES:
            edges = (rivers.START + np.cumsum(rng.uniform(0, 2 * every, int(250_000 / every)))).tolist()
            self.spans[name] = [(a, b, f"D{rng.integers(4)}") for a, b in pairwise(edges) if rng.random() < 0.8]
        self.everybody = rivers.Everybody

    def known(self, fleet_id, vehicle_id):
        return self.everybody(self.spans.get(vehicle_id, ())).known(fleet_id, vehicle_id)


def reassign(rivers, river, rng, every=25_000.0):
    """Let a manager write other drivers into the registry, another ``every`` so many s, also of days that are over."""
    river.source = Assigned(rivers, rng, every)
    river.embedded.follow(river.source)
    river.drain()


def daily(rivers, river, samples, order=1, tariff=None, before=lambda: None):
    """Everything sent as it happens, each day closed an hour after its midnight; ``before`` that something is done."""
    rng = np.random.default_rng(order)
    day = ((samples.t - rivers.START) // DAY_S).astype(int)
    late = (rng.random(samples.t.size) < 0.1) & (day < day.max())
    day = np.where(late, day + 1, day)
    for number in range(day.max() + 1):
        send(rivers, river, only(samples, day == number))
        before()
        close(river, rivers.START + (number + 1) * DAY_S + 4000.0, tariff)

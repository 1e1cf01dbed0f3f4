"""Same inputs, same answer: framing, order, duplicates, settling and crashes leave no trace in the tables."""

import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.signals import WHEELS
from streams.fleets.fleet import Described
from streams.fleets.geometry import circle
from streams.fleets.zones import Route, Zone
from streams.hours import HoursRules, Limit, Rest, RuleBook
from streams.hours.limits import Calendar
from streams.pipeline.pipeline import only
from streams.pipeline.rule_set import InForce, RuleSet

SHM = Path("/dev/shm")  # noqa: S108  every commit waits for its disk
seeds = st.integers(0, 1_000_000)


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged(*rivers.HOURS)


def folder():
    return tempfile.TemporaryDirectory(dir=SHM if SHM.is_dir() else None)


def disturbed(payloads, rng):
    """``payloads`` in a disorder between none and total."""
    noise = rng.normal(0, float(rng.choice([0, 3, 40, 1000])), len(payloads))
    return [payloads[k] for k in np.argsort(np.arange(len(payloads)) + noise)]


def run_through(river, payloads, rng, *, settling=0.15, crashing=0.1):
    """Take ``payloads`` in handfuls; between them now and then save, settle, or crash."""
    at = 0
    while at < len(payloads):
        handful = payloads[at : at + int(rng.integers(1, 60))]
        assert len(river.embedded.take(handful)) == len(handful)
        at += len(handful)
        event = rng.random()
        if event < 0.15:
            river.embedded.snapshot()
        elif event < 0.15 + settling:
            river.embedded.settle_due(at_once=True)
        elif event < 0.15 + settling + crashing:
            river.crash()
    river.drain()


@settings(max_examples=8, deadline=None)
@given(seeds, seeds)
def test_any_framing_order_and_repetition_with_crashes_and_settling(rivers, rules, seed, order):
    samples, source, rng = rivers.days(seed), rivers.Everybody(), np.random.default_rng(order)
    sent = rivers.payloads(samples, size=int(rng.integers(1, 40)))
    sent += [payload for payload in rivers.payloads(samples, size=7, boot="again") if rng.random() < 0.3]
    sent += [payload for payload in sent if rng.random() < 0.2]
    with folder() as data:
        river = rivers.River(Path(data), rules, source)
        run_through(river, disturbed(sent, rng), rng)
        assert rivers.differences(rivers.replayed([samples], rules, source), river.tables()) == {}


@settings(max_examples=6, deadline=None)
@given(seeds, seeds)
def test_two_devices_in_a_vehicle_that_contradict_each_other(rivers, rules, seed, order):
    rng, source = np.random.default_rng(order), rivers.Everybody()
    one = rivers.days(seed, vehicles=2)
    other = rivers.days(seed, vehicles=2)
    wrong = rng.random(other.t.size) < 0.1
    other.columns["speed"][wrong] = np.round(rng.uniform(0, 90, int(wrong.sum())), 1) * (1 / 3.6)
    other.columns["speed_limit"][rng.random(other.t.size) < 0.3] = np.nan
    sent = [*rivers.payloads(one, size=9, boot="x"), *rivers.payloads(other, size=13, boot="y")]
    with folder() as data:
        river = rivers.River(Path(data), rules, source)
        run_through(river, disturbed(sent, rng), rng)
        kept = rivers.stored(river)
        assert rivers.differences(rivers.replayed([kept], rules, source), river.tables()) == {}


@settings(max_examples=6, deadline=None)
@given(seeds, seeds)
def test_replays_of_rows_shuffled_doubled_and_in_pieces(rivers, rules, seed, order):
    samples, source, rng = rivers.days(seed), rivers.Everybody(), np.random.default_rng(order)
    expected = rivers.replayed([samples], rules, source)
    rows = rng.permutation(np.repeat(np.arange(samples.t.size), rng.integers(1, 3, samples.t.size)))
    assert rivers.differences(expected, rivers.replayed([rivers.reordered(samples, rows)], rules, source)) == {}
    pieces = [only(samples, samples.vehicle == vehicle) for vehicle in rng.permutation(3)]
    assert rivers.differences(expected, rivers.replayed(pieces, rules, source)) == {}


@settings(max_examples=6, deadline=None)
@given(seeds, seeds)
def test_assigned_drivers_who_change_vehicles(rivers, rules, seed, order):
    rng = np.random.default_rng(order)
    edges = rivers.START + np.cumsum(rng.uniform(0, 40_000, 8))
    spans = [(float(a), float(b), f"D{k % 2}") for k, (a, b) in enumerate(pairwise(edges))]
    source, samples = rivers.Everybody(spans), replace(rivers.days(seed), driver=None)
    with folder() as data:
        river = rivers.River(Path(data), rules, source)
        run_through(river, disturbed(rivers.payloads(samples, size=20), rng), rng)
        assert rivers.differences(rivers.replayed([samples], rules, source), river.tables()) == {}


@settings(max_examples=6, deadline=None)
@given(seeds, seeds)
def test_assignments_that_arrive_late_and_in_any_order(rivers, rules, seed, order):
    rng = np.random.default_rng(order)
    edges = rivers.START + np.cumsum(rng.uniform(0, 40_000, 8))
    spans = [(float(a), float(b), f"D{k % 3}") for k, (a, b) in enumerate(pairwise(edges))]
    known = [[spans[k] for k in sorted(rng.permutation(len(spans))[:n])] for n in range(len(spans))] + [spans]
    samples = replace(rivers.days(seed, vehicles=2), driver=None)
    payloads = disturbed(rivers.payloads(samples, size=20), rng)
    with folder() as data:
        river = rivers.River(Path(data), rules, rivers.Everybody())
        for number, some in enumerate(known):
            river.source = rivers.Everybody(some)
            river.embedded.follow(river.source)
            run_through(river, payloads[number :: len(known)], rng)
        assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}


def places(rng):
    """Zones and a route where the drives of rivers.days go, some for a time only."""

    def when():
        a, b = rivers_start + np.sort(rng.uniform(0, 200_000, 2))
        return [(-np.inf, np.inf), (float(a), np.inf), (float(a), float(b))][rng.integers(3)]

    rivers_start = 20_000 * 86_400.0
    spots = 48 + rng.uniform(-0.002, 0.002, 6)
    radii = rng.choice([60.0, 100.0, 150.0], 6)
    zones = [
        Zone(f"Z{k}", int(kind), circle(float(lat), 8.4, float(radius)), *when())
        for k, (kind, lat, radius) in enumerate(zip(rng.permutation([1, 2, 2, 3, 4, 4]), spots, radii, strict=True))
    ]
    lat = 48 + float(rng.uniform(-0.002, 0.002))
    route = Route("R", f"LINESTRING(8 {lat}, 9 {lat})", 40.0, ("Z0", "Z1"), *when())
    return zones, [route]


@settings(max_examples=7, deadline=None)
@given(seeds, seeds)
def test_zones_and_routes_that_change_while_data_comes(rivers, rules, seed, order):
    rng, samples = np.random.default_rng(order), rivers.days(seed, vehicles=2)
    samples.columns["lat"] = 48 + np.cumsum(rng.normal(0, 2e-4, samples.t.size))
    samples.columns["speed"] *= rng.random(samples.t.size) < 0.7
    zones, routes = places(rng)
    steps = [(tuple(zones[k] for k in sorted(rng.permutation(6)[: 2 * n])), tuple(routes[: n % 2])) for n in range(4)]
    payloads = disturbed(rivers.payloads(samples, size=20), rng)
    with folder() as data:
        river = rivers.River(Path(data), rules, rivers.Everybody())
        for number, (some, ways) in enumerate(steps):
            river.source = rivers.Everybody(zones=some, routes=ways)
            river.embedded.follow(river.source)
            run_through(river, payloads[number :: len(steps)], rng)
        assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}


DAYS = Calendar(1, 2, "fleet")
ON_DUTY = Limit("weekly_driving", "a test", 2000.0, 300.0, 900.0, "duty", Rest(36_000.0), calendar=DAYS, off_s=4e4)


@settings(max_examples=6, deadline=None)
@given(seeds, seeds)
def test_hours_on_duty(rivers, rules, seed, order):
    rng, source, samples = np.random.default_rng(order), rivers.Everybody(), rivers.days(seed)
    samples.columns["ignition"] = np.where(rng.random(samples.t.size) < 0.02, 0.0, 1.0)
    on_duty = RuleSet(*rules.in_force.sets[0][:2], hours=RuleBook(HoursRules("duty", (ON_DUTY,))))
    duty = replace(rules, in_force=InForce([on_duty]))
    with folder() as data:
        river = rivers.River(Path(data), duty, source)
        run_through(river, disturbed(rivers.payloads(samples, size=20), rng), rng)
        assert rivers.differences(rivers.replayed([samples], duty, source), river.tables()) == {}


@settings(max_examples=6, deadline=None)
@given(seeds, seeds)
def test_vehicles_described_anew_while_data_comes(rivers, rules, seed, order):
    rng, samples = np.random.default_rng(order), rivers.days(seed, vehicles=2)
    edges = rivers.START + np.sort(rng.uniform(0, 250_000, 3))
    some = [Described(-np.inf, 2, np.full(WHEELS, 800.0), False)]
    some += [Described(float(t), int(rng.integers(4)), np.full(WHEELS, rng.uniform(600, 900)), True) for t in edges]
    payloads = disturbed(rivers.payloads(samples, size=20), rng)
    with folder() as data:
        river = rivers.River(Path(data), rules, rivers.Everybody(klass=2))
        for number in [*rng.permutation(4).tolist(), 3]:
            last = some[number]
            river.source = rivers.Everybody(klass=last.klass, since=last.since, earlier=tuple(some[:number]))
            river.embedded.follow(river.source)
            run_through(river, payloads[number::4], rng)
        assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}


@settings(max_examples=6, deadline=None)
@given(seeds)
def test_without_late_data_what_was_live_is_what_is_settled(rivers, rules, seed):
    samples, source = rivers.days(seed), rivers.Everybody()
    order = np.argsort(samples.t, kind="stable")
    with folder() as data:
        river = rivers.River(Path(data), rules, source)
        river.embedded.take(rivers.payloads(rivers.reordered(samples, order), size=1))
        assert not river.embedded.settle_due(at_once=True)
        river.embedded.snapshot()
        assert rivers.differences(rivers.replayed([samples], rules, source), river.tables()) == {}

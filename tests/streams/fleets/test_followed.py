"""Followed: a registry that changes late settles again what it says otherwise, and nothing else."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.signals import WHEELS
from streams.fleets.fleet import Coupled, Described, Known
from streams.fleets.followed import differs_since, made_with, pulled, said
from streams.fleets.geometry import circle
from streams.fleets.zones import FORBIDDEN, Route, Zone
from streams.river.embedded import Pace
from streams.store import upkeep

INF = float("inf")
spans = st.lists(
    st.tuples(st.integers(0, 9), st.integers(1, 9), st.sampled_from("ab")), max_size=4, unique_by=lambda one: one[0]
)


def assigned(*spans):
    return said(Known(assignments=list(spans)))


def driver_at(spans, t):
    """Of two assignments the later start counts, as in context.assigned_at."""
    ahead = [span for span in sorted(spans) if span[0] <= t]
    return ahead[-1][2] if ahead and t < ahead[-1][1] else None


@pytest.mark.parametrize(
    ("before", "after", "since"),
    [
        ([], [], None),
        ([], [(5.0, INF, "a")], 5.0),
        ([(5.0, INF, "a")], [(5.0, 9.0, "a")], 9.0),
        ([(5.0, INF, "a")], [(5.0, 9.0, "a"), (9.0, INF, "b")], 9.0),
        ([(5.0, 9.0, "a")], [(5.0, 9.0, "b")], 5.0),
        ([(5.0, 9.0, "a")], [], 5.0),
    ],
)
def test_assignments_differ_from_an_instant_on(before, after, since):
    assert differs_since(assigned(*before), assigned(*after)) == since
    assert differs_since(assigned(*after), assigned(*before)) == since


@given(spans, spans)
def test_before_that_instant_everybody_drives_as_before(before, after):
    old, new = ([(float(a), float(a + n), who) for a, n, who in side] for side in (before, after))
    since = differs_since(assigned(*sorted(old)), assigned(*sorted(new)))
    same = [t for t in np.arange(-1, 20, 0.5) if since is None or t < since]
    assert all(driver_at(old, t) == driver_at(new, t) for t in same)


@pytest.mark.parametrize(
    "other",
    [
        {"klass": 1},
        {"zone": "Asia/Shanghai"},
        {"placard": np.array([np.nan, 800.0])},
        {"passenger": True},
        {"jurisdiction": "CN"},
    ],
)
def test_what_is_said_without_a_date_holds_for_all_time(other):
    assert differs_since(said(Known()), said(Known(**other))) == -INF
    assert differs_since(said(Known(**other)), said(Known(**other))) is None


def test_a_vehicle_described_anew_differs_from_then_on():
    described = [Described(-INF, 0, None, False), Described(50.0, 1, np.full(WHEELS, 800.0), False)]
    one, two = Known(0), Known(1, described[1].placard, since=50.0, earlier=(described[0],))
    three = Known(2, passenger=True, since=90.0, earlier=tuple(described))
    assert differs_since(said(one), said(two)) == differs_since(said(two), said(one)) == 50.0
    assert differs_since(said(two), said(three)) == 90.0
    assert differs_since(said(one), said(three)) == 50.0
    later = Known(1, described[1].placard, since=60.0, earlier=(described[0],))
    assert differs_since(said(two), said(later)) == 50.0
    softer = Known(1, described[1].placard - 100.0, since=50.0, earlier=(described[0],))
    assert differs_since(said(two), said(softer)) == 50.0


@pytest.fixture(scope="module")
def rules(rivers):
    return rivers.judged(*rivers.HOURS)


@pytest.mark.parametrize("running", [True, False])
def test_a_late_assignment_settles_again(rivers, rules, tmp_path, running):
    samples, patient = rivers.days(5, vehicles=2), Pace(horizon_s=INF)
    river = rivers.River(tmp_path, rules, pace=patient)
    river.embedded.take(rivers.payloads(samples))
    river.embedded.snapshot()
    middle = float(np.median(samples.t))
    river.source = rivers.Everybody([(middle, middle + 40_000.0, "late")])
    if running:
        river.embedded.follow(river.source)
    else:  # somebody has entered it while nobody served
        river.crash()
    assert {row["since"] for row in river.rows(upkeep.dirty)} == {middle}
    river.crash()
    river.drain()
    assert "late" in river.tables()["segments"]["driver_id"].to_list()
    assert rivers.differences(rivers.replayed([samples], rules, river.source), river.tables()) == {}
    river.crash()
    assert river.rows(upkeep.dirty) == []


def test_what_was_assigned_for_later_settles_nothing(rivers, rules, tmp_path):
    river = rivers.River(tmp_path, rules)
    samples = rivers.days(5, vehicles=2)
    river.embedded.take(rivers.payloads(samples))
    river.embedded.follow(rivers.Everybody([(float(samples.t.max()) + 1, INF, "next")]))
    assert river.rows(upkeep.dirty) == []


def test_another_class_goes_back_to_the_horizon(rivers, rules, tmp_path):
    river = rivers.River(tmp_path, rules, pace=Pace(horizon_s=1000.0))
    samples = rivers.days(5, vehicles=1)
    river.embedded.take(rivers.payloads(samples))
    river.embedded.follow(rivers.Everybody(klass=2))
    assert [row["since"] for row in river.rows(upkeep.dirty)] == [float(samples.t.max()) - 1000.0]


def test_a_trailer_coupled_or_changed_differs_from_then_on():
    def coupled(*couplings):
        return said(Known(couplings=[Coupled(*one) for one in couplings]))

    placard = np.full(WHEELS, 800.0)
    one, other = (100.0, 200.0, "T", 2, 5, placard), (300.0, INF, "U", 2, 5)
    assert differs_since(coupled(one), coupled(one)) is None
    assert differs_since(coupled(one), coupled(one, other)) == 300
    assert differs_since(coupled(one, other), coupled((100.0, 150.0, "T", 2, 5, placard), other)) == 150
    assert differs_since(coupled(one), coupled((100.0, 200.0, "T", 2, 5, placard - 1))) == 100


def test_zones_keep_their_numbers_whatever_the_registry_says_next(rivers, rules, tmp_path):
    zones = [Zone(name, FORBIDDEN, circle(48.0, 8.4, 100.0), -INF, INF) for name in "bac"]
    river = rivers.River(tmp_path, rules, rivers.Everybody(zones=tuple(zones[:2])))
    samples = rivers.days(5, vehicles=1)
    river.embedded.take(rivers.payloads(samples))
    river.embedded.snapshot()
    told = river.pipeline.fleet.zones[:]
    assert told == [("f", "a"), ("f", "b")]
    river.source = rivers.Everybody(zones=tuple(zones[::-1]))
    river.crash()
    river.drain()
    assert river.pipeline.fleet.zones == [*told, ("f", "c")]
    assert [row["zone_id"] for row in river.rows(upkeep.zones)] == ["a", "b", "c"]


@pytest.mark.parametrize("row", [0, 1])
def test_a_place_or_route_differs_from_when_it_does(row):
    zones = (Zone("a", FORBIDDEN, circle(48.0, 8.4, 100.0), 5.0, INF),)
    routes = (Route("r", "LINESTRING(8 48, 9 48)", 50.0, (), 5.0, 9.0),)
    known = Known(zones=zones) if row == 0 else Known(routes=routes)
    other = Known(zones=(zones[0]._replace(kind=1),)) if row == 0 else Known(routes=(routes[0]._replace(width=60.0),))
    assert differs_since(said(Known()), said(known)) == 5.0
    assert differs_since(said(known), said(other)) == 5.0


def pulls(name, edges):
    """A trailer that comes and goes."""
    return [(start, end, name) for start, end in zip(edges[::2], edges[1::2], strict=False)]


EDGE = st.integers(0, 12)
EDGES = st.lists(EDGE, max_size=4, unique=True).map(sorted)
PULLED = st.tuples(EDGES, EDGES).map(lambda both: {*pulls("T", both[0]), *pulls("U", both[1])})


@given(before=PULLED, now=PULLED, since=EDGE)
def test_a_record_made_anew_from_some_moment_has_its_trailers_from_there_on(before, now, since):
    """And those it was made with up to there, whatever the registry says of that time."""

    def at(spans, t):
        return {what for start, end, what in spans if start <= t < end}

    told = json.dumps({"zone": "UTC", "couplings": sorted(now)})
    kept = made_with(told, before, now, since)
    for t in np.arange(0.0, 12.5, 0.5):
        assert at(pulled(kept), t) == at(before if t < since else now, t)
    assert differs_since(kept, told) is None
    assert made_with(kept, pulled(kept), now, 0) == told
    assert made_with(told, now, now, since) == told

"""Pinned: the days on which other rules than the accepted ones were in force."""

import math

import pytest
from sqlalchemy import insert

from pricing.tariffs import standard
from streams import config
from streams.config import Config
from streams.ledger.books import BOOKS
from streams.ledger.pinned import EVER, NAMED, Strange, first_strange, is_known, priced, rule_set, strange, version
from streams.ledger.unaccepted import Unaccepted
from streams.pipeline.chain import PARAMS
from streams.pipeline.own import with_own
from streams.pipeline.rule_set import InForce
from streams.store import schema
from streams.store.store import memory_store

DAY_S = 86_400.0


@pytest.fixture
def connection():
    """Rules a, b from the eleventh day on, and a again, now with roads, from the thirteenth."""
    store = memory_store()
    sets = ((-math.inf, "a"), (10 * DAY_S + 5.0, "b"), (12 * DAY_S, "a+roads.1"))
    with store.writing() as found:
        found.execute(insert(schema.rule_sets), [{"since": t, "version": name, "body": "{}"} for t, name in sets])
        yield found
    store.close()


def test_a_day_counts_only_if_accepted_rules_held_all_of_it(connection):
    assert strange(connection, {"a"}) == [Strange("b", 10, 12)]
    assert strange(connection, {"b"}) == [Strange("a", -EVER, 10), Strange("a", 12, EVER)]
    assert strange(connection, {"a", "b"}) == []


def test_what_a_fleet_has_set_for_itself_is_strange_for_it_alone():
    store, body = memory_store(), '{"fleets": {"g": {"harsh_braking": {}}}}'
    sets = [(-math.inf, "a", "{}"), (10 * DAY_S, "a+fleets.1", body), (12 * DAY_S, "b+fleets.1+roads.2", body)]
    rows = [dict(zip(("since", "version", "body"), one, strict=True)) for one in sets]
    with store.writing() as found:
        found.execute(insert(schema.rule_sets), rows)
        alone, everybodys = Strange("a+fleets.1", 10, 12, frozenset("g")), Strange("b+fleets.1", 12, EVER)
        assert strange(found, {"a"}) == [alone, everybodys]
        assert strange(found, {"a", "a+fleets.1"}) == [everybodys]
    some = Unaccepted([alone, everybodys], {("f", "V"): [Strange(BOOKS, 3, 4)]})
    assert [some.of((fleet, "V")) for fleet in "fgh"] == [
        [everybodys, Strange(BOOKS, 3, 4)],
        [alone, everybodys],
        [everybodys],
    ]
    store.close()


def test_thresholds_that_are_accepted_hold_for_all_but_who_has_set_others(rivers):
    base = rivers.judged().in_force.sets[-1]
    own = {"g": {"harsh_braking": {"level1_g": {"car": 0.9}}}}
    live = InForce([base, with_own(base, own)._replace(since=10.0)])
    strict = rivers.judged("detectors.speeding.tolerance_kmh=5").in_force.sets[-1]
    read = priced(live, strict, {strict.version, base.version}).sets[-1]
    assert (read.version, read.fleets, read.names) == (base.version, {}, {})
    assert all(a.tobytes() == b.tobytes() for a, b in zip(read.thresholds, base.thresholds, strict=True))


def test_the_first_day_from_a_day_on(connection):
    some = strange(connection, {"b"})
    assert [first_strange(some, day) for day in (-EVER, 5, 11, 12, 40)] == [-EVER, 5, 12, 12, 40]
    assert first_strange(strange(connection, {"a"}), 13) is None


def test_pinned_thresholds_stand_in_for_those_not_accepted(rivers):
    own, strict, lax = (
        rivers.judged(*sets).in_force.sets[-1]
        for sets in ((), ("detectors.speeding.tolerance_kmh=5",), ("hours.rule=china",))
    )
    live = InForce([own, strict._replace(since=10.0), lax._replace(since=20.0)])
    assert rule_set(live, standard()).version == own.version
    read = priced(live, own, {own.version, lax.version})
    assert [(one.version, one.since) for one in read.sets] == [
        (own.version, -math.inf),
        (own.version, 10.0),
        live.sets[2][1:3],
    ]
    assert read.sets[1].hours == own.hours != read.sets[2].hours
    assert all(a.tobytes() == b.tobytes() for a, b in zip(read.sets[1].thresholds, own.thresholds, strict=True))


def test_a_name_means_the_thresholds_it_came_with():
    """Whoever changes a threshold that is shipped: give the new ones another name, in ``NAMED`` and the tariffs."""
    assert config.rule_version(Config(), PARAMS) == NAMED[standard().rules] == version(standard())


def test_other_thresholds_of_a_later_version_do_not_take_the_name(connection, monkeypatch):
    """A signed tariff goes on with those it was signed with, or with none."""
    live = InForce([])
    assert is_known(connection, standard())
    assert rule_set(live, standard()) is not None
    monkeypatch.setattr("streams.config.rule_version", lambda *_: "a later one")
    assert version(standard()) == NAMED[standard().rules]
    assert not is_known(connection, standard())
    assert rule_set(live, standard()) is None

"""Redetection: whatever thresholds a fleet chose, its premiums are those of a fleet that chose none, to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import delete, event, insert, update

from devices.samples import Samples, TyreReadings
from pricing.tariffs import standard
from streams import metrics, tables
from streams.desk import thresholds
from streams.desk.actions import act, shelve
from streams.erasure import work
from streams.erasure.person import Person, new_token
from streams.kernels.params import CLASSES
from streams.ledger import accepted, again, exposed
from streams.pipeline.pipeline import only
from streams.pipeline.rule_set import InForce
from streams.river.in_force import Follower
from streams.store import accounts, audit, schema, upkeep

from ..insured import END, OWN, close, daily, post, rated, send

DAY_S = 86_400.0
CHANGED = 0.9  # day on which they are


@pytest.fixture(scope="module")
def rules(rivers):
    """The rules the tariff pins, and those of a manager from some hour on, for two days."""
    calm, own = rivers.judged(), rivers.judged(*OWN).in_force.sets[-1]
    edges = [rivers.START + (CHANGED + days) * DAY_S for days in (0.0, 2.0)]
    (pinned,) = calm.in_force.sets
    sets = [pinned, own._replace(since=edges[0]), pinned._replace(since=edges[1])]
    return calm, replace(calm, in_force=InForce(sets))


def later(rivers, days):
    """Drives of so many days later."""
    return rivers.days(9 + days, start=rivers.START + days * DAY_S)


@pytest.fixture(scope="module")
def fleet(rivers, rules, tmp_path_factory, insured):
    """Both rivers after some days, every day closed: nobody touched the thresholds of the first."""
    two = [insured(tmp_path_factory.mktemp("fleet"), one) for one in rules]
    for river in two:
        daily(rivers, river, rivers.days(9))
        close(river, END)
    return two


def test_own_thresholds_leave_every_indication_equal_to_the_bit(fleet):
    untouched, touched = fleet
    assert untouched.tables()["exposure"].rows() != touched.tables()["exposure"].rows()
    assert post(touched) == post(untouched)
    assert untouched.rows(accounts.remade) == []
    assert {row["what"] for row in touched.rows(accounts.remade)} >= {"made", "segments", "events", "intervals"}


def test_what_rates_and_what_posts_read_the_same(fleet):
    untouched, touched = (rated(river) for river in fleet)
    assert touched["premiums"].equals(untouched["premiums"])
    assert not touched["events"].equals(untouched["events"])


def test_closing_a_day_again_changes_nothing_and_a_restart_neither(fleet):
    _, touched = fleet
    before = touched.rows(accounts.remade)
    touched.crash()
    close(touched, END + 60.0)
    close(touched, END + DAY_S)
    assert touched.rows(accounts.remade) == before


def test_what_a_manager_does_about_alerts_besides_moves_nothing(fleet):
    untouched, touched = fleet
    for alert in touched.rows(schema.alerts):
        for action, value in (("assign", "Bob"), ("dismiss", "not_the_driver")):
            act(touched.store, alert["alert_id"], action, "Ann", "because", END, value)
    shelve(touched.store, "f", "Ann", "quiet, please", END, until=END + DAY_S)
    assert post(touched) == post(untouched)


def test_erasing_a_driver_leaves_no_trace_and_every_premium(fleet):
    untouched, touched = fleet
    assert any(row["driver_id"] == "D1" for row in touched.rows(accounts.remade))
    person = Person("f", "D1", (), new_token())
    with touched.store.writing() as connection:
        work.ask(connection, person, 1.8e9, 7)
    work.clear_record(touched.store, lambda _: END)
    touched.crash()
    for table in (accounts.remade, accounts.remade_states):
        assert not any("D1" in str(value) for row in touched.rows(table) for value in row.values())
    assert post(touched) == post(untouched)


def test_what_the_insurer_accepts_moves_them(rivers, fleet, touched):
    untouched, _ = fleet
    daily(rivers, touched, rivers.days(9))
    close(touched, END)
    version = touched.rules.in_force.sets[1].version
    with touched.store.writing() as connection:
        accepted.accept(connection, version, "the insurer", "tried", 0.0)
    close(touched, END + 2 * DAY_S)
    assert post(touched) != post(untouched)
    with touched.store.reading() as connection:
        found = exposed.read(connection, standard(), tables.moment(END))
        assert (found.left, len(audit.read(connection, action="ledger.accept"))) == ([], 1)
    record, sums = touched.tables()["exposure"], ("km_measured", "km_gap", "over_limit_30_km")
    assert [found.driven[name].sum() for name in sums] == pytest.approx([record[name].sum() for name in sums])


@pytest.fixture
def touched(insured, rules, tmp_path):
    """A river whose manager has changed thresholds."""
    return insured(tmp_path, rules[1])


def left(river):
    return {one.why for one in post(river)[1]}


def test_days_whose_payloads_are_gone_are_left_out_and_it_is_said_why(rivers, touched):
    send(rivers, touched, rivers.days(9))
    assert left(touched) == {"waits"}
    with touched.store.writing() as connection:
        connection.execute(delete(schema.payloads))
        slots = [row["slot"] for row in touched.rows(upkeep.vehicles)]
        connection.execute(insert(upkeep.pruned), [{"slot": slot, "before": END} for slot in slots])
    close(touched, END)
    assert left(touched) == {"gone"}
    send(rivers, touched, later(rivers, 7))
    close(touched, END + 5 * DAY_S)
    assert left(touched) == {"gone"}


def test_payloads_that_cannot_be_read_are_left_out_too(rivers, touched):
    send(rivers, touched, rivers.days(9))
    with touched.store.writing() as connection:
        connection.execute(update(schema.payloads).values(body=b"not a payload"))
    close(touched, END)
    assert left(touched) == {"unread"}


def test_thresholds_that_nobody_knows_any_more(rivers, touched):
    send(rivers, touched, rivers.days(9))
    other = replace(standard(), rules="0123456789ab")
    close(touched, END, other)
    assert {one.why for one in post(touched, other)[1]} == {"unknown"}


def test_once_both_have_the_same_state_the_record_holds(rivers, rules, insured, tmp_path):
    """Only the brakes were another's: after a harsh one under the pinned rules nothing differs."""
    sets = rules[1].in_force.sets
    deaf = rivers.judged("detectors.harsh_braking.level1_g=0.9", "detectors.harsh_braking.level2_g=0.9")
    brakes = deaf.in_force.sets[-1]._replace(since=sets[1].since)
    other = replace(rules[1], in_force=InForce([sets[0], brakes, sets[2]]))
    two = [insured(tmp_path / str(k), one) for k, one in enumerate((rules[0], other))]
    for river in two:
        for days in (0, 4, 8, 12):
            samples = later(rivers, days)
            hard = only(samples, samples.t > 0.0, np.zeros(samples.tyres.t.size, bool))  # soft tyres would last
            send(rivers, river, hard)
            close(river, rivers.START + (days + 4) * DAY_S)
    untouched, touched = two
    ended = {row["slot"] for row in touched.rows(accounts.remade_states) if row["body"] == b""}
    assert ended
    for river in two:
        close(river, END + 12 * DAY_S)
    assert post(touched, t=END + 12 * DAY_S) == post(untouched, t=END + 12 * DAY_S)


def test_hours_at_the_wheel_too_where_a_tariff_pins_rules_by_their_hash(rivers, insured, tmp_path):
    """Drives of 36 min are too long by the pinned rules; the manager's allow a thousand hours."""
    calm = rivers.judged(*rivers.HOURS)
    (pinned,) = calm.in_force.sets
    own = rivers.judged(*OWN).in_force.sets[-1]._replace(since=rivers.START + 0.3 * DAY_S)
    tariff = replace(standard(), rules=pinned.version)
    both = []
    for name, sets in (("untouched", [pinned]), ("touched", [pinned, own])):
        river = insured(tmp_path / name, replace(calm, in_force=InForce(sets)))
        daily(rivers, river, rivers.days(9), tariff=tariff)
        close(river, END, tariff)
        both.append(river)
    untouched, touched = both
    assert "spans" in {row["what"] for row in touched.rows(accounts.remade)}
    assert post(touched, tariff) == post(untouched, tariff)


def test_a_vehicle_that_fails_is_counted_and_stops_no_other(rivers, touched, monkeypatch):
    """And is made again once that is mended."""
    send(rivers, touched, rivers.days(9))
    made = again.Again.made

    def fails(one, *said):
        if one.vehicle[1] == "V1":
            raise KeyError(one.vehicle)
        return made(one, *said)

    before = metrics.LEDGER_UNMADE._value.get()
    monkeypatch.setattr(again.Again, "made", fails)
    close(touched, END)
    assert {(one.vehicle_id, one.why) for one in post(touched)[1]} == {("V1", "waits")}
    assert metrics.LEDGER_UNMADE._value.get() == before + 1
    monkeypatch.undo()
    close(touched, END + DAY_S)
    assert left(touched) == set()


def test_of_vehicles_that_have_said_nothing_nothing_is_asked(rivers, touched):
    send(rivers, touched, rivers.days(9))
    close(touched, END)
    asked = []
    event.listen(touched.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    close(touched, END + DAY_S)
    before = len(asked)
    with touched.store.writing() as connection:
        silent = [{"slot": 3 + k, "fleet_id": "f", "vehicle_id": f"silent {k}", "known": "{}"} for k in range(20)]
        connection.execute(insert(upkeep.vehicles), silent)
    asked.clear()
    close(touched, END + 2 * DAY_S)
    assert 0 < len(asked) <= before


def test_a_version_with_other_states_leaves_nothing_old_beside_the_new(rivers, touched, fleet):
    send(rivers, touched, rivers.days(9))
    close(touched, END)
    kept, states = accounts.remade, accounts.remade_states
    with touched.store.writing() as connection:
        connection.execute(update(states).values(fingerprint="an older version"))
        renamed = update(kept).where(kept.c.what != "spans").values(row_id="old " + kept.c.row_id)
        assert connection.execute(renamed).rowcount
    close(touched, END + DAY_S)
    assert not [row for row in touched.rows(kept) if row["row_id"].startswith("old ")]
    assert post(touched)[0] == post(fleet[0])[0]


def test_what_a_fleet_sets_in_the_console_moves_none_either(rivers, rules, fleet, insured, tmp_path):
    calm, _ = rules
    river = insured(tmp_path, replace(calm, in_force=InForce(calm.in_force.sets)))  # which the follower adds to
    follower = Follower(river.store, calm.in_force.sets[-1], river.pipeline.in_force)
    deaf = {name: dict.fromkeys(CLASSES, 0.9) for name in ("level1_g", "level2_g", "level3_g")}
    at = rivers.START + CHANGED * DAY_S
    thresholds.change(river.store, "f", "harsh_braking", deaf, "Ann", at)
    thresholds.change(river.store, "f", "harsh_braking", {}, "Ann", at + 2 * DAY_S)
    assert follower.look().keys() == {"f"}
    daily(rivers, river, rivers.days(9))
    close(river, END)
    assert len(river.rows(schema.events)) < len(fleet[0].rows(schema.events))
    assert post(river) == post(fleet[0])
    river.store.close()


def leaking(rivers):
    """A tyre that loses three percent a day, another that holds, read every hour for four days."""
    t = rivers.START + np.arange(0.0, 4 * DAY_S, 3600.0)
    n = t.size
    lost = np.stack([800.0 * (1.0 - 0.03 * (t - rivers.START) / DAY_S), np.full(n, 800.0)], axis=1)
    twice, wheels = np.repeat(t, 2), np.tile([0, 3], n)
    tyres = TyreReadings(np.zeros(2 * n, np.int64), wheels, twice, lost.ravel(), np.full(2 * n, 20.0))
    columns = {"speed": np.full(n, 15.0), "ignition": np.ones(n)}
    return Samples([("f", "V0")], np.zeros(n, np.int64), t, columns, [], np.full(n, -1), tyres)


def test_a_slow_leak_that_nobody_wanted_to_hear_of_counts_all_the_same(rivers, insured, tmp_path):
    names = [f"detectors.tyre_slow_leak.level{level}_pct=90" for level in (1, 2, 3)]
    calm, deaf = rivers.judged(), rivers.judged(*names).in_force.sets[-1]
    sets = [*calm.in_force.sets, deaf._replace(since=rivers.START + CHANGED * DAY_S)]
    both = {"calm": calm, "deaf": replace(calm, in_force=InForce(sets))}
    untouched, touched = (insured(tmp_path / name, one) for name, one in both.items())
    for river in (untouched, touched):
        send(rivers, river, leaking(rivers))
        close(river, END)
    leaks = [
        [row for row in river.rows(schema.events) if row["kind"] == "tyre_slow_leak"] for river in (untouched, touched)
    ]
    assert (len(leaks[0]), leaks[1]) == (1, [])
    assert [row["what"] for row in touched.rows(accounts.remade) if "tyre_slow_leak" in row["body"]] == ["spans"]
    assert post(touched) == post(untouched)


def test_a_fleets_own_thresholds_have_nobody_elses_vehicles_made_again(rivers, rules, insured, tmp_path, monkeypatch):
    calm, _ = rules
    again_of, run = [], again.Again._run
    monkeypatch.setattr(again.Again, "_run", lambda one, *said: (again_of.append(one.vehicle[0]), run(one, *said))[1])
    river = insured(tmp_path, replace(calm, in_force=InForce(calm.in_force.sets)))  # which the follower adds to
    follower = Follower(river.store, calm.in_force.sets[-1], river.pipeline.in_force)
    deaf = {name: dict.fromkeys(CLASSES, 0.9) for name in ("level1_g", "level2_g", "level3_g")}
    thresholds.change(river.store, "g", "harsh_braking", deaf, "Ann", rivers.START + CHANGED * DAY_S)
    assert follower.look().keys() == {"g"}
    daily(rivers, river, rivers.fleets(("f", "g"), seed=9, vehicles=1))
    close(river, END)
    assert set(again_of) == {"g"}
    assert {row["fleet_id"] for row in river.rows(accounts.remade)} == {"g"}
    assert left(river) == set()
    river.store.close()

"""Actions: what people decide stays, by alert id, whatever the river finds out later."""

import pytest

from devices.samples import Payload
from streams import tables
from streams.desk import actions
from streams.desk.actions import ActionError, act, put_away, shelve
from streams.desk.decisions import key_of
from streams.desk.desk import Desk
from streams.store import deeds, marks, schema

LIMITED = b'{"v":1,"boot":"b","seq":%d,"t":%s,"speed_kmh":%s,"speed_limit_kmh":50}'


def speeding(start, seconds=90, seq=1):
    """A payload of driving 100 where 50 is posted, then 40."""
    t = [float(start + k) for k in range(seconds + 30)]
    speeds = [100] * seconds + [40] * 30
    return Payload("tripmeter/v1/f/V/telemetry", LIMITED % (seq, str(t).encode(), str(speeds).encode()), 0.0)


@pytest.fixture
def river(rivers, tmp_path):
    found = rivers.River(tmp_path, rivers.judged())
    found.embedded.take([speeding(1000)])
    found.embedded.snapshot()
    return found


def alert(river):
    (row,) = [row for row in river.rows(schema.alerts) if not row["superseded"]]
    return row


def outbox(river):
    return [(row["sink"], row["address"], len(row["body"]) > 0) for row in river.rows(schema.outbox)]


def state(river):
    with river.store.reading() as connection:
        return tables.alerts(connection, 0.0).select("alert_id", "state", "reason").rows()


def test_an_alert_is_acknowledged_by_the_beginning_of_its_id(river):
    name = alert(river)["alert_id"]
    assert act(river.store, name[:6], "acknowledge", "Ann", "", 5000.0) == name
    assert state(river) == [(name, "acknowledged", "")]
    assert outbox(river)[1:] == []
    (row,) = river.rows(deeds.actions)
    assert (row["actor"], row["action"], row["seen"]) == ("Ann", "acknowledge", alert(river)["last_start"])


def test_a_resolved_alert_is_taken_down_and_the_next_event_is_a_new_one(river):
    name = alert(river)["alert_id"]
    act(river.store, name, "resolve", "Ann", "", 5000.0)
    assert outbox(river)[-1] == ("mqtt", "tripmeter/v1/f/V/alert/speeding", False)
    river.embedded.take([speeding(1300, seq=2)])
    assert alert(river)["alert_id"] != name
    assert sorted(row[1] for row in state(river)) == ["open", "resolved"]


def test_what_people_had_not_seen_when_they_put_it_away_is_new_even_if_it_was_before(river):
    name = alert(river)["alert_id"]
    act(river.store, name, "resolve", "Ann", "", 5000.0)  # at 5000, when the device still held what follows
    river.embedded.take([speeding(2000, seq=2)])
    assert alert(river)["alert_id"] != name


def test_a_dismissal_needs_a_reason(river):
    with pytest.raises(ActionError, match="needs a reason"):
        act(river.store, alert(river)["alert_id"], "dismiss", "Ann", "", 5000.0)
    assert river.rows(deeds.actions) == []
    act(river.store, alert(river)["alert_id"], "dismiss", "Ann", "a test drive", 5000.0)
    assert state(river)[0][1:] == ("dismissed", "a test drive")


def test_an_unknown_or_ambiguous_id_is_an_error(river):
    with pytest.raises(ActionError, match="no alert has an id that begins with 'zz'"):
        act(river.store, "zz", "resolve", "Ann", "", 0.0)
    river.embedded.take([speeding(20_000, seq=2)])
    with pytest.raises(ActionError, match="more than one alert"):
        act(river.store, "", "resolve", "Ann", "", 0.0)


def test_a_put_away_alert_is_not_told_again_when_its_event_moves_on(rivers, tmp_path):
    river = rivers.River(tmp_path, rivers.judged())
    body = LIMITED % (1, str([1000.0 + k for k in range(60)]).encode(), b"100")
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 0.0)])
    assert alert(river)["condition"] == "active"
    act(river.store, alert(river)["alert_id"], "resolve", "Ann", "", 5000.0)
    told = outbox(river)
    river.embedded.take([speeding(1100, seconds=5, seq=2)])
    assert alert(river)["condition"] == "cleared"
    assert outbox(river) == told


def test_settling_keeps_what_people_did(river):
    name = alert(river)["alert_id"]
    act(river.store, name, "resolve", "Ann", "", 5000.0)
    river.embedded.take([speeding(1300, seq=2)])
    before = state(river)
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", LIMITED % (3, b"[900.0]", b"40"), 0.0)])
    assert river.embedded.settle_due(at_once=True)
    assert state(river) == before
    river.crash()
    assert river.embedded.record.alerts.latest("f", "V")["f", "V", "speeding", ""]["alert_id"] != name


def test_only_what_takes_an_alert_away_puts_it_away(river):
    name = alert(river)["alert_id"]
    assert put_away(river.store, alert(river)) is None
    act(river.store, name, "note", "Ann", "seen it", 5000.0)
    act(river.store, name, "acknowledge", "Ann", "", 5000.0)
    assert put_away(river.store, alert(river)) is None
    act(river.store, name, "resolve", "Ann", "", 5000.0)
    assert put_away(river.store, alert(river)) == alert(river)["last_start"]


@pytest.mark.parametrize(("clock", "at"), [("feed", 1119.0), ("wall", 5000.0)])
def test_an_action_is_dated_by_the_stores_clock(river, clock, at):
    marks.set_clock(river.store, clock)
    act(river.store, alert(river)["alert_id"], "acknowledge", "Ann", "", 5000.0)
    assert [row["at"] for row in river.rows(deeds.actions)] == [at]


def test_every_action_is_known():
    assert set(actions.PUT_AWAY) < set(actions.ACTIONS)


BRAKE = [80, 60, 40, 20, 0]


@pytest.fixture
def braked(rivers, tmp_path):
    """A river in which somebody has braked hard."""
    river = rivers.River(tmp_path, rivers.judged())
    speeds = [50, 60, 70, 80] + [80] * 60 + BRAKE + [0] * 30
    body = LIMITED % (1, str([1000.0 + k for k in range(len(speeds))]).encode(), str(speeds).encode())
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 0.0)])
    river.embedded.snapshot()
    return river


def scores(river):
    with river.store.reading() as connection:
        six = tables.read(connection, river.rules.tariff, None, tables.moment(river.embedded.newest))
    (row,) = six["scores"].rows(named=True)
    return (
        row["score"],
        row["coaching_score"],
        six["premiums"]["amount"].to_list(),
        six["exposure"]["harsh_braking_3"].sum(),
    )


def test_a_dismissed_event_leaves_the_coaching_score_and_not_the_price(braked):
    (name,) = [row["alert_id"] for row in braked.rows(schema.alerts) if row["kind"] == "harsh_braking"]
    score, coaching, premium, count = scores(braked)
    assert count == 1
    act(braked.store, name, "dismiss", "Ann", "", 5000.0, "not_the_driver")
    after = scores(braked)
    assert after[1] > coaching
    assert (after[0], *after[2:]) == (score, premium, count)
    act(braked.store, name, "resolve", "Ann", "", 5000.0)
    assert scores(braked) == (score, coaching, premium, count)


def test_the_same_said_twice_is_on_record_once(river):
    name = alert(river)["alert_id"]
    for _ in range(2):
        act(river.store, name, "acknowledge", "Ann", "", 5000.0)
        act(river.store, name, "assign", "Ann", "", 5000.0, "Bo")
        shelve(river.store, "f", "Ann", "test", 5000.0, until=9000.0)
    assert [row["action"] for row in river.rows(deeds.actions)] == ["acknowledge", "assign", "shelve"]
    act(river.store, name, "assign", "Ann", "", 5000.0)
    act(river.store, name, "assign", "Ann", "", 5000.0, "Bo")
    shelve(river.store, "f", "Ann", "", 5000.0, until=None)
    assert [row["action"] for row in river.rows(deeds.actions)][3:] == ["assign", "assign", "unshelve"]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"fleet_id": "", "reason": "x", "until": 9000.0}, "whose alerts"),
        ({"fleet_id": "f", "reason": "", "until": 9000.0}, "needs a reason"),
        ({"fleet_id": "f", "reason": "x", "until": 4000.0}, "in the future"),
    ],
)
def test_a_shelf_says_whose_why_and_until_when(river, said, complaint):
    with pytest.raises(ActionError, match=complaint):
        shelve(river.store, said["fleet_id"], "Ann", said["reason"], 5000.0, until=said["until"])
    assert river.rows(deeds.actions) == []


@pytest.mark.parametrize(("action", "value"), [("explode", ""), ("dismiss", "bored"), ("dismiss", "other")])
def test_an_action_or_reason_there_is_not_is_an_error(river, action, value):
    with pytest.raises(ActionError, match=r"there is|needs a reason"):
        act(river.store, alert(river)["alert_id"], action, "Ann", "", 5000.0, value)


def test_what_was_resolved_stays_resolved_when_late_data_finds_its_beginning(river):
    name = alert(river)["alert_id"]
    act(river.store, name, "resolve", "Ann", "", 5000.0)
    body = LIMITED % (3, str([float(910 + k) for k in range(90)]).encode(), b"100")
    river.embedded.take([Payload("tripmeter/v1/f/V/telemetry", body, 0.0)])
    assert river.embedded.settle_due(at_once=True)
    assert alert(river)["alert_id"] != name
    assert state(river)[0][1] == "resolved"
    with river.store.reading() as connection:
        assert actions.history(connection, alert(river))[0]["actor"] == "Ann"
        said = Desk(connection, [key_of(alert(river))]).said(alert(river))
    assert said.put_away == put_away(river.store, alert(river)) is not None

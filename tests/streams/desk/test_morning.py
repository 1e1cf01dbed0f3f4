"""Morning: what needs doing today, once a vehicle and thing to do, what may cost most first."""

import json
from datetime import UTC, datetime

import pytest

from streams.alert_rules import RULES
from streams.desk import losses
from streams.desk.digest import Digest
from streams.desk.morning import SHOWN, listed, text
from streams.desk.paging import Paging
from streams.store import schema

NOW = datetime(2025, 6, 15, 10, tzinfo=UTC).timestamp()
HOUR = 3_600.0


def alert(kind="speeding", priority="minor", ago=HOUR, vehicle="V", **more):
    row = {"alert_id": f"{kind}-{vehicle}-{more.get('subject', '')}", "fleet_id": "f", "vehicle_id": vehicle}
    row |= {
        "driver_id": "D",
        "kind": kind,
        "subject": "",
        "priority": priority,
        "condition": "cleared",
        "state": "open",
        "count": 1,
    }
    row |= {"first_seen": NOW - ago, "last_seen": NOW - ago, "superseded": 0, "shelved_until": None}
    return row | {"assignee": None, "paged": None, "held": None} | more


def task(kind="check_tyre", state="open", vehicle="V", subject="1L"):
    row = {"task_id": "t1", "fleet_id": "f", "vehicle_id": vehicle, "kind": kind, "subject": subject, "state": state}
    return row | {"created": NOW - HOUR, "assignee": "Bo", "due": NOW + HOUR}


def morning(*alerts, tasks=(), sites=None):
    return listed(alerts, tasks, NOW, RULES, lambda _fleet, vehicle, _t: (sites or {}).get(vehicle, ""))


def test_what_may_cost_most_comes_first():
    items = morning(alert(), alert("crash", "critical", vehicle="W"), alert("tyre_low", "major"))
    assert [item.what for item in items] == ["crash", "tyre low", "speeding"]
    assert items[0].action == RULES["crash"].action


def test_each_site_has_its_own_order():
    items = morning(alert(), alert("crash", "critical", vehicle="W"), sites={"V": "hull", "W": "york"})
    assert [(item.site, item.what) for item in items] == [("hull", "speeding"), ("york", "crash")]


def test_what_asks_for_the_same_is_one_thing_to_do():
    tyres = [alert("tyre_low", "major", subject=wheel) for wheel in ("1L", "2RO")]
    (item,) = morning(*tyres, alert("tyre_low", "minor", subject="1R", count=3))
    assert item.what == "tyre low 1L, tyre low 2RO, tyre low 1R x3"
    assert len(item.alert_ids) == 3
    assert item.loss == pytest.approx(sum(losses.expected(one, NOW) for one in tyres) + 24, abs=0.5)


@pytest.mark.parametrize(
    ("more", "listed_"),
    [
        ({}, True),
        ({"priority": "warning"}, False),
        ({"priority": "warning", "count": 3}, True),
        ({"priority": "warning", "kind": "device_fault"}, True),
        ({"priority": "info", "kind": "device_fault"}, False),
        ({"ago": 25 * HOUR}, False),
        ({"ago": 25 * HOUR, "condition": "active"}, True),
        ({"ago": 25 * HOUR, "priority": "major"}, False),
        ({"ago": 25 * HOUR, "kind": "tyre_low", "priority": "major"}, True),
        ({"ago": 25 * HOUR, "kind": "tyre_low", "priority": "major", "state": "acknowledged"}, False),
        ({"condition": "active", "state": "acknowledged"}, True),
        ({"state": "acknowledged"}, False),
        ({"state": "resolved", "condition": "active"}, False),
        ({"state": "dismissed", "condition": "active"}, False),
        ({"shelved_until": NOW + 1, "priority": "critical"}, False),
        ({"superseded": 1}, False),
    ],
)
def test_what_is_on_the_list(more, listed_):
    assert bool(morning(alert(**more))) is listed_


def test_why_it_is_there_is_said():
    whys = [
        alert(priority="major", paged=NOW, vehicle="A"),
        alert(priority="major", held="quiet", vehicle="B"),
        alert(vehicle="C"),
    ]
    assert [item.why for item in morning(*whys)] == ["paged, not acknowledged", "held: quiet", "digest"]


def test_an_open_task_is_on_the_list_with_its_alerts_or_alone():
    (alone,) = morning(tasks=[task()])
    assert (alone.what, alone.why, alone.assignee, alone.due) == ("check the tyre 1L", "task", "Bo", NOW + HOUR)
    (both,) = morning(alert("tyre_low", "major"), tasks=[task(state="done")])
    assert (both.what, both.why, both.task_id) == ("tyre low", "task, to be verified", "t1")
    assert morning(tasks=[task(state="verified")]) == []


def test_every_rule_has_a_loss_and_what_is_worse_costs_more():
    assert set(losses.LOSSES) == set(RULES)
    costs = {kind: loss.cost for kind, loss in losses.LOSSES.items()}
    hours = ("night_continuous", "continuous_driving", "daily_driving", "duty_window", "weekly_driving")
    assert [costs[kind] for kind in hours] == sorted((costs[kind] for kind in hours), reverse=True)
    assert costs["night_continuous"] > costs["continuous_driving"] > costs["weekly_driving"]


def test_repeats_and_waiting_weigh_but_not_without_end():
    one = losses.expected(alert(ago=0), NOW)
    assert losses.expected(alert(ago=0, count=2), NOW) == pytest.approx(1.1 * one)
    assert losses.expected(alert(ago=24 * HOUR), NOW) == pytest.approx(1.25 * one)
    assert losses.expected(alert(ago=10_000 * HOUR, count=1_000), NOW) == pytest.approx(6 * one)


def test_a_device_may_raise_what_no_rule_names():
    (item,) = morning(alert("door_open"))
    assert (item.task, item.what) == ("workshop", "door open")


def test_a_long_list_is_cut_in_the_mail():
    items = morning(*[alert(vehicle=f"V{k}") for k in range(SHOWN + 3)])
    assert "and 3 more: tripmeter alerts morning" in text(items)


LIMITED = b'{"v":1,"boot":"b","seq":1,"t":%s,"speed_kmh":100,"speed_limit_kmh":50}'


def test_the_list_leaves_once_a_morning_of_the_fleet(rivers, tmp_path):
    river = rivers.River(tmp_path, rivers.judged())
    t = [NOW + k for k in range(90)]
    river.embedded.take([rivers.Payload("tripmeter/v1/f/V/telemetry", LIMITED % str(t).encode(), 0.0)])
    digest = Digest(RULES, Paging(), lambda *_: "Europe/Berlin", lambda *_: "hull", ["email"])
    river.embedded.tickers = [digest.tick]

    def sent():
        return [json.loads(row["body"]) for row in river.rows(schema.outbox) if row["sink"] == "email"]

    tomorrow = NOW // 86_400 * 86_400 + 86_400 + 4 * HOUR  # 06:00 in Berlin
    river.embedded.tick(tomorrow - 60)
    assert sent() == []
    for late in (0, 60, 3_600):
        river.embedded.tick(tomorrow + late)
    (body,) = sent()
    assert body["title"].endswith(" to do this morning at hull, f")
    assert "V: speeding" in body["text"]
    river.crash()
    river.embedded.tickers = [digest.tick]
    river.embedded.tick(tomorrow + 7_200)
    assert len(sent()) == 1

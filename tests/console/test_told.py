"""Who is told what: a driver no word among managers, an insurer no behaviour where that is private."""

from dataclasses import replace

import polars as pl
import pytest
from sqlalchemy import insert, select

from console.gate.access import DRIVER
from console.live.stream import Hub
from console.reckoning.figures import figures
from streams.desk import actions
from streams.store import schema
from streams.store.store import rows_of

API = "/api/v1"
EVERY = "open,acked,resolved,dismissed"


def listed(client, path, **asked):
    return client.get(f"{API}/{path}", params={"limit": 500, **asked}).json()["items"]


def own_alert(house):
    """An alert of the driver D1 of fleet a."""
    return listed(house.client("driver"), "alerts", state=EVERY)[0]


def acted(house, login, alert, path, **body):
    answer = house.client(login).post(f"{API}/alerts/{alert['alert_id']}/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_driver_reads_no_word_among_managers_and_no_sum(house):
    alert, driver = own_alert(house), house.client("driver")
    acted(house, "manager", alert, "comment", note="third time: think about letting him go")
    acted(house, "manager", alert, "assign", assignee="boss")
    acted(house, "manager", alert, "ack", note="seen it")
    found = driver.get(f"{API}/alerts/{alert['alert_id']}")
    assert not any(word in found.text for word in ("third time", "boss", "seen it", "manager"))
    assert [step["what"] for step in found.json()["timeline"]] == ["first seen"]
    shown = listed(driver, "alerts", state=EVERY)
    assert {(one["expected_loss"], one["assignee"], one["notes"], one["by"]) for one in shown} == {
        (None, None, 0, None)
    }
    assert house.client("manager").get(f"{API}/alerts/{alert['alert_id']}").json()["expected_loss"] is not None


def test_the_stream_tells_a_driver_no_more(house):
    hub, alert = Hub(house.world), own_alert(house)
    hub.picture.news()
    acted(house, "manager", alert, "comment", note="not for him")
    acted(house, "manager", alert, "assign", assignee="somebody else")
    ((_, told, _),) = hub._news(())
    assert (b"somebody else" in told.whole, b"somebody else" in told.own) == (True, False)


def test_an_objection_waits_until_it_is_answered_and_its_driver_reads_the_answer(house):
    alert, driver, manager = own_alert(house), house.client("driver"), house.client("manager")
    said = driver.post(f"{API}/objections", json={"alert_id": alert["alert_id"], "note": "a child ran out"}).json()
    assert said["objection"] == "waiting"
    (waits,) = listed(manager, "objections", state="waiting")
    assert (waits["alert_id"], waits["note"], waits["answer"]) == (alert["alert_id"], "a child ran out", None)
    (marked,) = listed(manager, "alerts", objection="waiting")
    assert (marked["alert_id"], marked["objection"]) == (alert["alert_id"], "waiting")
    path = f"{API}/objections/{alert['alert_id']}/answer"
    assert driver.post(path, json={"note": "I agree"}).status_code == 403
    assert manager.post(path, json={"note": "you are right"}).json()["objection"] == "answered"
    assert manager.get(f"{API}/objections", params={"state": "waiting"}).json()["total"] == 0
    (mine,) = listed(driver, "objections")
    assert (mine["answer"], mine["answered_by"]) == ("you are right", "manager")
    timeline = driver.get(f"{API}/alerts/{alert['alert_id']}").json()["timeline"]
    assert [(one["what"], one["reason"]) for one in timeline[1:]] == [
        ("object", "a child ran out"),
        ("answer", "you are right"),
    ]
    assert listed(house.client("other"), "objections") == []


def test_only_what_is_a_behaviour_of_the_tariff_says_whether_it_counts(house):
    admin, found = house.client("admin"), {}
    for one in listed(admin, "alerts", state=EVERY):
        if one["kind"] not in found:
            found[one["kind"]] = admin.get(f"{API}/alerts/{one['alert_id']}").json()["counts_in_score"]
    behaviours = {kind for kind, said in found.items() if said is not None}
    assert behaviours == found.keys() & {
        *("harsh_braking", "harsh_acceleration", "harsh_cornering", "speeding"),
        *("continuous_driving", "daily_driving"),
    }
    assert behaviours


def test_a_filter_keeps_its_fleet(house):
    admin = house.client("admin")
    assert {one["vehicle"] for one in listed(admin, "trips", vehicle="b/V0")} == {"b/V0"}
    assert {one["vehicle"] for one in listed(admin, "trips", vehicle="V0")} == {"a/V0", "b/V0"}
    assert {one["fleet_id"] for one in listed(admin, "alerts", driver="a/D1", state=EVERY)} == {"a"}
    assert {one["fleet_id"] for one in listed(admin, "trips", driver="b/D1")} == {"b"}
    assert listed(admin, "alerts", driver="c/D1", state=EVERY) == []
    assert {one["vehicle"] for one in listed(admin, "alerts", vehicle="V0", state=EVERY)} == {"a/V0", "b/V0"}


def test_hours_at_the_wheel_are_a_persons_whoever_asks(house):
    intervals = schema.intervals
    with house.world.store.reading() as connection:
        last = rows_of(connection, select(intervals).where(intervals.c.driver_id.is_not(None)))[-1]
    start, who = last["start"] - 5000.0, {"fleet_id": "a", "driver_id": "D1"}
    spans = [("V0", start, start + 600.0), ("V1", start + 600.0, start + 960.0)]
    more = [last | who | {"vehicle_id": name, "start": first, "end": end} for name, first, end in spans]
    with house.world.store.writing() as connection:
        connection.execute(insert(intervals), more)
    limits = {
        login: next(one["limits"] for one in listed(house.client(login), "hours") if one["id"] == "a/D1")
        for login in ("manager", "driver", "yard")
    }
    assert limits["manager"] == limits["driver"] == limits["yard"]


@pytest.fixture
def private(house, monkeypatch):
    """Pricing knows scores and km alone."""
    said = house.world.config
    monkeypatch.setattr(house.world, "config", replace(said, pricing=replace(said.pricing, privacy="scores_and_km")))


def dismissed(house, kind="harsh_braking", note="D1 braked for a child"):
    alert = next(one for one in listed(house.client("manager"), "alerts", state=EVERY) if one["kind"] == kind)
    acted(house, "manager", alert, "dismiss", reason="other", note=note)
    return alert


def test_an_insurer_judges_a_dismissal_by_what_happened_and_what_it_does_to_the_premium(house):
    alert, underwriter = dismissed(house), house.client("underwriter")
    actions.act(house.world.store, alert["alert_id"], "object", "bo", "it was not me", 0.0, DRIVER)
    found = underwriter.get(f"{API}/pricing/disputes/{alert['alert_id']}").json()
    assert (found["kind"], found["level"], found["count"]) == ("harsh_braking", alert["level"], alert["count"])
    assert (found["first_seen"], found["last_seen"]) == (alert["first_seen"], alert["last_seen"])
    assert found["objections"][-1] == "it was not me"
    assert len(found["events"]) == alert["count"]
    assert all(one["place"] is None and one["quality"] is not None for one in found["events"])
    assert {one["cover"] for one in found["effects"]} == {"own_damage"}
    assert all(float(one["without"]) <= float(one["amount"]) for one in found["effects"])
    assert found["effects"][0]["currency"] == "EUR"
    assert alert["vehicle"] in {one["vehicle"] for one in found["effects"]}
    assert {one["status"] for one in found["effects"]} == {"illustrative"}
    before = {row["action"] for row in listed(underwriter, "pricing/runs")}
    answer = underwriter.post(f"{API}/pricing/disputes/{alert['alert_id']}/accept", json={"reason": "right"}).json()
    assert answer["state"] == "accepted"
    noted = [row["action"] for row in listed(underwriter, "pricing/runs") if row["action"] not in before]
    assert noted == ["ledger.concede"]
    (effect,) = [one for one in found["effects"] if one["vehicle"] == alert["vehicle"]]
    rated = underwriter.get(f"{API}/pricing/vehicles/{alert['vehicle']}/premium").json()
    assert [one["amount"] for one in rated] == [effect["without"]]
    again = underwriter.get(f"{API}/pricing/disputes/{alert['alert_id']}").json()
    assert again["effects"] == found["effects"]  # what it has done is seen after it has been accepted, too


def test_an_insurer_of_scores_and_km_reads_no_behaviour_and_no_word_of_a_fleet(house, private):
    alert = dismissed(house)
    for path in ("pricing/disputes", f"pricing/disputes/{alert['alert_id']}", "pricing/disputes.csv"):
        for login in ("underwriter", "actuary"):
            text = house.client(login).get(f"{API}/{path}").text
            assert alert["vehicle"] in text
            assert not any(word in text for word in ("harsh_braking", "a child", "other", "it was not me"))
    assert "harsh_braking" in house.client("admin").get(f"{API}/pricing/disputes").text


def test_a_week_of_which_too_little_was_driven_says_so_as_the_score_does(house):
    found = house.client("driver").get(f"{API}/drivers/a/D1").json()
    assert found["provisional"]
    assert {week["provisional"] for week in found["weeks"]} == {True}


def test_km_on_days_that_wait_for_the_insurer_are_told_though_they_make_no_score(house, monkeypatch):
    client, made = house.client("manager"), figures(house.world)
    before = client.get(f"{API}/drivers/a/D1/score").json()
    six = made.tables()
    others = six["scores"].filter(pl.col("driver_id").fill_null("") != "D1")
    monkeypatch.setattr(made, "tables", lambda: six | {"scores": others})
    after = client.get(f"{API}/drivers/a/D1/score").json()
    assert before["km"] > 1
    assert (before["km_left"], after["km"], after["score"]) == (0.0, 0.0, None)
    assert after["km_left"] == pytest.approx(before["km"], abs=0.001)

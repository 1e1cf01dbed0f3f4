"""Alerts over HTTP: what is listed, and what becomes of two who decide about the same one."""

from datetime import datetime

import pytest
from sqlalchemy import update

from streams.store import schema

API = "/api/v1"
ALL = "open,acked,resolved,dismissed"


@pytest.fixture
def manager(house):
    return house.client("manager")


@pytest.fixture(scope="module")
def said(house):
    """Clients, once everything that can be said of an alert was said of one."""
    manager, driver = house.client("manager"), house.client("driver")
    own = [one["alert_id"] for one in alerts(driver)][:3]
    for name in own:
        assert driver.post(f"{API}/objections", json={"alert_id": name, "note": "no"}).status_code == 200
    assert manager.post(f"{API}/objections/{own[0]}/answer", json={"note": "yes"}).status_code == 200
    others = [one["alert_id"] for one in alerts(manager) if one["alert_id"] not in own]
    several = [("ack",), ("ack", "resolve"), ("dismiss",), ("dismiss", "reopen"), ("comment",), ("resolve", "dismiss")]
    for name, actions in zip(others, [*several, ("dismiss",)], strict=False):
        for action in actions:
            done = manager.post(f"{API}/alerts/{name}/{action}", json={"reason": "test", "note": "seen"})
            assert done.status_code == 200
    with house.world.store.writing() as connection:  # one became worse after it was seen
        worse = update(schema.alerts).where(schema.alerts.c.alert_id == others[0])
        connection.execute(worse.values(level=schema.alerts.c.level + 1))
    return manager, driver, house.client("admin"), house.client("yard")


def alerts(client, **query):
    answer = client.get(f"{API}/alerts", params={"limit": 1000, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def at(text):
    return datetime.fromisoformat(text).timestamp()


def open_one(client):
    return next(one for one in alerts(client) if one["state"] == "open")


def test_a_manager_sees_their_fleet_and_no_other(manager, house):
    assert {one["fleet_id"] for one in alerts(manager)} == {"a"}
    assert {one["fleet_id"] for one in alerts(house.client("admin"))} == {"a", "b"}
    assert {one["site"] for one in alerts(house.client("yard"))} == {"south"}


def test_two_decide_about_one_alert_and_the_second_is_told(manager, house):
    one = open_one(manager)
    path, match = f"{API}/alerts/{one['alert_id']}/ack", {"If-Match": f'"{one["rev"]}"'}
    first = manager.post(path, json={}, headers=match)
    assert first.status_code == 200
    assert (first.json()["state"], first.json()["by"]) == ("acknowledged", "manager")
    second = house.client("admin").post(path, json={}, headers=match)
    assert second.status_code == 409
    assert second.headers["content-type"] == "application/problem+json"
    assert second.json()["code"] == "changed"
    assert second.json()["current"]["rev"] == first.json()["rev"]


def test_a_request_that_is_sent_again_is_carried_out_once(manager):
    one = open_one(manager)
    path, key = f"{API}/alerts/{one['alert_id']}/comment", {"Idempotency-Key": "k1"}
    first = manager.post(path, json={"note": "seen"}, headers=key)
    again = manager.post(path, json={"note": "seen"}, headers=key)
    assert first.json() == again.json()
    assert again.json()["notes"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"state": "open"},
        {"state": "acked"},
        {"state": "open,acked,resolved"},
        {"state": "dismissed,resolved", "group": "vehicle"},
        {"from": "2020-01-01", "sort": "oldest"},
        {"objection": "waiting"},
        {"objection": "waiting,answered", "state": "open,dismissed"},
        {"sort": "loss"},
        {"state": "resolved", "severity": "minor,warning"},
    ],
)
def test_the_list_says_how_many_there_are_as_people_have_left_them(said, query):
    for client in said:
        first = client.get(f"{API}/alerts", params={"limit": 2, **query}).json()
        assert first["total"] == len(alerts(client, **query))
        if first["cursor"]:
            assert (
                client.get(f"{API}/alerts", params={"cursor": first["cursor"], **query}).json()["total"]
                == first["total"]
            )


def test_many_at_once_each_by_itself(manager):
    ids = [one["alert_id"] for one in alerts(manager) if one["state"] == "open"][:2]
    said = {"ids": [*ids, "nothing"], "action": "resolve", "note": "done"}
    found = manager.post(f"{API}/alerts:bulk", json=said).json()
    assert [(one["ok"], one["code"]) for one in found] == [(True, ""), (True, ""), (False, "no_alert")]
    assert {one["alert"]["state"] for one in found[:2]} == {"resolved"}


def test_a_detail_says_what_was_measured_and_what_was_done(manager):
    one = alerts(manager, state="resolved,acknowledged")[0]
    found = manager.get(f"{API}/alerts/{one['alert_id']}")
    assert found.headers["etag"] == f'"{one["rev"]}"'
    said = found.json()
    assert said["event"]["rule"]
    assert said["timeline"][0]["what"] == "first seen"
    assert len({len(column) for column in said["evidence"].values()}) == 1
    assert said["evidence"]["t"]


def test_the_list_says_what_each_alert_came_to(manager):
    found = [(one, manager.get(f"{API}/alerts/{one['alert_id']}").json()["event"]) for one in alerts(manager)]
    for one, event in found:
        assert [one[name] for name in ("peak", "unit", "threshold")] == [
            event[name] for name in ("peak", "unit", "threshold")
        ]
    assert any(one["peak"] > one["threshold"] for one, _ in found)


def test_an_alert_leads_to_the_trip_it_was_on(manager):
    found = [manager.get(f"{API}/alerts/{one['alert_id']}").json() for one in alerts(manager)]
    driven = [one for one in found if one["trip_id"]]
    assert any(one["kind"] == "harsh_braking" for one in driven)
    assert [one["kind"] for one in found if not one["trip_id"] and one["kind"] == "harsh_braking"] == []
    for one in driven:
        trip = manager.get(f"{API}/trips/{one['trip_id']}").json()
        assert trip["vehicle"] == one["vehicle"]
        assert trip["start"] <= one["event"]["start"] <= trip["end"]


@pytest.fixture
def lost(manager):
    """The alert about a tyre that lost pressure fast, in full: its sensor spoke seldom."""
    one = next(one for one in alerts(manager, state=ALL) if one["kind"] == "tyre_rapid_loss")
    return manager.get(f"{API}/alerts/{one['alert_id']}").json()


def test_what_a_tyre_lost_is_seen_beyond_the_samples_around_its_alert(lost):
    wheel, began, last = lost["wheel"], at(lost["event"]["start"]), lost["evidence"]["t"][-1]
    assert sorted(wheel["t"]) == wheel["t"]
    assert wheel["t"][-1] > last
    held = next(kpa for t, kpa in zip(wheel["t"], wheel["cold_kpa"], strict=True) if t >= began)
    after = [kpa for t, kpa in zip(wheel["t"], wheel["cold_kpa"], strict=True) if t > began]
    assert wheel["threshold_kpa"] == pytest.approx(held * (1 - lost["event"]["threshold"] / 100), abs=0.1)
    assert min(after) <= held * (1 - lost["event"]["peak"] / 100) < wheel["threshold_kpa"] < held


def test_an_alert_about_no_wheel_has_none_and_of_a_soft_one_the_placard_is_what_it_is_held_against(manager):
    found = [manager.get(f"{API}/alerts/{one['alert_id']}").json() for one in alerts(manager, state=ALL)]
    assert {bool(one["wheel"]) for one in found if one["kind"].startswith("tyre_")} == {True}
    assert {one["wheel"] for one in found if not one["kind"].startswith("tyre_")} == {None}
    soft = [one["wheel"] for one in found if one["kind"] == "tyre_low"]
    assert {(one["placard_kpa"], one["threshold_kpa"]) for one in soft} == {(800.0, 600.0)}


def test_an_alert_is_where_its_event_began_and_not_where_that_ended(lost, house):
    began, said = at(lost["event"]["start"]), lost["evidence"]
    places = zip(said["t"], said["lat_deg"], said["lon_deg"], strict=True)
    near = min((abs(t - began), lat, lon) for t, lat, lon in places if lat is not None)
    assert (lost["place"]["lat"], lost["place"]["lon"]) == near[1:]
    assert lost["place"] != lost["event"]["place"]  # where it was told of last
    assert "lat_deg" not in house.client("actuary").get(f"{API}/alerts/{lost['alert_id']}").text


def test_pages_follow_one_another(manager):
    whole = [one["alert_id"] for one in alerts(manager, state="open,acked,resolved")]
    found, cursor = [], ""
    while cursor is not None:
        page = manager.get(
            f"{API}/alerts", params={"state": "open,acked,resolved", "limit": 3, "cursor": cursor}
        ).json()
        found += [one["alert_id"] for one in page["items"]]
        cursor = page["cursor"]
    assert found == whole


@pytest.mark.parametrize("query", [{"sort": "x"}, {"from": "soon"}, {"limit": 0}, {"strange": "1"}, {"cursor": "%"}])
def test_what_cannot_be_asked_is_told(manager, query):
    answer = manager.get(f"{API}/alerts", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

"""What stands on the map follows shelves and sites as time goes on, also where a feed says what time it is."""

import pytest

from console.gate.access import MANAGER, Scope
from console.live.picture import Picture
from console.world import World
from streams.desk.actions import shelve
from streams.web.tokens import Grant

API = "/api/v1"
FAR = 4_102_444_800.0  # 2100


@pytest.fixture
def later(house, monkeypatch):
    """Lets so many seconds of the feed go by."""
    now = World.now
    return lambda s: monkeypatch.setattr(World, "now", lambda self, connection: now(self, connection) + s)


@pytest.fixture
def picture(house):
    """One of our own: nobody else takes its news."""
    return Picture(house.world)


def look(picture):
    """The alerts of which tabs are told."""
    told = picture.news()
    picture._looked_at = float("-inf")
    picture.look()
    return {row["alert_id"] for row, _ in told}


def risk(picture, key=("a", "V1")):
    look(picture)
    return int(picture.frame.rows[picture.frame.places[key]]["risk"])


def test_a_shelf_is_of_the_feeds_time_and_the_map_alarms_again_when_it_ends(house, picture, later):
    manager, before = house.client("manager"), risk(picture)
    mine = manager.get(f"{API}/alerts", params={"limit": 500, "vehicle": "a/V1"}).json()["items"]
    assert before > 0
    for one in mine:
        said = {"hours": 1, "note": "in the workshop"}
        answer = manager.post(f"{API}/alerts/{one['alert_id']}/shelve", json=said)
        assert answer.status_code == 200, answer.text
        assert answer.json()["shelved_until"] > one["last_seen"]
    assert risk(picture) == 0
    later(7_200.0)
    assert risk(picture) == before


def test_the_tabs_are_told_that_a_shelf_has_ended(house, picture, later):
    manager = house.client("manager")
    one = next(row for row in manager.get(f"{API}/alerts").json()["items"] if row["vehicle"] == "a/V0")
    look(picture)
    assert manager.post(f"{API}/alerts/{one['alert_id']}/shelve", json={"hours": 1, "note": "known"}).status_code == 200
    look(picture)
    later(20_000.0)
    look(picture)
    assert one["alert_id"] in look(picture)
    assert one["alert_id"] not in look(picture)


def test_a_vehicle_that_has_moved_leaves_the_list_of_its_old_site_within_the_hour(picture, monkeypatch):
    look(picture)
    site = dict.fromkeys([("a", "V1")], "south")
    scope = Scope((Grant(MANAGER, "a", "south"),), "", lambda *key: site.get(key, ""))
    assert picture.view(scope).ids == [("a", "V1")]
    site["a", "V1"] = "north"
    monkeypatch.setattr("console.live.picture.HOUR_S", 1e-3)  # it is another hour
    assert picture.view(scope).ids == []


def test_a_task_that_is_due_today_has_all_of_the_day_where_the_fleet_is(house):
    manager = house.client("manager")
    today = manager.get(f"{API}/today").json()["at"][:10]
    said = {"kind": "coach", "vehicle": "a/V1", "subject": "a due day", "due": today}
    task = manager.post(f"{API}/tasks", json=said).json()
    assert (task["due"], task["overdue"]) == (f"{today}T21:59:59.000Z", False)  # Berlin, in summer
    again = manager.post(f"{API}/tasks/{task['task_id']}/assign", json={"assignee": "x", "due": "2024-12-24"}).json()
    assert again["due"] == "2024-12-24T22:59:59.000Z"


def test_a_shelf_is_told_of_its_own_alerts_and_no_decision_is_lost(house, picture, monkeypatch):
    manager = house.client("manager")
    one = next(row for row in manager.get(f"{API}/alerts").json()["items"] if row["vehicle"] == "a/V0")
    path = f"{API}/alerts/{one['alert_id']}"
    look(picture)
    assert manager.post(f"{path}/shelve", json={"hours": 2, "note": "a hose"}).status_code == 200
    told = {(row["vehicle_id"], row["kind"]) for row, _ in picture.news()}
    assert told == {("V0", one["kind"])}
    assert manager.post(f"{path}/comment", json={"note": "while the database was busy"}).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(picture, "_changed", lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            picture.news()
    assert one["alert_id"] in look(picture)


@pytest.fixture
def wide(house):
    """Puts a shelf over more than one alert, which is ended with the test."""
    ended = []

    def put(**about):
        ended.append(about)
        shelve(house.world.store, "a", "boss", "a strike", house.world.clock(), **about, until=FAR)

    yield put
    for about in ended:
        shelve(house.world.store, "a", "boss", "", house.world.clock(), **about, until=None)


def one_of(client, vehicle):
    return next(row for row in client.get(f"{API}/alerts").json()["items"] if row["vehicle"] == vehicle)


@pytest.mark.parametrize(
    "about, width", [({}, "fleet"), ({"kind": "KIND"}, "kind"), ({"vehicle_id": "V1"}, "vehicle")], ids=str
)
def test_a_shelf_of_more_than_an_alert_is_ended_only_by_who_says_so(house, wide, about, width):
    manager = house.client("manager")
    alert = one_of(manager, "a/V1")
    path = f"{API}/alerts/{alert['alert_id']}"
    assert manager.post(f"{path}/shelve", json={"hours": 1, "note": "known"}).json()["shelf"] == "alike"
    wide(**{name: alert["kind"] if said == "KIND" else said for name, said in about.items()})
    assert manager.get(path).json()["shelf"] == width
    refused = manager.post(f"{path}/unshelve", json={})
    assert (refused.status_code, refused.json()["said"]["code"]) == (422, "shelf_wider")
    assert refused.json()["said"]["values"]["what"] == width
    assert manager.get(path).json()["shelved_until"].startswith("2100")
    ended = manager.post(f"{path}/unshelve", json={"wider": True, "note": "it is over"}).json()
    assert (ended["shelved_until"], ended["shelf"]) == (None, "")


def test_who_manages_a_site_ends_no_shelf_of_the_fleet(house, wide):
    yard = house.client("yard")
    path = f"{API}/alerts/{one_of(yard, 'a/V1')['alert_id']}"
    wide()
    refused = yard.post(f"{path}/unshelve", json={"wider": True})
    assert (refused.status_code, refused.json()["said"]["code"]) == (403, "shelf_not_theirs")
    assert yard.get(path).json()["shelf"] == "fleet"


def test_what_was_done_about_an_alert_tells_of_its_shelves(house, wide):
    manager = house.client("manager")
    path = f"{API}/alerts/{one_of(manager, 'a/V0')['alert_id']}"
    wide(vehicle_id="V0")
    assert manager.post(f"{path}/unshelve", json={"wider": True, "note": "repaired"}).status_code == 200
    told = [step for step in manager.get(path).json()["timeline"] if step["value"] == "vehicle"]
    assert [(step["who"], step["what"], step["reason"]) for step in told] == [
        ("boss", "shelve", "a strike"),
        ("manager", "unshelve", "repaired"),
    ]

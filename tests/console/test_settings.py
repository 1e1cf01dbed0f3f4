"""What a fleet sets for itself: thresholds, tried on last week; quiet hours; how it is called."""

import json

import pytest
from sqlalchemy import insert

from console.reckoning.trials import trials
from streams import trial
from streams.river.in_force import remembered
from streams.river.recovery import followed
from streams.sinks.letters import letter
from streams.store import schema

API = "/api/v1/settings/a"
STRICT = {"level1_g": {"car": 0.05, "truck": 0.05}, "level2_g": {"car": 0.06, "truck": 0.06}}


@pytest.fixture(scope="module", autouse=True)
def ran(house):
    """The service has run: there are thresholds on record."""
    remembered(house.world.store, house.world.rules.in_force.sets[-1], 0.0)


@pytest.fixture(autouse=True)
def cars(house, monkeypatch):
    """The river of this house has not read the registry: to it every vehicle is a car."""
    monkeypatch.setattr(trial, "followed", lambda _source, connection: followed(house.river.source, connection))


@pytest.fixture
def manager(house):
    return house.client("manager")


def previewed(house, client, kind, own):
    began = client.post(f"{API}/thresholds/{kind}/preview", json={"own": own})
    assert began.status_code == 202, began.text
    trials(house.world).wait()
    return client.get(f"{API}/preview").json()


@pytest.mark.parametrize("kind", ["harsh_braking", "speeding"])
def test_thresholds_as_they_are_find_what_is_on_record(house, manager, kind):
    found = previewed(house, manager, kind, {})
    assert (found["state"], found["vehicles"], found["of"]) == ("done", 2, 2)
    assert found["before"] == found["after"]
    with house.world.store.reading() as connection:
        rows = connection.execute(schema.events.select()).mappings().all()
    assert found["before"]["events"] == sum(row["fleet_id"] == "a" and row["kind"] == kind for row in rows) > 0


def test_a_lower_threshold_would_have_found_more_and_nothing_is_changed_by_looking(house, manager):
    found = previewed(house, manager, "harsh_braking", STRICT)
    assert found["after"]["events"] > found["before"]["events"]
    assert found["after"]["alerts"] >= found["before"]["alerts"]
    assert sum(found["after"]["levels"].values()) == found["after"]["events"]
    assert manager.get(f"{API}/thresholds/harsh_braking").json()["by"] is None


def test_only_one_looks_at_a_time_and_whoever_asked_may_stop_it(house, manager, monkeypatch):
    busy = trials(house.world)
    before = previewed(house, manager, "speeding", {})
    monkeypatch.setattr(
        busy, "_thread", type("Works", (), {"is_alive": lambda _self: True, "join": lambda _self: None})()
    )
    refused = manager.post(f"{API}/thresholds/speeding/preview", json={"own": {}})
    assert (refused.status_code, refused.json()["code"]) == (409, "preview_busy")
    assert manager.post(f"{API}/preview/cancel", json={}).status_code in (200, 415, 422)
    assert busy.of("a").cancelled.is_set() and before["state"] == "done"


def test_thresholds_are_set_seen_and_put_back(house, manager):
    path = f"{API}/thresholds/harsh_braking"
    seen = manager.get(path)
    said = {"own": {"level2_g": {"truck": 0.4}}}
    made = manager.post(path, json=said, headers={"If-Match": seen.headers["etag"]}).json()
    (level2,) = [one for one in made["thresholds"] if one["name"] == "level2_g"]
    assert (level2["own"], level2["service"]["truck"], made["by"]) == ({"truck": 0.4}, 0.32, "manager")
    late = house.client("admin").post(path, json={"own": {}}, headers={"If-Match": seen.headers["etag"]})
    assert (late.status_code, late.json()["code"], late.json()["who"]) == (409, "changed", "manager")
    assert late.json()["current"]["rev"] == made["rev"]
    (kind,) = [one for one in manager.get(f"{API}/thresholds").json()["kinds"] if one["own"]]
    assert (kind["kind"], kind["own"]) == ("harsh_braking", 1)
    back = manager.post(path, json={"own": {}}, headers={"If-Match": f'"{made["rev"]}"'}).json()
    assert not any(one["own"] for one in back["thresholds"])
    assert manager.post(path, json={"own": {"level2_g": {"truck": 99}}}).json()["code"] == "refused"
    history = manager.get(f"{API}/history").json()
    assert [row["action"] for row in history[:2]] == ["settings.thresholds"] * 2
    assert json.loads(history[1]["detail"])["after"] == said["own"]


def test_quiet_hours_are_those_of_the_service_until_a_fleet_sets_its_own(manager):
    first = manager.get(f"{API}/quiet").json()
    assert (first["own"], first["from"], first["wakes"], first["time_zone"]) == (
        False,
        "22:00",
        "critical",
        "Europe/Berlin",
    )
    said = {"from": "20:00", "to": "05:30", "wakes": "major"}
    made = manager.post(f"{API}/quiet", json=said, headers={"If-Match": f'"{first["rev"]}"'}).json()
    assert {name: made[name] for name in said} == said
    assert (made["own"], made["by"]) == (True, "manager")
    late = manager.post(f"{API}/quiet", json=said, headers={"If-Match": f'"{first["rev"]}"'})
    assert late.json()["current"]["rev"] == made["rev"]
    assert manager.post(f"{API}/quiet", json=said | {"from": "8 pm"}).status_code == 422
    assert not manager.post(f"{API}/quiet", json={"default": True}).json()["own"]


def test_a_manager_says_whom_to_mail_and_an_administrator_where_to_post(house, manager):
    admin, path = house.client("admin"), f"{API}/channels"
    first = manager.get(path).json()
    assert [(one["name"], one["reached"], one["editable"]) for one in first["channels"]] == [
        ("webhook", False, False),
        ("email", False, True),
    ]
    assert manager.post(path, json={"webhook": "https://x.example/hook"}).json()["code"] == "role"
    made = manager.post(path, json={"email": "desk@a.example"}, headers={"If-Match": f'"{first["rev"]}"'}).json()
    assert admin.post(path, json={"email": ""}, headers={"If-Match": f'"{first["rev"]}"'}).status_code == 409
    assert made["channels"][1] == {
        "name": "email",
        "own": "desk@a.example",
        "service": False,
        "reached": True,
        "editable": True,
    }
    assert manager.post(path, json={"email": "nobody"}).json()["code"] == "registry_invalid"
    secret = admin.post(path, json={"webhook": "https://user:pw@hooks.example/T0/secret?key=1"})
    assert secret.json()["channels"][0]["own"] == "https://hooks.example/••••••"
    for client in (admin, manager):
        assert "secret" not in client.get(path).text
        assert "secret" not in client.get(f"{API}/history").text


def test_who_edits_a_fleet_in_the_registry_is_shown_no_secret_and_loses_none(house):
    admin = house.client("admin")
    admin.post(f"{API}/channels", json={"webhook": "https://hooks.example/T0/secret"})
    (row,) = [row for row in admin.get("/api/v1/registry/fleets").json()["items"] if row["cells"]["fleet_id"] == "a"]
    assert "secret" not in str(row)
    cells = row["cells"] | {"name": "Fleet A"}
    assert admin.post("/api/v1/registry/fleets", json={"key": row["key"], "cells": cells}).status_code == 200
    assert house.world.known.roster.contact("a").webhook == "https://hooks.example/T0/secret"


def test_a_test_message_goes_the_way_of_all_messages(house, manager):
    manager.post(f"{API}/channels", json={"email": "desk@a.example"})
    assert manager.post(f"{API}/tests", json={"channel": "pigeon"}).json()["code"] == "no_channel"
    made = manager.post(f"{API}/tests", json={"channel": "email"}).json()
    assert made["state"] == "waiting"
    outbox, undelivered = schema.outbox, schema.undelivered
    with house.world.store.writing() as connection:
        (row,) = connection.execute(outbox.select().where(outbox.c.sink == "email")).mappings().all()
        connection.execute(outbox.delete().where(outbox.c.id == row["id"]))
    assert letter(json.loads(row["body"]), "en")["Subject"] == "Test message for a"
    assert letter(json.loads(row["body"]), "zh-CN")["Subject"] == "车队 a 的测试消息"
    assert "manager" in letter(json.loads(row["body"]), "zh-CN").get_content()
    assert manager.get(f"{API}/tests").json()[0]["state"] == "sent"
    with house.world.store.writing() as connection:
        connection.execute(insert(undelivered), {"sink": "email", "address": "", "body": row["body"], "why": "550 no"})
    (told,) = manager.get(f"{API}/tests").json()
    assert (told["state"], told["why"], told["by"]) == ("refused", "550 no", "manager")


@pytest.mark.parametrize("login", ["other", "yard"])
def test_only_who_sees_all_of_a_fleet_sees_its_settings(house, login):
    client = house.client(login)
    assert "a" not in {one["fleet_id"] for one in client.get("/api/v1/settings").json()}
    for path in ("thresholds", "quiet", "channels", "tests", "history", "preview"):
        assert client.get(f"{API}/{path}").json()["code"] == "no_fleet"
    assert client.post(f"{API}/quiet", json={"default": True}).status_code == 404
    assert house.client("viewer").post(f"{API}/quiet", json={"default": True}).json()["code"] == "role"

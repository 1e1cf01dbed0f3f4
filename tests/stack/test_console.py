"""The console over PostgreSQL: vehicles of one number in two partitions, and where decisions go."""

import json

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from console.gate import accounts
from console.start import alone
from devices.samples import Payload
from streams import config
from streams.store import marks, schema
from streams.store.layout import open_partition, open_readers

pytestmark = pytest.mark.stack
API = "/api/v1"
VEHICLES = {"HH-1": (0, 53.5), "HH-2": (5, 48.1)}  # partition, latitude
START = 1_750_000_000.0


def payloads(vehicle, lat):
    """Too fast for a minute and a half, then a full braking."""
    speeds = [100.0] * 90 + [80.0, 60.0, 40.0, 20.0, 0.0] + [0.0] * 60
    body = {"v": 1, "boot": "b", "seq": 1, "t": [START + k for k in range(len(speeds))], "speed_kmh": speeds}
    body |= {"speed_limit_kmh": 50, "lat_deg": lat, "lon_deg": 10.0}
    return [Payload(f"tripmeter/v1/north/{vehicle}/telemetry", json.dumps(body).encode(), START)]


@pytest.fixture
def partitions(rivers, postgres, tmp_path, monkeypatch):
    url = postgres.fresh()

    def opened(folder):
        store = open_partition(url, int(folder.name))
        store.take_over()
        return store

    monkeypatch.setattr(rivers, "opened", opened)
    found = {}
    for vehicle, (number, lat) in VEHICLES.items():
        river = found[vehicle] = rivers.River(tmp_path / str(number), rivers.judged())
        marks.set_clock(river.store, "feed")
        river.embedded.take(payloads(vehicle, lat))
        river.drain()
    return url, found


@pytest.fixture
def client(rivers, partitions):
    store = open_readers(partitions[0])
    password = accounts.first(store, must_change=False)
    app = create_app(alone(store, config.load(None, {}, ("console.port=0",)), rivers.judged()))
    with TestClient(app, base_url="http://console") as found:
        said = found.post(f"{API}/session", json={"name": "admin", "password": password}).json()
        found.headers["X-CSRF-Token"] = said["csrf"]
        yield found
    store.close()


def test_each_vehicle_has_its_own_samples(client):
    for vehicle, (_, lat) in VEHICLES.items():
        span = {"from": START, "to": START + 200}
        found = client.get(f"{API}/vehicles/north/{vehicle}/trace", params=span)
        assert set(found.json()["lat_deg"]) == {lat}, found.text
    for alert in client.get(f"{API}/alerts").json()["items"]:
        detail = client.get(f"{API}/alerts/{alert['alert_id']}").json()
        assert set(detail["evidence"]["lat_deg"]) == {VEHICLES[alert["vehicle_id"]][1]}


def test_what_is_decided_reaches_the_vehicles_partition(client, partitions):
    alerts = client.get(f"{API}/alerts").json()["items"]
    assert {one["vehicle_id"] for one in alerts} == set(VEHICLES)
    for alert in alerts:
        answer = client.post(f"{API}/alerts/{alert['alert_id']}/resolve", json={"note": "done"})
        assert answer.json()["state"] == "resolved", answer.text
        told = partitions[1][alert["vehicle_id"]].rows(schema.outbox)[-1]
        assert (told["body"], alert["kind"] in told["address"]) == (b"", True)
    assert client.get(f"{API}/alerts").json()["items"] == []


def test_the_rest_answers_too(client):
    for path in ("meta", "today", "trips", "drivers", "tyres", "hours", "devices", "pricing/portfolio", "quarantine"):
        assert client.get(f"{API}/{path}").status_code == 200, path
    for path in ("users", "audit", "audit/verify", "system/health", "registry", "heat", "vehicles"):
        assert client.get(f"{API}/{path}").status_code == 200, path


@pytest.mark.parametrize("group", ["", "vehicle", "driver", "kind"])
def test_lists_are_had_page_by_page(client, group):
    for path, query in (
        ("trips", {}),
        *(("alerts", {"sort": one, "group": group}) for one in ("newest", "oldest", "urgency")),
    ):
        whole = client.get(f"{API}/{path}", params={**query, "limit": 100}).json()["items"]
        cut, cursor = [], ""
        while cursor is not None:
            page = client.get(f"{API}/{path}", params={**query, "limit": 1, "cursor": cursor}).json()
            cut, cursor = cut + page["items"], page["cursor"]
        assert cut == whole
        assert len(whole) > 1

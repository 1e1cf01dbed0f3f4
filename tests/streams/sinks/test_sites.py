"""Sites: from the registry to the mail - each site gets a morning list of its own, what may cost most first."""

import json
from dataclasses import replace
from datetime import datetime
from email import message_from_string, policy

import pytest

from streams import config
from streams.registry import load, stored
from streams.river import outbox
from streams.service import Service
from streams.store.store import open_store

BERLIN = "+02:00"
NOON = datetime.fromisoformat(f"2025-06-16T12:00{BERLIN}").timestamp()
MORNING = datetime.fromisoformat(f"2025-06-17T06:00{BERLIN}").timestamp()
FILES = {
    "fleets": "fleet_id,name,time_zone\nnorth,North,Europe/Berlin\n",
    "sites": "site_id,fleet_id,name\nhull,north,Hull\nyork,north,York\n",
    "tyre_plans": "plan_id,wheel,placard_kpa\nvan,1L,400\n",
    "vehicles": "vehicle_id,fleet_id,class,site,home_depot,tyre_plan,from,to\n"
    "A,north,N1,hull,,van,,\nB,north,N1,hull,,van,,\nC,north,N1,,york,van,,\n"
    "D,north,N1,york,,van,,2025-06-16T18:00\nD,north,N1,hull,,van,2025-06-16T18:00,\nE,north,N1,,,van,,\n",
}


def readings(speed_kmh, pressure_kpa):
    """Five minutes of driving where 50 is posted, with a tyre that should hold 400 kPa."""
    t = [NOON + k for k in range(300)]
    tyres = {"1L": {"pressure_kpa": pressure_kpa, "temp_c": 20}}
    said = {"v": 1, "boot": "b", "seq": 1, "t": t, "speed_kmh": speed_kmh, "speed_limit_kmh": 50, "tyres": tyres}
    return json.dumps(said).encode()


@pytest.fixture
def settings(tmp_path, hook, mailbox):
    folder = tmp_path / "registry"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    store = open_store(tmp_path / "data")
    with store.engine.begin() as connection:
        stored.write(connection, load(folder), 0.0)
    store.close()
    found = config.load(None, {}, ())
    return replace(
        found,
        data=replace(found.data, dir=tmp_path / "data"),
        mqtt=replace(found.mqtt, host="127.0.0.1", port=0),
        http=replace(found.http, port=0),
        sinks=replace(mailbox.said, webhook=hook.url, mqtt=False),
    )


def test_each_site_gets_its_own_list_with_what_may_cost_most_first(rivers, settings, hook, mailbox, monkeypatch):
    monkeypatch.setattr(outbox, "PAUSE_S", (0.01, 0.02))
    driven = {"A": (90, 400), "B": (45, 290), "C": (45, 290), "D": (90, 290), "E": (90, 400), "stranger": (90, 290)}
    with Service(settings, rivers.judged(), feed_clock=True) as service:
        river = service.partition.river
        river.take(
            [
                rivers.Payload(f"tripmeter/v1/north/{name}/telemetry", readings(*said), 0.0)
                for name, said in driven.items()
            ]
        )
        assert river.tick(MORNING - 60.0)
        assert river.tick(MORNING)
        assert river.tick(MORNING + 60.0)  # it has gone out: nothing more
        assert rivers.until(lambda: sum("list" in body for body in map(json.loads, hook.bodies)) >= 3)
        assert rivers.until(lambda: sum("this morning" in text for _, text in mailbox.got) >= 3)
    lists = {body["site"]: body for body in map(json.loads, hook.bodies) if "list" in body}
    assert {site: sorted(item["vehicle_id"] for item in body["items"]) for site, body in lists.items()} == {
        "hull": ["A", "B", "D", "D"],  # D has been working from there since the evening
        "york": ["C"],
        "": ["E"],
    }
    losses = [item["loss"] for item in lists["hull"]["items"]]
    assert losses == sorted(losses, reverse=True)
    assert len(set(losses)) > 1
    assert all(item["action"] for body in lists.values() for item in body["items"])
    mails = [message_from_string(text, policy=policy.default) for _, text in mailbox.got]
    titles = sorted(mail["Subject"] for mail in mails if "this morning" in mail["Subject"])
    assert titles == [
        "1 to do this morning, north",
        "1 to do this morning, north / york",
        "4 to do this morning, north / hull",
    ]

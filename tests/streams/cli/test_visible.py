"""What devices call things reaches the screen as text: no command fails over it, and no terminal obeys it."""

import json

import pytest

from streams.store import marks

EVIL = "[/x][link=http://evil]\x1b[2J\u202e"
START = 1_750_000_000.0


@pytest.fixture
def data(rivers, tmp_path):
    river = rivers.River(tmp_path / "data", rivers.judged())
    marks.set_clock(river.store, "feed")
    said = {"v": 1, "boot": "b", "seq": 1, "driver": EVIL, "t": [START + k for k in range(60)], "speed_kmh": 90}
    said |= {"speed_limit_kmh": 50, "events": [{"t": START + 9, "kind": EVIL, "level": 3, "code": EVIL}]}
    topic = f"tripmeter/v1/north/{EVIL.replace('/', '')}/telemetry"
    river.embedded.take(
        [rivers.Payload(topic, json.dumps(said).encode(), START), rivers.Payload(topic, EVIL.encode(), 1.0)]
    )
    river.drain()
    river.store.close()
    return tmp_path / "data"


def test_no_command_fails_over_it_or_passes_it_on(typed, data):
    alerts = json.loads(typed("alerts", "list", "--all", "--data", data, "--json").stdout)
    aside = json.loads(typed("quarantine", "list", "--data", data, "--json").stdout)["latest"]
    assert alerts
    assert aside
    name = alerts[0]["alert_id"]
    assert typed("tasks", "create", name, "--kind", "call_driver", "--actor", EVIL, "--data", data).exit_code == 0
    commands = [
        ("alerts", "list", "--all"),
        ("alerts", "morning"),
        ("tasks", "list"),
        ("quarantine", "list"),
        ("audit",),
    ]
    commands += [("rate",), *(("alerts", "show", one["alert_id"]) for one in alerts), ("explain", name)]
    for command in commands:
        done = typed(*command, "--data", data)
        assert done.exit_code == 0, (command, done.output, done.exception)
        assert not [sign for sign in "\x1b\u202e" if sign in done.stdout], command

"""Every command that shows hours at the wheel says what they are."""

import json

import pytest

from streams import tables
from streams.hours import ESTIMATE
from streams.recordings import recording
from streams.store import marks

LONG = ("hours.rule=custom", "hours.drive_h=0.1", "hours.break_min=20", "hours.continuous_driving_notice_min=1")


@pytest.fixture
def long_drive(file, rivers, tmp_path):
    """The data folder of a service for which six minutes are too long."""
    river = rivers.River(tmp_path / "data", rivers.judged(*LONG))
    marks.set_clock(river.store, "feed")
    for samples in recording.read([file]):
        river.embedded.take(rivers.payloads(samples))
    river.drain()
    river.store.close()
    return tmp_path / "data"


def flat(text):
    return " ".join(text.split())


def test_a_replays_report(typed, file, tmp_path):
    sets = [part for one in LONG for part in ("--set", one)]
    done = typed("replay", file, "--out", tmp_path / "out", *sets)
    assert ESTIMATE in flat(done.stdout), done.stdout
    name = tables.load(tmp_path / "out")["events"].filter(kind="continuous_driving")["event_id"][0]
    assert ESTIMATE in flat(typed("explain", name, "--tables", tmp_path / "out").stdout)


def test_alerts(typed, long_drive):
    listed = typed("alerts", "list", "--data", long_drive)
    assert ESTIMATE in flat(listed.stdout), listed.stdout
    alerts = json.loads(typed("alerts", "list", "--data", long_drive, "--json").stdout)
    name = next(alert["alert_id"] for alert in alerts if alert["kind"] == "continuous_driving")
    assert ESTIMATE in flat(typed("alerts", "show", name, "--data", long_drive).stdout)
    assert ESTIMATE in flat(typed("explain", name, "--data", long_drive).stdout)
    assert "(estimate)" in flat(typed("alerts", "morning", "--data", long_drive).stdout)


def test_a_drive_without_such_events_is_not_talked_about(typed, data):
    assert ESTIMATE not in flat(typed("alerts", "list", "--data", data).stdout)

"""Noted: new settings and thresholds are in the audit log from the start that first has them, once, without secrets."""

import json

import pytest

from streams import config
from streams.river import noted
from streams.river.in_force import remembered
from streams.store import audit
from streams.store.store import memory_store


@pytest.fixture
def store():
    made = memory_store()
    yield made
    made.close()


def rows(store, action):
    with store.reading() as connection:
        return [json.loads(row["detail"] or "{}") for row in audit.read(connection, action=action)]


def test_settings_that_judge_are_noted_when_they_change(store):
    for sets in ((), ("http.port=1",), ("paging.late_s=60",), ("paging.late_s=60", "data.dir=elsewhere"), ()):
        noted.judging(store, config.load(None, {}, sets))
    assert rows(store, "settings.changed") == [{"paging.late_s": 60.0}, {}]


def test_no_secret_is_noted(store):
    url = "https://hooks.example.org/T0/very-secret"
    sets = (f"sinks.webhook={url}", "sinks.webhook_secret=very-secret", "sinks.smtp_password=very-secret")
    noted.judging(store, config.load(None, {}, sets))
    noted.judging(store, config.load(None, {}, (f"sinks.webhook={url}-2", *sets[1:])))
    first, second = rows(store, "settings.changed")
    assert first["sinks.webhook"].startswith("hooks.example.org ")
    assert first["sinks.webhook"] != second["sinks.webhook"]
    assert "very-secret" not in str([first, second])


def test_thresholds_that_change_are_noted_by_name(rivers, store):
    for sets in ((), (), ("detectors.speeding.tolerance_kmh=5",)):
        remembered(store, rivers.judged(*sets).in_force.sets[-1], 100.0)
    first, second = rows(store, "rules.changed")
    assert first == {}
    assert (second["since"], second["thresholds"]) == (100.0, ["speeding.tolerance_kmh"])

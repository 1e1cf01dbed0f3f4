"""Working: what a worker process looks at before it takes anything."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from pg8000.exceptions import DatabaseError, InterfaceError
from sqlalchemy.exc import OperationalError

from devices import frames
from streams import config
from streams.distributed import working
from streams.distributed.working import Working, _are_at_home
from streams.layers import ConfigError
from streams.settings import Kafka
from streams.store import layout

FLEETS = [("north", "V1"), ("north", "V2"), ("south", "V1")]


def test_vehicles_are_where_the_settings_put_them():
    for said in (Kafka(partitions=4), Kafka(partitions=4, spread="vehicle")):
        for vehicle in FLEETS:
            _are_at_home(said, frames.partition(*vehicle, said.partitions, said.spread), [vehicle])


@pytest.mark.parametrize("changed", [Kafka(partitions=5), Kafka(partitions=4, spread="vehicle")])
def test_settings_that_were_changed_with_data_on_record_are_refused(changed):
    home = frames.partition("north", "V1", 4, "fleet")
    vehicles = [("north", f"V{k}") for k in range(50)]
    with pytest.raises(ConfigError, match=f"partition {home} holds .* Set them back"):
        _are_at_home(changed, home, vehicles)


@pytest.fixture
def at_work(tmp_path, monkeypatch):
    settings = config.load(None, {}, ("http.port=0",))
    monkeypatch.setattr(layout, "RETRY_S", 0.0)
    return Working(replace(settings, data=replace(settings.data, dir=tmp_path)), SimpleNamespace())


def _away(*_arguments):
    raise OperationalError("SELECT", {}, InterfaceError("network error"))


def test_a_database_that_is_away_during_a_take_over_is_waited_for(at_work, monkeypatch):
    answers = iter([_away, _away, lambda *_: ("partition", 7)])
    monkeypatch.setattr(at_work, "_begun", lambda *arguments: next(answers)(*arguments))
    at_work.worker.turned_at -= working.STUCK_S
    assert not at_work._alive()["worker"]
    assert at_work._begin(0) == ("partition", 7)
    assert at_work._alive()["worker"]


def test_told_to_stop_nobody_waits_for_it_nor_for_a_right_that_is_missing(at_work, monkeypatch):
    monkeypatch.setattr(at_work, "_begun", lambda *_: (_ for _ in ()).throw(OperationalError("", {}, _denied())))
    with pytest.raises(OperationalError, match="no right"):
        at_work._begin(0)
    monkeypatch.setattr(at_work, "_begun", _away)
    at_work.stop()
    with pytest.raises(OperationalError, match="network error"):
        at_work._begin(0)


def _denied():
    return DatabaseError({"C": "42501", "M": "no right"})

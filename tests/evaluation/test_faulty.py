"""A broken fleet: what comes twice or late changes nothing, and what is wrong is told."""

import pytest

from evaluation import faulty

VEHICLES, HOURS = 5, 5.0


@pytest.fixture(scope="module")
def found(rivers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    fleet = faulty.driven(VEHICLES, HOURS, folder)
    faults = ("none", "backlog", "duplicates", "replayed_day", "unit_error")
    return {fault: {one.kind: one for one in faulty.broken(fleet, fault, folder)} for fault in faults}


@pytest.mark.parametrize("fault", ["backlog", "duplicates", "replayed_day"])
def test_what_comes_twice_or_late_changes_nothing(found, fault):
    plain = {kind: one._replace(data="") for kind, one in found["none"].items()}
    assert {kind: one._replace(data="") for kind, one in found[fault].items()} == plain
    assert plain["harsh driving"].truths > 0 and plain["trip"].recall > 0.9


def test_a_wrong_unit_is_told(found):
    told = found["unit_error"]["unit_fault"]
    assert told.truths >= 1 and told.recall == told.precision == 1.0

"""A broken fleet: what comes twice or late changes nothing, and what is wrong is told."""

import pytest

from evaluation import faulty

pytestmark = pytest.mark.slow

VEHICLES, HOURS = 5, 5.0


@pytest.fixture(scope="module")
def found(rivers, tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    fleet = faulty.driven(VEHICLES, HOURS, folder)
    faults = ("none", "backlog", "duplicates", "replayed_day", "unit_error", "rollover", "stolen_identity")
    return {fault: {one.kind: one for one in faulty.broken(fleet, fault, folder)} for fault in faults}


@pytest.mark.parametrize("fault", ["backlog", "duplicates", "replayed_day"])
def test_what_comes_twice_or_late_changes_nothing(found, fault):
    plain = {kind: one._replace(data="") for kind, one in found["none"].items()}
    assert {kind: one._replace(data="") for kind, one in found[fault].items()} == plain
    assert plain["harsh driving"].truths > 0 and plain["trip"].recall > 0.9


def test_a_clock_a_thousand_weeks_behind_is_told_and_spoils_nothing(found):
    """Through the service's door in place of a replay: what is found is the same."""
    told = found["rollover"]["clock_fault"]
    assert told.truths >= 1 and told.recall == told.precision == 1.0
    for kind in ("harsh driving", "speeding", "trip"):
        before, after = found["none"][kind], found["rollover"][kind]
        assert (after.truths, after.found) == (before.truths, before.found)


def test_who_speaks_in_anothers_name_is_told_and_adds_nothing_harsh(found):
    told = found["stolen_identity"]["gnss_fault"]
    assert told.truths >= 1 and told.recall == 1.0
    assert found["stolen_identity"]["harsh driving"]._replace(data="") == found["none"]["harsh driving"]._replace(
        data=""
    )


def test_a_wrong_unit_is_told(found):
    told = found["unit_error"]["unit_fault"]
    assert told.truths >= 1 and told.recall == told.precision == 1.0

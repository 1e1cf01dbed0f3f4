"""Alert budget: pages are counted as the service sends them - by its own pager, minute by minute."""

import numpy as np
import pytest

from devices.samples import Samples, TyreReadings
from devices.signals import WHEELS
from evaluation.alert_budget import START, _facts, back_again
from evaluation.called import Page, called
from evaluation.recordings import rules
from streams.fleets.fleet import Known

NOON, HOUR = 1_750_075_200.0, 3_600.0  # 12:00 UTC


class Placards:
    """A registry in which every tyre should have 800 kPa."""

    def known(self, _fleet, _vehicle):
        return Known(2, np.full(WHEELS, 800.0))


def soft(*vehicles, start=NOON, hours=1.0, pressure=540.0):
    """Drives with a soft tyre, a sample and a reading every 30 s."""
    t = start + np.arange(0, hours * HOUR, 30.0)
    who = np.repeat(np.arange(len(vehicles)), t.size)
    times = np.tile(t, len(vehicles))
    tyres = TyreReadings(who, np.zeros(who.size, np.int64), times, np.full(who.size, pressure), np.full(who.size, 20.0))
    columns = {"speed": 20 + np.sin(times)}
    return Samples([("f", name) for name in vehicles], who, times, columns, tyres=tyres)


@pytest.fixture(scope="module")
def judged():
    return rules()


def pages(judged, samples, *arrival):
    found = called(samples, judged, Placards(), *arrival).pages
    return [(page.kind, page.at - samples.t.min()) for page in found]


@pytest.mark.slow
def test_what_lasts_calls_once(judged):
    assert [kind for kind, _ in pages(judged, soft("V", "W"))] == ["tyre_low", "tyre_low"]
    assert pages(judged, soft("V", pressure=780.0)) == []


@pytest.mark.slow
def test_what_came_out_of_a_dead_zone_calls_with_the_first_fresh_data_and_what_ended_in_it_does_not(judged):
    def kept(_vehicle, t):
        return np.where(t < NOON + 0.5 * HOUR, NOON + 0.5 * HOUR, t)

    assert [round(at / 60) for _, at in pages(judged, soft("V"), kept)] == [31]
    over = soft("V")
    over.tyres.pressure[over.tyres.t > NOON + 300.0] = 800.0
    assert pages(judged, over, kept) == []
    assert len(pages(judged, over)) == 1


@pytest.mark.slow
def test_what_lasts_through_the_night_calls_in_the_morning(judged):
    assert [round(at / HOUR, 2) for _, at in pages(judged, soft("V", start=NOON + 15 * HOUR, hours=4))] == [3.0]


def test_every_tenth_vehicle_is_twice_away():
    t = START.timestamp() + np.arange(0, 24 * HOUR, 60.0)
    late = back_again(np.zeros(t.size, np.int64), t) - t
    assert (late.max(), np.count_nonzero(late)) == (2_400.0, 80)
    assert not (back_again(np.ones(t.size, np.int64), t) - t).any()


def test_counts_are_scaled_to_the_fleet():
    both = [Page("crash", "critical", NOON), Page("crash", "critical", NOON)]
    found = {fact.what: fact.value for fact in _facts("x", both, 100.0)}
    assert found == {"all kinds": 6.0, "crash": 6.0}

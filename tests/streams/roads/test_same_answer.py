"""With roads too: packing, order, a crash and settling change nothing; another map has its own stretches."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from streams.conditioning import condition
from streams.fleets.batch import assemble
from streams.fleets.fleet import Fleet
from streams.kernels.params import thresholds
from streams.pipeline.pipeline import Pipeline, only
from streams.pipeline.rule_set import InForce
from streams.replay import Assumed

MOTORWAY = {"highway": "motorway", "maxspeed": "120", "oneway": "yes"}
STREET = {"highway": "tertiary", "maxspeed": "50"}


@pytest.fixture
def rules(city):
    """A motorway, a street beside it, and at its end a road of 50 km/h."""
    return city.rules(
        city.line((-9_000, 0), (9_000, 0), **MOTORWAY),
        city.line((0, 12), (9_000, 12), **STREET),
        city.line((9_000, 0), (20_000, 0), **STREET),
    )


@pytest.fixture
def drive(along):
    """From the motorway onto the road of 50, at 115 km/h throughout, over midnight."""
    samples = along(-3_000 + 115 / 3.6 * np.arange(600), 0.0, 115, noise=5.0)
    samples.t[:] += (20_255 * 86_400.0) - samples.t[300]
    return samples


def parts(samples, edges):
    for a, b in pairwise(edges):
        rows = np.zeros(samples.t.size, bool)
        rows[a:b] = True
        yield only(samples, rows)


def test_late_data_and_a_crash_give_what_a_replay_gives(rivers, rules, drive, tmp_path):
    river = rivers.River(tmp_path / "data", rules)
    first, second, third = parts(drive, (0, 250, 320, 600))
    for k, part in enumerate((first, third, second)):
        river.embedded.take(rivers.payloads(part, boot=str(k)))
        if k == 1:
            river.crash()
    river.drain()
    expected = rivers.replayed([drive], rules, river.source)
    assert rivers.differences(expected, river.tables()) == {}
    speeding = expected["events"].filter(kind="speeding")
    assert speeding["limit_source"].to_list() == ["road"]
    assert speeding["peak"][0] == pytest.approx(65, abs=0.1)


def test_on_another_map_a_stretch_of_the_old_one_means_nothing(city, rules, drive):
    (old,) = rules.in_force.sets
    (new,) = city.rules(city.line((-9_000, 0), (9_000, 0), **STREET)).in_force.sets
    both = InForce([old, new._replace(since=float(drive.t[100]))])
    pipeline = Pipeline(Fleet(Assumed()), both)
    before, after = parts(drive, (0, 100, 101))
    pipeline.run(before)
    assert pipeline.state[0]["condition"]["road"] > 0
    after.columns["lat"][:] = np.nan  # nothing else would make it forget
    pipeline.run(after)
    assert pipeline.state[0]["condition"]["road"] == 0


def test_vehicles_do_not_disturb_each_other(rivers, rules, drive, along):
    other = replace(along(np.linspace(9_000, 1_000, 500), 12.0, 57, noise=3.0), vehicles=[("f", "w")])
    other.t[:] += drive.t[0] - other.t[0]
    alone = [rivers.replayed([one], rules, rivers.Everybody()) for one in (drive, other)]
    both = rivers.replayed([rivers.joined([drive, other])], rules, rivers.Everybody())
    for (_, vehicle), tables in zip([("f", "v"), ("f", "w")], alone, strict=True):
        assert both["segments"].filter(vehicle_id=vehicle).equals(tables["segments"])


def test_compiled_and_plain_agree_to_the_bit(kit, rules, drive):
    (judged,) = rules.in_force.sets
    fleet, found = Fleet(Assumed()), []
    for run in (condition.condition, kit.plain(condition.condition)):
        batch, _ = assemble(drive, fleet.slots(drive.vehicles), np.empty(0, np.int64))
        batch = judged.roads.beside(batch, fleet.columns())
        state = np.zeros(2, [("before", "i8"), ("state", condition.STATE)])["state"]
        run(batch, fleet.columns(), state, thresholds(condition.PARAMS))
        found.append((batch.limit.tobytes(), batch.road_class.tobytes(), state.tobytes()))
        assert 0 < np.isnan(batch.limit).sum() < batch.limit.size
    assert found[0] == found[1]

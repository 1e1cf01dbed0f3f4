"""Untouched: fleets whose managers set and assign what they like pay what they would have paid, to the bit."""

from dataclasses import replace

import numpy as np
import pytest

from streams.pipeline.pipeline import only
from streams.pipeline.rule_set import InForce

from ..streams.insured import DAY_S, END, OWN, close, daily, post, reassign, river_of

pytestmark = pytest.mark.stack


def set_at_random(rivers, rng):
    """The rules nobody touched, and those of a manager for some of the first days."""
    calm = rivers.judged()
    (pinned,) = calm.in_force.sets
    which = [one for one in OWN[:5] if rng.random() < 0.6] + list(OWN[5:]) * bool(rng.random() < 0.5)
    own = rivers.judged(*which).in_force.sets[-1]
    start = rivers.START + rng.uniform(0.0, 2.0) * DAY_S
    end = start + rng.uniform(0.0, 3.0) * DAY_S
    sets = [pinned, own._replace(since=start), pinned._replace(since=end)]
    return calm, replace(calm, in_force=InForce(sets if own.version != pinned.version else sets[:1]))


@pytest.mark.parametrize("seed", [20, 45, 70, 90, 96, 119, *range(200, 206)])  # the first were wrong once
def test_whatever_was_set_the_ledger_says_the_same(rivers, tmp_path, seed):
    rng = np.random.default_rng(seed)
    both = [river_of(rivers, tmp_path / str(k), one) for k, one in enumerate(set_at_random(rivers, rng))]
    rng_of_drivers = np.random.default_rng(seed + 1000)
    acts = [lambda: None, lambda: reassign(rivers, both[1], rng_of_drivers)]
    weeks = [rivers.days(seed), rivers.days(seed + 100, start=rivers.START + 6 * DAY_S)]
    if rng.random() < 0.5:  # else soft tyres last, and days go on being made again
        weeks = [only(one, one.t > 0.0, np.zeros(one.tyres.t.size, bool)) for one in weeks]
    for river, act in zip(both, acts, strict=True):
        for samples in weeks:
            daily(rivers, river, samples, order=seed, before=act)
        close(river, END + 6 * DAY_S)
    untouched, touched = (post(river, t=END + 6 * DAY_S) for river in both)
    assert touched == untouched

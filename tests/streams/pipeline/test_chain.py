"""Chain: one compiled call for every batch there is, rooms that grow, and a name for the layout of its state."""

from pathlib import Path

import numpy as np
import pytest

from compiled.kernels import COMPILES
from devices.samples import Samples
from streams.fleets.fleet import Fleet
from streams.pipeline import chain
from streams.pipeline.chain import STATE
from streams.pipeline.pipeline import Pipeline
from streams.recordings import mapping, recording
from streams.warm import warm

MAPPINGS = Path(__file__).parents[2] / "mappings"


@pytest.fixture
def pipeline(rivers):
    return Pipeline(Fleet(rivers.Everybody()), rivers.judged().in_force)


def test_warming_up_and_work_compile_once(rivers, shared_data, pipeline):
    warm()
    for seed in range(3):
        pipeline.run(rivers.days(seed, start=rivers.START * (seed + 1)))
    path = shared_data / "driving" / "rsk_twizy_speedlimit" / "trips.parquet"
    for samples in recording.read([path], mapping.read(MAPPINGS / "rsk.toml")):
        pipeline.run(samples)
    still = Samples([("f", "still")], np.zeros(1, np.int64), np.array([1e9]), {"speed": np.zeros(1)})
    still.columns["speed"].setflags(write=False)
    pipeline.run(still)
    assert not COMPILES or len(chain._run.signatures) == 1


def test_a_room_that_is_too_small_grows_and_nothing_is_found_twice(rivers, pipeline, monkeypatch):
    samples = rivers.days(3)
    expected = pipeline.run(samples)
    assert max(rows.size for rows in expected[:4]) > 8
    monkeypatch.setattr("streams.pipeline.pipeline.ROOM", 2)
    small = Pipeline(Fleet(rivers.Everybody()), rivers.judged().in_force)
    found = small.run(samples)
    assert [rows.tobytes() for rows in found[:4]] == [rows.tobytes() for rows in expected[:4]]
    assert small.state.tobytes() == pipeline.state.tobytes()


def test_the_fingerprint_names_the_layout_of_the_state(monkeypatch):
    fingerprint = chain.fingerprint.__wrapped__
    before = fingerprint()
    assert fingerprint() == before == chain.fingerprint()
    monkeypatch.setattr(chain, "STATE", np.dtype([*STATE.descr, ("more", "f8")]))
    assert fingerprint() != before

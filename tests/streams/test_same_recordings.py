"""Same inputs, same answer, on real recordings: files doubled, shuffled, cut and mixed; payloads sent in any way."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from streams import tables
from streams.pipeline.pipeline import only
from streams.recordings import mapping, recording
from streams.replay import Assumed, replay
from streams.river.embedded import Pace

MAPPINGS = Path(__file__).parents[1] / "mappings"
SLICES = {  # some seconds of testing each
    "kit": ("kit_obd2_seat_leon/signals.parquet", pl.col("trip_id").str.starts_with("2017-08-0")),
    "rsk": ("rsk_twizy_speedlimit/trips.parquet", pl.lit(value=True)),
    "cmap": ("nrel_tsdc_cmap2007/speed_1hz.parquet", pl.col("vehicle_id").str.starts_with("cmap_4108")),
    "driveplotr": ("driveplotr_nds/drives.parquet", pl.col("drive_id").rle_id() < 6),
    "goal": ("amazon_goal_gps/traces.parquet", pl.col("trace_id").rle_id() < 60),
    "capmetrics": ("capmetrics_bus_avl/positions.parquet", pl.col("vehicle_id").str.ends_with("1")),
}
PATIENT = Pace(snapshot_s=1e9, settle_after_s=1e9, settle_within_s=1e9, horizon_s=float("inf"))


@pytest.fixture(scope="module", params=list(SLICES))
def part(request, shared_data, tmp_path_factory):
    """A slice of a recording: its own file, and one in Tripmeter's columns; its mapping."""
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    source, where = SLICES[name]
    chosen = mapping.read(MAPPINGS / f"{name}.toml")
    pl.read_parquet(shared_data / "driving" / source).filter(where).write_parquet(folder / "part.parquet")
    recording.convert_to(folder / "native.parquet", [folder / "part.parquet"], chosen)
    return folder, chosen


@pytest.fixture(scope="module")
def expected(rivers, part):
    """What a replay of the slice gives."""
    folder, chosen = part
    done = replay([folder / "part.parquet"], rivers.judged(), Assumed(), mapping=chosen)
    assert done.samples > 1000
    assert done.tables["trips"].height > 0
    return done.tables


def six(rivers, *paths, chosen=None):
    return replay(paths, rivers.judged(), Assumed(), mapping=chosen).tables


def test_a_second_time_and_in_the_wires_own_columns(rivers, part, expected):
    folder, chosen = part
    assert rivers.differences(expected, six(rivers, folder / "part.parquet", chosen=chosen)) == {}
    assert rivers.differences(expected, six(rivers, folder / "native.parquet")) == {}


def test_doubled_shuffled_and_cut_into_files(rivers, part, expected, tmp_path):
    frame = pl.read_parquet(part[0] / "native.parquet")
    rng = np.random.default_rng(1)
    rows = rng.permutation(np.r_[np.arange(frame.height), rng.integers(0, frame.height, frame.height // 3)])
    for k, some in enumerate(np.array_split(rows, 7)):
        frame[some].write_parquet(tmp_path / f"{k}.parquet")
    paths = [tmp_path / f"{k}.parquet" for k in rng.permutation(7)]
    assert rivers.differences(expected, six(rivers, *paths)) == {}


def test_in_pieces_of_whole_vehicles(rivers, part, expected):
    run = rivers.Run(rivers.judged(), Assumed())
    for samples in recording.read([part[0] / "native.parquet"], chunk=2000):
        run.take(samples)
    assert rivers.differences(expected, run.finish()) == {}


def live(rivers, folder, payloads, handful, rng):
    """The tables of a river that took ``payloads`` in handfuls and settled what was late."""
    river = rivers.River(folder, rivers.judged(), Assumed(), pace=PATIENT)
    for first in range(0, len(payloads), handful):
        some = payloads[first : first + handful]
        assert len(river.embedded.take(some)) == len(some)
        if rng.random() < 0.03:
            river.embedded.settle_due(at_once=True)
        elif rng.random() < 0.03:
            river.crash()
    river.drain()
    return {name: frame for name, frame in river.tables().items() if name in tables.NAMES}


def samples_of(part):
    (samples,) = recording.read([part[0] / "native.parquet"], chunk=10**9)
    return samples


@pytest.mark.slow
def test_live_in_the_order_of_the_file(rivers, part, expected, tmp_path):
    payloads = rivers.payloads(samples_of(part), size=25)
    assert rivers.differences(expected, live(rivers, tmp_path, payloads, 100, np.random.default_rng(2))) == {}


@pytest.mark.slow
def test_live_with_disorder_and_repetition(rivers, part, expected, tmp_path):
    samples, rng = samples_of(part), np.random.default_rng(3)
    payloads = rivers.payloads(samples, size=40)
    some = only(samples, rng.random(samples.t.size) < 0.1)
    payloads += rivers.payloads(some, size=40, boot="again")
    order = np.argsort(np.arange(len(payloads)) + rng.normal(0, 30, len(payloads)))
    shuffled = [payloads[k] for k in order]
    assert rivers.differences(expected, live(rivers, tmp_path, shuffled, 150, rng)) == {}


@pytest.mark.slow
def test_all_buses_live_in_the_order_of_the_file(rivers, shared_data, tmp_path):
    """81,293 rows, of which 12,251 repeat a vehicle's instant and 1,094 are older than the row before."""
    path = shared_data / "driving" / SLICES["capmetrics"][0]
    chosen = mapping.read(MAPPINGS / "capmetrics.toml")
    expected = six(rivers, path, chosen=chosen)
    (samples,) = recording.read([path], chosen, chunk=10**9)
    payloads = rivers.payloads(samples, size=25)
    assert rivers.differences(expected, live(rivers, tmp_path, payloads, 300, np.random.default_rng(2))) == {}

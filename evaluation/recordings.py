"""Recordings: real data sets through the same replay as ``tripmeter replay``, whole or thinned to a slower tracker."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from devices.samples import Floats, Ints, Samples
from evaluation.measure import Span
from streams import config
from streams.alert_rules import RULES
from streams.fleets.fleet import Source
from streams.pipeline.chain import PARAMS
from streams.pipeline.pipeline import only
from streams.recordings import mapping, recording
from streams.replay import Assumed, Run
from streams.rules import Rules, gather
from streams.tables import Tables

MAPPINGS = Path(__file__).parents[1] / "tests" / "mappings"
SHARED = Path(__file__).parents[2] / "shared" / "data"
FILES = {
    "kit": "kit_obd2_seat_leon/signals",
    "rsk": "rsk_twizy_speedlimit/trips",
    "cycles": "drive_cycles_reference/cycles",
    "cmap": "nrel_tsdc_cmap2007/speed_1hz",
    "carobd": "carobd_toyota_etios/signals_1hz",
    "driveplotr": "driveplotr_nds/drives",
    "capmetrics": "capmetrics_bus_avl/positions",
    "nhtsa": "nhtsa_crash_pulses/derived_100hz_lp40_test10146",
}
Thinning = Callable[[Samples], Samples]


def rules(*sets: str) -> Rules:
    """The shipped rules, with settings changed."""
    return gather(config.load(None, {}, sets, PARAMS, RULES))


def read(name: str) -> list[Samples]:
    """A data set by its short name, in SI."""
    path = SHARED / "driving" / f"{FILES[name]}.parquet"
    return list(recording.read([path], mapping.read(MAPPINGS / f"{name}.toml")))


def run(pieces: Sequence[Samples], judged: Rules, source: Source | None = None, klass: str = "car") -> Tables:
    """The six tables of samples."""
    one = Run(judged, source or Assumed(klass))
    for samples in pieces:
        one.take(samples)
    return one.finish(klass=klass)


def thinned(samples: Samples, seconds: float, phase: float = 0.0) -> Samples:
    """The samples of a tracker that reports every so many seconds: the first of each such stretch of its own clock.

    Tyre readings go out with the next report.
    """
    slot = np.round((samples.t - phase) * 1000).astype(np.int64) // round(1000 * seconds)
    order = np.lexsort((samples.t, samples.vehicle))
    key = np.stack([samples.vehicle[order], slot[order]])
    first = np.ones(order.size, bool)
    first[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
    kept = np.zeros(order.size, bool)
    kept[order[first]] = True
    tyres, rows = samples.tyres, order[first]
    reports = _key(samples.vehicle[rows], samples.t[rows])
    told = np.minimum(np.searchsorted(reports, _key(tyres.vehicle, tyres.t)), rows.size - 1)
    later = replace(samples, tyres=replace(tyres, t=samples.t[rows][told]))
    return only(later, kept, samples.vehicle[rows][told] == tyres.vehicle)


def _key(vehicle: Ints, t: Floats) -> Ints:
    """Ascends by vehicle and then time."""
    return vehicle * 10**14 + np.round(t * 1000).astype(np.int64)


def spans(frame: pl.DataFrame, **where: str) -> list[Span]:
    """The rows of events, or of an answer sheet, as stretches of time; what lasts has no end."""
    rows = frame.filter(**where).select(
        "vehicle_id", pl.col("start").dt.epoch("ms") / 1000, (pl.col("end").dt.epoch("ms") / 1000).fill_null(np.inf)
    )
    return [Span(*row) for row in rows.iter_rows()]

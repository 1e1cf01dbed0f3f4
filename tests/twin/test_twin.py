"""Twin: the slow plain-Python chain, written apart, makes the same of slices of each real data set as the pipeline."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from devices.samples import Samples
from streams.pipeline.pipeline import only
from streams.recordings import mapping
from streams.recordings.recording import read
from streams.replay import Assumed, replay

from .both import disagree, rules, twins
from .twin import About

MAPPINGS = Path(__file__).parents[1] / "mappings"
DRIVEN = ("trips", "intervals", "segments", "exposure")
ALL = (*DRIVEN, "events", "alerts")
EVER = ("1970-01-01T00:00", "2100-01-01T00:00")


class Slice(NamedTuple):
    """What of a data set is run, and which tables must not be empty."""

    file: str
    vehicles: int | str | None = None  # the first so many, or the one of this name
    between: tuple[str, str] = EVER  # UTC
    klass: str = "car"
    hours: str = "eu"
    tolerance_kmh: float = 10.0
    tables: tuple[str, ...] = DRIVEN

    def of(self, samples: Samples) -> Samples:
        first, last = (datetime.fromisoformat(day + "+00:00").timestamp() for day in self.between)
        rows = (first <= samples.t) & (samples.t < last)
        if isinstance(self.vehicles, int):
            rows &= samples.vehicle < self.vehicles
        if isinstance(self.vehicles, str):
            rows &= samples.vehicle == [vehicle for _, vehicle in samples.vehicles].index(self.vehicles)
        return only(samples, rows)


SLICES = {
    "kit": Slice("kit_obd2_seat_leon/signals", None, ("2017-08-07T05:35", "2017-08-07T06:00"), tables=ALL),
    "rsk": Slice(
        "rsk_twizy_speedlimit/trips", None, ("2021-04-22T00:00", "2021-07-01T00:00"), tolerance_kmh=0.0, tables=ALL
    ),
    "cmap": Slice(
        "nrel_tsdc_cmap2007/speed_1hz",
        "cmap_4108468_1",
        ("2007-06-25T12:00", "2007-06-26T12:00"),
        hours="china",
        tables=ALL,
    ),
    "capmetrics": Slice("capmetrics_bus_avl/positions", 45, klass="bus", tables=ALL),
    "nhtsa": Slice("nhtsa_crash_pulses/derived_100hz_lp40_test10146", tables=("events", "alerts", "segments")),
    "goal": Slice("amazon_goal_gps/traces", 150, klass="van"),
    "carobd": Slice("carobd_toyota_etios/signals_1hz", 4),
    "driveplotr": Slice("driveplotr_nds/drives", klass="truck", tables=ALL),
    "cycles": Slice("drive_cycles_reference/cycles", klass="truck", tables=ALL),
    "comma": Slice("comma2k19_example/can_speed"),
}


def recording(shared: Path, name: str) -> tuple[Path, mapping.Mapping]:
    return shared / "driving" / f"{SLICES[name].file}.parquet", mapping.read(MAPPINGS / f"{name}.toml")


@pytest.mark.parametrize("name", SLICES)
def test_a_real_recording_is_the_same_to_both(shared_data: Path, name: str) -> None:
    path, names = recording(shared_data, name)
    slice_ = SLICES[name]
    pieces = [slice_.of(piece) for piece in read([path], names)]
    settings = {"speeding": {"tolerance_kmh": slice_.tolerance_kmh}}
    found, agreed = disagree(pieces, lambda _: About(slice_.klass), slice_.hours, settings)
    assert not found
    assert all(agreed[table] for table in slice_.tables), agreed


def test_a_replay_of_files_is_what_the_twin_says(shared_data: Path) -> None:
    path, names = recording(shared_data, "cycles")
    settled = rules("eu", {})
    told = replay([path], settled, Assumed("truck"), mapping=names).tables
    known = {("default", row["vehicle_id"]): About("truck") for row in told["exposure"].rows(named=True)}
    ours = twins(list(read([path], names)), known, settled)
    for table, key in (("events", "event_id"), ("trips", "trip_id"), ("alerts", "alert_id")):
        assert sorted(told[table][key]) == sorted(row[key] for row in ours[table])

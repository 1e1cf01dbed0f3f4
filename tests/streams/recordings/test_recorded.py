"""Recorded: samples written as a recording and read again are the same samples."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from devices.samples import FaultList
from streams.recordings.mapping import Mapping, Who
from streams.recordings.recorded import recording
from streams.recordings.recording import read


def test_a_recording_is_read_again_as_it_was(rivers, tmp_path):
    samples = rivers.days(5)
    path = tmp_path / "days.parquet"
    recording(samples).write_parquet(path)
    (again,) = read([path])
    order, back = (np.lexsort((one.t, one.vehicle)) for one in (samples, again))
    assert np.array_equal(samples.t[order], again.t[back])
    for name, column in samples.columns.items():
        assert np.array_equal(column[order], again.columns[name][back], equal_nan=True), name
    for one in ("wheel", "t", "pressure", "temp"):
        mine, its = (np.sort(getattr(some.tyres, one)) for some in (samples, again))
        assert np.array_equal(mine, its, equal_nan=True)
    names = [[some.drivers[k] if k >= 0 else k for k in some.driver] for some in (samples, again)]
    assert [names[0][k] for k in order] == [names[1][k] for k in back]


def test_trouble_codes_are_read_again_as_they_were(rivers, tmp_path):
    samples = rivers.days(5)
    rows = [3, 40, 41, 200]
    codes = [("P0301", "C0035 rear"), (), ("P0301",), ("U1",)]
    said = [FaultList(int(samples.vehicle[k]), float(samples.t[k]), one) for k, one in zip(rows, codes, strict=True)]
    recording(replace(samples, faults=[*said, said[0]])).write_parquet(tmp_path / "days.parquet")
    (again,) = read([tmp_path / "days.parquet"])
    found = {(again.vehicles[one.vehicle], one.t): set(one.codes) for one in again.faults}
    assert found == {(samples.vehicles[one.vehicle], one.t): set(one.codes) for one in said}


@pytest.mark.parametrize(("ending", "text"), [("csv", True), ("parquet", True), ("parquet", False)])
def test_trouble_codes_may_be_text(tmp_path, ending, text):
    said = ["P0301, C0035", None, "none", "P0420"]
    lists = [["P0301", "C0035"], None, [], ["P0420"]]
    frame = pl.DataFrame({"t": [1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3], "dtc": said if text else lists})
    path = tmp_path / f"log.{ending}"
    frame.write_csv(path) if ending == "csv" else frame.write_parquet(path)
    (samples,) = read([path], Mapping(vehicle=Who(id="V"), fault_codes="dtc"))
    assert [(one.t - 1e9, one.codes) for one in samples.faults] == [(0, ("P0301", "C0035")), (2, ()), (3, ("P0420",))]

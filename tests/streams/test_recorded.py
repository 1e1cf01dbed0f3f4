"""Recorded: samples written as a recording and read again are the same samples."""

import numpy as np

from streams.recorded import recording
from streams.recording import read


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

"""Recordings: native files, mapped ones, whole vehicles a piece, and errors before the first row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.samples import Samples
from devices.signals import SIGNALS
from streams.recordings import recording
from streams.recordings.mapping import Column, Csv, Mapping, Pivot, Position, Time, Who
from streams.recordings.recording import RecordingError, Report, read

KMH = 1 / 3.6


def write(folder: Path, name: str = "r.parquet", **columns: Sequence[object]) -> Path:
    path = folder / name
    frame = pl.DataFrame(columns, strict=False)
    if path.suffix == ".csv":
        frame.write_csv(path)
    else:
        frame.write_parquet(path)
    return path


def one(path: Path, mapping: Mapping | None = None, report: Report | None = None) -> Samples:
    (samples,) = read([path], mapping, report=report)
    return samples


def test_a_native_recording_is_read_as_it_is(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        t=[1000.0, 1001.0004, 1000.0],
        vehicle_id=["a", "a", "b"],
        fleet_id=["north", "north", None],
        driver_id=["D1", "", None],
        speed_kmh=[36.0, 72.0, None],
        odometer_km=[1.5, 2, 3],
        tyre_1L_pressure_kpa=[230.0, None, None],
        tyre_2LO_temp_c=[None, 31.0, None],
        speed_kph=[1, 2, 3],
    )
    report = Report()
    samples = one(path, report=report)
    assert sorted(samples.vehicles) == [("default", "b"), ("north", "a")]
    assert [samples.vehicles[code] for code in samples.vehicle] == [("north", "a")] * 2 + [("default", "b")]
    assert samples.t.tolist() == [1000.0, 1001.0, 1000.0]
    assert samples.columns["speed"].tolist()[:2] == [36 * KMH, 72 * KMH]
    assert np.isnan(samples.columns["speed"][2])
    assert samples.columns["odometer"].tolist() == [1500.0, 2000.0, 3000.0]
    assert samples.drivers == ["D1"]
    assert samples.driver is not None
    assert samples.driver.tolist() == [0, -2, -1]
    tyres = samples.tyres
    assert (tyres.wheel.tolist(), tyres.t.tolist()) == ([0, 4], [1000.0, 1001.0])
    assert (tyres.pressure[0], tyres.temp[1]) == (230.0, 31.0)
    assert report.ignored == ["speed_kph"]
    assert report.hints == ["speed_kph (did you mean speed_kmh?)"]
    assert (report.total, report.rows) == (3, 3)


@pytest.mark.parametrize("values", [[datetime(2024, 1, 8, 8)], [datetime(2024, 1, 8, 8, tzinfo=UTC)], [1704700800]])
def test_a_native_time_may_be_a_timestamp(tmp_path: Path, values: list[object]) -> None:
    assert one(write(tmp_path, t=values, vehicle_id=["a"])).t.tolist() == [1704700800.0]


def test_columns_may_be_written_to(tmp_path: Path) -> None:
    samples = one(write(tmp_path, t=[1.0, 2.0], vehicle_id=["a", "a"], lat_deg=[1.0, 2.0], speed_kmh=[1.0, 2.0]))
    arrays = [samples.vehicle, samples.t, *samples.columns.values()]
    assert all(array.flags.writeable and array.flags.c_contiguous for array in arrays)


def test_rows_without_a_time_or_a_vehicle_are_counted(tmp_path: Path) -> None:
    report = Report()
    path = write(tmp_path, t=[1.0, None, float("nan"), 2.0], vehicle_id=["a", "a", "a", None], speed_kmh=[1, 2, 3, 4])
    samples = one(path, report=report)
    assert samples.t.tolist() == [1.0]
    assert report.rejected == {"no_time": 2, "no_vehicle": 1}


def test_csv_is_read_like_parquet(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_text("t,vehicle_id,speed_kmh\n1000,007,36\n1001,007,NA\n1002,007,fast\n")
    report = Report()
    samples = one(path, report=report)
    assert samples.vehicles == [("default", "007")]
    assert samples.columns["speed"][0] == 36 * KMH
    assert np.isnan(samples.columns["speed"][1:]).all()
    assert report.tally.unreadable == {"speed_kmh": 1}


def test_a_csv_of_another_country(tmp_path: Path) -> None:
    path = tmp_path / "trip_7.csv"
    path.write_text("logger 3\nwann;v\n05.07.2017 09:16:30;36,5\n")
    mapping = Mapping(
        time=Time(column="wann", format="%d.%m.%Y %H:%M:%S", zone="Europe/Berlin"),
        vehicle=Who(column="@file"),
        columns={"speed_kmh": Column(source="v")},
        csv=Csv(separator=";", decimal_comma=True, skip_rows=1),
    )
    samples = one(path, mapping)
    assert samples.vehicles == [("default", "trip_7")]
    assert samples.columns["speed"].tolist() == [36.5 * KMH]
    assert samples.t.tolist() == [datetime(2017, 7, 5, 7, 16, 30, tzinfo=UTC).timestamp()]


def test_units_signs_words_and_constants(tmp_path: Path) -> None:
    path = write(tmp_path, when=[1.0], v=[60.0], right=[0.5], key=["ON"], temp=[212])
    mapping = Mapping(
        time=Time(column="when"),
        vehicle=Who(id="car"),
        fleet=Who(id="north"),
        driver=Who(id="D1"),
        columns={
            "speed_kmh": Column(source="v", unit="mph"),
            "accel_lat_mps2": Column(source="right", unit="g", scale=-1),
            "ignition": Column(source="key", values={"ON": 1, "OFF": 0}),
            "coolant_c": Column(source="temp", unit="°F"),
            "speed_limit_kmh": Column(constant=50),
        },
    )
    samples = one(path, mapping)
    found = {name: float(values[0]) for name, values in samples.columns.items()}
    assert found == pytest.approx(
        {"speed": 26.8224, "accel_lat": -4.903325, "ignition": 1, "coolant": 100, "speed_limit": 50 / 3.6}
    )
    assert (samples.vehicles, samples.drivers) == ([("north", "car")], ["D1"])


def test_where_chooses_rows_and_a_plane_gives_positions(tmp_path: Path) -> None:
    path = write(tmp_path, t=[1.0, 2.0, 3.0], x=[0.0, 0.0, 9.0], y=[0.0, 1111.95, 9.0], kind=["a", "b", "c"])
    mapping = Mapping(
        vehicle=Who(id="v"),
        where={"kind": ["a", "b"]},
        position=Position(x="x", y="y", origin_lat=48.0, origin_lon=9.0),
    )
    samples = one(path, mapping)
    assert samples.columns["lat"].tolist() == pytest.approx([48.0, 48.01])
    assert samples.columns["lon"].tolist() == [9.0, 9.0]


def test_a_pivot_makes_channels_columns(tmp_path: Path) -> None:
    path = write(
        tmp_path, t=[1.0, 1.0, 1.0, 2.0], axis=["X", "X", "Y", "X"], g=[1.0, 3.0, 5.0, 7.0], place=["a", "b", "a", "a"]
    )
    mapping = Mapping(
        vehicle=Who(id="v"),
        pivot=Pivot(key="axis", value="g"),
        columns={
            "accel_long_mps2": Column(source="X"),
            "accel_lat_mps2": Column(source="Y"),
            "accel_vert_mps2": Column(source="Z"),
        },
    )
    samples = one(path, mapping)
    assert samples.t.tolist() == [1.0, 2.0]
    assert samples.columns["accel_long"].tolist() == [2.0, 7.0]
    assert samples.columns["accel_lat"][0] == 5.0
    assert np.isnan(samples.columns["accel_vert"]).all()


def test_several_files_are_one_recording(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, "1.parquet", t=[1.0], vehicle_id=["a"], speed_kmh=[36]),
        write(tmp_path, "2.parquet", t=[2.0], vehicle_id=["a"], fuel_pct=[50.0]),
    ]
    (samples,) = read(paths)
    assert samples.t.tolist() == [1.0, 2.0]
    assert samples.columns["speed"][0] == 10.0
    assert np.isnan(samples.columns["fuel"][0])


@given(
    st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 99)), min_size=1, max_size=60),
    st.integers(1, 20),
    st.sampled_from([recording.CELLS, 20]),
)
@settings(max_examples=60, deadline=None)
def test_a_vehicle_is_never_cut_and_keeps_its_order(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int]], chunk: int, cells: int
) -> None:
    path = write(
        tmp_path_factory.mktemp("r"),
        vehicle_id=[v for v, _ in rows],
        t=[float(t) for _, t in rows],
        speed_kmh=[1.0] * len(rows),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording, "CELLS", cells)
        pieces = list(read([path], chunk=chunk))
    seen: dict[str, list[float]] = {}
    for piece in pieces:
        mine = [name for _, name in piece.vehicles]
        assert not seen.keys() & set(mine)
        for code, name in enumerate(mine):
            seen[name] = piece.t[piece.vehicle == code].tolist()
            assert seen[name]
    assert seen == {v: [float(t) for w, t in rows if w == v] for v, _ in rows}


@given(st.sampled_from(SIGNALS), st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_a_native_column_is_scaled_as_the_codec_scales_it(
    tmp_path_factory: pytest.TempPathFactory, signal: object, values: list[float]
) -> None:
    column, name, scale = signal[0], signal[1], signal[2]  # type: ignore[index]
    path = write(
        tmp_path_factory.mktemp("r"),
        t=[float(k) for k in range(len(values))],
        vehicle_id=["a"] * len(values),
        **{column: values},
    )
    assert one(path).columns[name].tolist() == [value * scale for value in values]


def test_a_converted_recording_is_the_same_without_its_mapping(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        when=[0.1, 0.2, 0.3],
        who=["a", "b", "a"],
        by=["D", "", None],
        v=[33.3, None, 1e-3],
        p=[32.0, 31.5, None],
    )
    mapping = Mapping(
        time=Time(column="when", origin=datetime(2024, 1, 8)),
        vehicle=Who(column="who"),
        driver=Who(column="by"),
        columns={
            "speed_kmh": Column(source="v", unit="knots"),
            "tyre_1L_pressure_kpa": Column(source="p", unit="psi"),
        },
    )
    mapped = one(path, mapping)
    recording.convert_to(tmp_path / "native.parquet", [path], mapping)
    native = one(tmp_path / "native.parquet")
    assert (native.vehicles, native.drivers) == (mapped.vehicles, mapped.drivers)
    assert native.driver is not None
    assert mapped.driver is not None
    pairs = [(native.t, mapped.t), (native.vehicle, mapped.vehicle), (native.driver, mapped.driver)]
    pairs += [(native.columns["speed"], mapped.columns["speed"]), (native.tyres.pressure, mapped.tyres.pressure)]
    assert all(a.tobytes() == b.tobytes() for a, b in pairs)


def complaint(paths: list[Path], mapping: Mapping | None = None) -> str:
    with pytest.raises(RecordingError) as error:
        read(paths, mapping)
    return str(error.value)


def test_what_cannot_be_read_is_said_before_the_first_row(tmp_path: Path) -> None:
    good = write(tmp_path, t=[1.0], vehicle_id=["a"], speed_kmh=[1.0])
    assert "no such file" in complaint([tmp_path / "none.parquet"])
    assert "no recording given" in complaint([])
    broken = tmp_path / "b.parquet"
    broken.write_text("x")
    assert "b.parquet: cannot be read" in complaint([broken])
    assert "neither .parquet nor .csv" in complaint([write(tmp_path, "x.csv", t=[1]).rename(tmp_path / "x.xls")])
    mapping = Mapping(vehicle=Who(id="a"), columns={"speed_kmh": Column(source="speed")})
    text = complaint([good], mapping)
    assert "has no column 'speed' (columns.speed_kmh); did you mean 'speed_kmh'?" in text
    assert "it has: t, vehicle_id, speed_kmh" in text
    assert "no column 'vehicle_id' (vehicle.column)" in complaint([write(tmp_path, "n.parquet", t=[1.0])])


def test_text_where_numbers_are_expected_names_the_column(tmp_path: Path) -> None:
    path = write(tmp_path, t=[1.0], vehicle_id=["a"], speed_kmh=[datetime(2024, 1, 1)])
    with pytest.raises(ValueError, match="column 'speed_kmh' holds Datetime"):
        list(read([path]))


def test_single_and_dual_tyres_of_a_mixed_fleet_are_all_read(tmp_path):
    """2R of a van and 2RO of a lorry are the same place, in columns of their own."""
    frame = pl.DataFrame(
        {
            "t": [1.75e9, 1.75e9],
            "vehicle_id": ["lorry", "van"],
            "tyre_2RO_pressure_kpa": [800.0, None],
            "tyre_2R_pressure_kpa": [None, 400.0],
        }
    )
    frame.write_parquet(tmp_path / "both.parquet")
    (samples,) = recording.read([tmp_path / "both.parquet"])
    found = zip(samples.tyres.vehicle.tolist(), samples.tyres.pressure.tolist(), strict=True)
    assert {samples.vehicles[vehicle][1]: pressure for vehicle, pressure in found} == {"lorry": 800.0, "van": 400.0}

"""Mapping: what the TOML says, and errors that name the key and what was meant."""

import tomllib
from pathlib import Path

import pytest

from streams.recordings.mapping import Column, Mapping, MappingError, Who, native, parse, read

MAPPINGS = Path(__file__).parents[2] / "mappings"

GOOD = """
[time]
column = "when"
zone = "Europe/Berlin"
[vehicle]
column = "trip"
[columns]
speed_kmh = { from = "v", unit = "mph", scale = -1 }
engine_rpm = "rpm"
speed_limit_kmh = 50
ignition = { from = "key", values = { ON = 1, OFF = 0 } }
"""


def complaint(text: str) -> str:
    with pytest.raises(MappingError) as error:
        parse(tomllib.loads(text))
    return str(error.value)


def test_a_column_is_a_name_a_number_or_a_table() -> None:
    mapping = parse(tomllib.loads(GOOD))
    assert mapping.columns["speed_kmh"] == Column(source="v", unit="mph", scale=-1)
    assert mapping.columns["engine_rpm"] == Column(source="rpm")
    assert mapping.columns["speed_limit_kmh"] == Column(constant=50.0)
    assert mapping.columns["ignition"].values == {"ON": 1.0, "OFF": 0.0}
    assert mapping.vehicle == Who(column="trip")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tme]\ncolumn = 't'\n", "unknown key tme; did you mean 'time'?"),
        ("[time]\nzon = 'UTC'\n", "unknown key time.zon; did you mean 'zone'?"),
        ("[vehicle]\nid = 'a'\n[columns]\nspeed_kmh = { form = 'v' }\n", "unknown key columns.speed_kmh.form; did you"),
        ("[vehicle]\nid = 'a'\n[columns]\nspeed_kph = 'v'\n", "speed_kph is no signal; did you mean 'speed_kmh'?"),
        (
            "[vehicle]\nid = 'a'\n[columns]\nspeed_kmh = { from = 'v', unit = 'kph' }\n",
            "[columns] speed_kmh.unit 'kph' is not a unit; did you mean 'km/h'?",
        ),
        ("[vehicle]\nid = 'a'\n[columns]\nspeed_kmh = { unit = 'mph' }\n", "speed_kmh.from is missing"),
        ("[time]\nzone = 'Berlin'\n[vehicle]\nid = 'a'\n", "time.zone 'Berlin' is no time zone"),
        ("[time]\nzero = 1\n[vehicle]\nid = 'a'\n", "time.zero needs time.origin"),
        ("[time]\ninvalid = 'rebuild'\n[vehicle]\nid = 'a'\n", "needs time.clock"),
        ("[time]\ninvalid = 'drop'\n[vehicle]\nid = 'a'\n", "time.invalid"),
        ("[columns]\nspeed_kmh = 'v'\n", "vehicle is missing"),
        ("[vehicle]\nid = 'a'\ncolumn = 'b'\n", "vehicle has both column and id"),
        ("[vehicle]\nid = 'a'\n[position]\nx = 'x'\n", "position.x and position.y go together"),
        ("[vehicle]\nid = 'a'\n[position]\nx = 'x'\ny = 'y'\n[columns]\nlat_deg = 'l'\n", "leave these out"),
        ("[vehicle]\nid = 'a'\n[columns]\nspeed_kmh = { from = 'v', values = { a = 1 } }\n", "are for flags"),
        ("[vehicle]\nid = 7\n", "expected `str`"),
        ("columns = 3\n", "columns is 3, expected a table"),
        ("[vehicle]\nid = 'a'\n[position]\ndatum = 'bd09'\n", "position.datum"),
    ],
)
def test_a_mistake_is_named(text: str, expected: str) -> None:
    assert expected in complaint(text)


def test_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.toml"
    path.write_text("[tme]\n")
    for file, expected in ((path, "unknown key tme"), (tmp_path / "no.toml", "cannot be read")):
        with pytest.raises(MappingError, match=f"mapping {file}: {expected}"):
            read(file)


def test_a_native_recording_maps_to_itself() -> None:
    mapping = native(["t", "vehicle_id", "driver_id", "speed_kmh", "tyre_1L_temp_c", "throttle"])
    assert list(mapping.columns) == ["speed_kmh", "tyre_1L_temp_c"]
    assert (mapping.driver, mapping.fleet) == (Who(column="driver_id"), Who())


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_the_mappings_that_live_here_are_good(path: Path) -> None:
    assert isinstance(read(path), Mapping)

"""Units: every conversion undone by its inverse, known values, and complaints that name what was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.signals import SIGNALS
from streams.recordings.units import ALIASES, UNITS, is_signal, tyre, unit

COLUMNS = {
    "speed": "speed_kmh",
    "acceleration": "accel_long_mps2",
    "pressure": "tyre_1L_pressure_kpa",
    "temperature": "coolant_c",
    "distance": "odometer_km",
    "turning": "yaw_rate_dps",
    "angle": "heading_deg",
    "share": "fuel_pct",
    "mass": "mass_kg",
    "voltage": "battery_v",
    "revolutions": "engine_rpm",
}


@pytest.mark.parametrize(
    ("name", "column", "value", "expected"),
    [
        ("mph", "speed_kmh", 60, 96.56064),
        ("knots", "speed_kmh", 10, 18.52),
        ("m/s", "speed_kmh", 10, 36),
        ("g", "accel_long_mps2", 1, 9.80665),
        ("psi", "tyre_1L_pressure_kpa", 32, 220.632233381388),
        ("bar", "tyre_1L_pressure_kpa", 2.3, 230),
        ("°F", "coolant_c", 212, 100),
        ("K", "tyre_2LO_temp_c", 273.15, 0),
        ("miles", "odometer_km", 100, 160.9344),
        ("m", "gnss_accuracy_m", 5, 5),
        ("m", "odometer_km", 5000, 5),
        ("rad/s", "yaw_rate_dps", 1, 57.29577951),
    ],
)
def test_a_unit_is_worth_what_it_is(name: str, column: str, value: float, expected: float) -> None:
    found = unit(name, column)
    assert value * found.scale + found.offset == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(st.sampled_from(sorted(UNITS)), st.floats(-1e6, 1e6))
def test_a_conversion_can_be_undone(name: str, value: float) -> None:
    found = unit(name, COLUMNS[UNITS[name].dimension])
    there = value * found.scale + found.offset
    assert (there - found.offset) / found.scale == pytest.approx(value, rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("alias", ALIASES)
def test_a_common_misspelling_names_the_unit_meant(alias: str) -> None:
    assert ALIASES[alias] in UNITS
    with pytest.raises(ValueError, match="did you mean"):
        unit(alias, "speed_kmh")


def test_a_unit_of_another_quantity_is_refused() -> None:
    with pytest.raises(ValueError, match="'psi' is a unit of pressure; expected one of km/h, mph, m/s, knots"):
        unit("psi", "speed_kmh")
    with pytest.raises(ValueError, match="has no unit: leave it out"):
        unit("km/h", "satellites")


def test_every_signal_of_the_wire_is_one_and_tyres_are() -> None:
    assert all(is_signal(signal.column) for signal in SIGNALS)
    assert tyre("tyre_2LI_temp_c") == (5, "temp")
    assert not is_signal("tyre_9L_temp_c")
    assert not is_signal("throttle_pct")

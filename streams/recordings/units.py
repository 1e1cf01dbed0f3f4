"""Units: what loggers measure in, and how each turns into the unit a signal has on the wire."""

import difflib
from typing import NamedTuple

from devices.signals import BY_COLUMN, TYRE_SIGNALS, wheel_code

G = 9.80665
MILE = 1.609344
KNOT = 1.852
PSI = 6.894757293168361


class Unit(NamedTuple):
    """``value * scale + offset`` is the same quantity in the wire unit of its dimension."""

    dimension: str
    scale: float
    offset: float = 0.0


UNITS = {
    "km/h": Unit("speed", 1),
    "mph": Unit("speed", MILE),
    "m/s": Unit("speed", 3.6),
    "knots": Unit("speed", KNOT),
    "m/s²": Unit("acceleration", 1),
    "g": Unit("acceleration", G),
    "mg": Unit("acceleration", G / 1000),
    "kPa": Unit("pressure", 1),
    "bar": Unit("pressure", 100),
    "psi": Unit("pressure", PSI),
    "Pa": Unit("pressure", 0.001),
    "°C": Unit("temperature", 1),
    "°F": Unit("temperature", 1 / 1.8, -32 / 1.8),
    "K": Unit("temperature", 1, -273.15),
    "km": Unit("distance", 1),
    "miles": Unit("distance", MILE),
    "m": Unit("distance", 0.001),
    "°/s": Unit("turning", 1),
    "rad/s": Unit("turning", 57.29577951308232),
    "°": Unit("angle", 1),
    "rad": Unit("angle", 57.29577951308232),
    "%": Unit("share", 1),
    "fraction": Unit("share", 100),
    "kg": Unit("mass", 1),
    "t": Unit("mass", 1000),
    "lb": Unit("mass", 0.45359237),
    "V": Unit("voltage", 1),
    "mV": Unit("voltage", 0.001),
    "1/min": Unit("revolutions", 1),
    "1/s": Unit("revolutions", 60),
}

ALIASES = {
    "kmh": "km/h",
    "kph": "km/h",
    "mps": "m/s",
    "kn": "knots",
    "kt": "knots",
    "kts": "knots",
    "knot": "knots",
    "m/s2": "m/s²",
    "m/s^2": "m/s²",
    "mps2": "m/s²",
    "c": "°C",
    "degc": "°C",
    "f": "°F",
    "degf": "°F",
    "mile": "miles",
    "mi": "miles",
    "dps": "°/s",
    "deg/s": "°/s",
    "deg": "°",
    "pct": "%",
    "rpm": "1/min",
}

SUFFIXES = {
    "_kmh": "speed",
    "_mps2": "acceleration",
    "_kpa": "pressure",
    "_c": "temperature",
    "_km": "distance",
    "_m": "length",
    "_dps": "turning",
    "_deg": "angle",
    "_pct": "share",
    "_kg": "mass",
    "_v": "voltage",
    "_rpm": "revolutions",
}


def unit(name: str, column: str) -> Unit:
    """The unit called ``name`` for the wire column ``column``; ``ValueError`` says what was probably meant."""
    found = UNITS.get(name)
    if found is None:
        meant = ALIASES.get(name.lower()) or next(iter(difflib.get_close_matches(name, UNITS, 1, 0.5)), None)
        hint = f"; did you mean {meant!r}?" if meant else f"; units are {', '.join(UNITS)}"
        raise ValueError(f"{name!r} is not a unit{hint}")
    wanted = dimension(column)
    if found.dimension != wanted and not (wanted == "length" and found.dimension == "distance"):
        same = [other for other, row in UNITS.items() if row.dimension == wanted]
        expected = f"expected one of {', '.join(same)}" if same else "this column has no unit: leave it out"
        raise ValueError(f"{name!r} is a unit of {found.dimension}; {expected}")
    return found._replace(scale=found.scale * 1000) if wanted == "length" else found


def dimension(column: str) -> str:
    """What a wire column measures, by the ending of its name; empty for counts and flags."""
    return next((measured for ending, measured in SUFFIXES.items() if column.endswith(ending)), "")


def is_signal(column: str) -> bool:
    """Whether ``column`` is a signal's name on the wire, tyres included (``tyre_1L_pressure_kpa``)."""
    return column in BY_COLUMN or tyre(column) is not None


def tyre(column: str) -> tuple[int, str] | None:
    """Wheel code and inner signal name of a tyre column; None for any other."""
    for signal in TYRE_SIGNALS:
        ending = f"_{signal.column}"
        if column.startswith("tyre_") and column.endswith(ending):
            try:
                return wheel_code(column.removeprefix("tyre_").removesuffix(ending)), signal.name
            except ValueError:
                return None
    return None

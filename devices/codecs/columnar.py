"""Columnar: what our own formats share - the keys of a payload, what must hold of them, and what is said if not."""

import re
from array import array
from collections.abc import Callable, Sequence
from operator import ge
from typing import Annotated, Any, Literal, NoReturn, Required, TypedDict

import msgspec

from devices.codecs.base import DecodeError, DeviceReport, Name, Reading, Text, Values
from devices.signals import SIGNALS, TYRE_SIGNALS, Signal

MAX_SAMPLES = 10_000  # a payload: scalars grow to as many values, so a small body must not fill the memory

_REST = ("tyres", "events", "fault_codes")


def payload_type(packed: Any = None) -> Any:
    """Type of a payload; ``packed`` is what may also stand where a list of numbers may.

    A TypedDict holds only what was sent: 2x faster than a struct with a field for every signal.
    """
    make: Any = TypedDict  # of keys that a type checker cannot know
    tyre: Any = make("tyre", {signal.column: _column(signal, packed) for signal in TYRE_SIGNALS}, total=False)
    times: Any = Annotated[list[float], msgspec.Meta(min_length=1)] | float
    keys = {
        "v": Required[Literal[1]],
        "boot": Required[Name],
        "seq": Required[Annotated[int, msgspec.Meta(ge=0, le=2**53)]],
        "t": Required[times | packed if packed else times],
        **{signal.column: _column(signal, packed) for signal in SIGNALS},
        "driver": Annotated[str, msgspec.Meta(max_length=64)] | None,
        "tyres": dict[str, tyre] | None,
        "events": list[DeviceReport] | None,
        "fault_codes": list[Text] | None,
    }
    return make("payload", keys, total=False)


def _column(signal: Signal, packed: Any) -> Any:
    """Type of a column; only a signal that is 0 or 1 may also be written true or false."""
    flags = (signal.low, signal.high) == (0, 1)
    values: Any = list[float | bool | None] | float | bool | None if flags else list[float | None] | float | None
    return values | packed if packed else values


def reading(name: str, payload: dict[str, Any]) -> Reading:
    """What a payload of the right type says; raises ``DecodeError`` in the ``name`` of its codec."""
    pop = payload.pop
    del payload["v"]
    t = pop("t")
    if type(t) is list:
        if any(map(ge, t, t[1:])):
            not_ascending(name, t)
    elif type(t) is not array:  # which its codec has looked at
        t = [t]
    count = len(t)
    if count > MAX_SAMPLES:
        raise DecodeError(f"{name}: 't' has {count} values, at most {MAX_SAMPLES} fit a payload, at $.t")
    found = Reading(pop("boot"), pop("seq"), t, payload)
    if "driver" in payload:
        found.driver = pop("driver") or ""
    if not payload.keys().isdisjoint(_REST):
        found.tyres = _tyres(name, pop("tyres", None), count)
        found.events = pop("events", None) or []
        found.fault_codes = pop("fault_codes", None)
    _check(name, payload, count, "$")
    return found


def payload(reading: Reading) -> dict[str, Any]:
    """The payload of a reading."""
    said: dict[str, Any] = {"v": 1, "boot": reading.boot, "seq": reading.seq}
    if reading.driver is not None:
        said["driver"] = reading.driver or None
    said["t"] = reading.t
    said.update(reading.columns)
    if reading.tyres:
        said["tyres"] = reading.tyres
    if reading.events:
        said["events"] = reading.events
    if reading.fault_codes is not None:
        said["fault_codes"] = reading.fault_codes
    return said


def _check(codec: str, columns: dict[str, Values | None] | dict[str, Values], count: int, path: str) -> None:
    """Drop the columns that are null, and see that the lists are as long as ``t``."""
    for name, values in columns.items():
        if type(values) is list and len(values) != count:
            found = f"{len(values)} value{'s' * (len(values) != 1)}"
            raise DecodeError(f"{codec}: '{name}' has {found}, expected {count} like 't', at {path}.{name}")
    if None in columns.values():
        for name in [name for name, values in columns.items() if values is None]:
            del columns[name]


def _tyres(codec: str, tyres: dict[str, dict[str, Values]] | None, count: int) -> dict[str, dict[str, Values]]:
    for wheel, columns in (tyres or {}).items():
        _check(codec, columns, count, f"$.tyres.{wheel[:16]}")
    return {wheel: columns for wheel, columns in (tyres or {}).items() if columns}


def not_ascending(codec: str, t: Sequence[float]) -> NoReturn:
    """Say which instant of ``t`` does not come after the one before."""
    k = next(k for k in range(1, len(t)) if not t[k] > t[k - 1])
    raise DecodeError(f"{codec}: 't' is {t[k]} after {t[k - 1]}, expected ascending instants, at $.t[{k}]")


_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "array": "a list",
    "object": "an object",
    "bool": "true or false",
    "bytes": "packed numbers",
}
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>\$.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def explain(codec: str, error: Exception, body: bytes, decode: Callable[[bytes], Any]) -> NoReturn:
    """Say what msgspec found in the words of the wire contract: the key, its value, what was expected, the place.

    ``decode`` makes whatever it is of ``body``.
    """
    place = _PLACE.fullmatch(str(error))
    if not isinstance(error, msgspec.ValidationError) or place is None:
        raise DecodeError(f"{codec}: {error}") from None
    what, path = place["what"], place["path"] or "$"
    missing = re.search(r"missing required field `(\w+)`", what)
    if missing:
        raise DecodeError(f"{codec}: '{missing[1]}' is missing, at {path}") from None
    keys = [key for key, _ in _STEP.findall(path) if key] or ["$"]
    raise DecodeError(f"{codec}: '{keys[-1]}'{_value(body, path, decode)}, {_expected(what)}, at {path}") from None


def _expected(what: str) -> str:
    """ "Expected `float | array`, got `str`" -> "expected a number or a list"."""
    if what.startswith("Invalid enum value"):  # only "v" has any
        return "expected 1"
    types = re.match(r"Expected `([^`]+)`", what)
    if types is None:
        return what.lower()
    words = [_WORDS.get(word, word) for word in types[1].split(" | ")]
    rest = re.sub(r", got `\w+`", "", what[types.end() :])
    return f"expected {', '.join(words[:-1])}{' or ' * (len(words) > 1)}{words[-1]}{rest}"


def _value(body: bytes, path: str, decode: Callable[[bytes], Any]) -> str:
    """ " is" and what stands at ``path``, cut short."""
    try:
        value = decode(body)
        for key, index in _STEP.findall(path):
            value = value[key] if key else value[int(index)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, ValueError, IndexError, TypeError):
        return " is unreadable"
    text = repr(value)
    return f" is {text if len(text) <= 40 else text[:40] + '...'}"

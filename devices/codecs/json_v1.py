"""JSON version 1: columnar, a scalar holds for every sample, null or absence is not measured."""

import re
from operator import ge
from typing import Annotated, Any, Literal, NoReturn, Required, TypedDict

import msgspec

from devices.codecs.base import DecodeError, DeviceReport, Name, Reading, Text, Values
from devices.signals import SIGNALS, TYRE_SIGNALS, Signal

MAX_SAMPLES = 10_000  # a payload: scalars grow to as many values, so a small body must not fill the memory


def _column(signal: Signal) -> Any:
    """Type of a column; only a signal that is 0 or 1 may also be written true or false."""
    if (signal.low, signal.high) == (0, 1):
        return list[float | bool | None] | float | bool | None
    return list[float | None] | float | None


_COLUMNS = {signal.column: _column(signal) for signal in SIGNALS}
_Tyre = TypedDict("_Tyre", {signal.column: _column(signal) for signal in TYRE_SIGNALS}, total=False)  # type: ignore[misc]
_REST = {
    "driver": Annotated[str, msgspec.Meta(max_length=64)] | None,
    "tyres": dict[str, _Tyre] | None,
    "events": list[DeviceReport] | None,
    "fault_codes": list[Text] | None,
}
_HEAD = {
    "v": Required[Literal[1]],
    "boot": Required[Name],
    "seq": Required[Annotated[int, msgspec.Meta(ge=0, le=2**53)]],
    "t": Required[Annotated[list[float], msgspec.Meta(min_length=1)] | float],
}
# a TypedDict holds only what was sent: 2x faster than a struct with a field for every signal
_Payload = TypedDict("_Payload", {**_HEAD, **_COLUMNS, **_REST}, total=False)  # type: ignore[misc]

_DECODER: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(_Payload)
_ENCODER = msgspec.json.Encoder()


class JsonV1:
    """The codec; see docs/wire.md for the format."""

    name = "json_v1"
    version = 1
    mark = None

    def decode(self, body: bytes) -> Reading:
        """The reading in a payload; raises ``DecodeError``."""
        try:
            payload = _DECODER.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            _explain(body, error)
        pop = payload.pop
        del payload["v"]
        t = pop("t")
        if type(t) is not list:
            t = [t]
        elif any(map(ge, t, t[1:])):
            _not_ascending(t)
        count = len(t)
        if count > MAX_SAMPLES:
            raise DecodeError(f"json_v1: 't' has {count} values, at most {MAX_SAMPLES} fit a payload, at $.t")
        reading = Reading(pop("boot"), pop("seq"), t, payload)
        if "driver" in payload:
            reading.driver = pop("driver") or ""
        if not _REST.keys().isdisjoint(payload):
            reading.tyres = _tyres(pop("tyres", None), count)
            reading.events = pop("events", None) or []
            reading.fault_codes = pop("fault_codes", None)
        _check(payload, count, "$")
        return reading

    def encode(self, reading: Reading) -> bytes:
        """The payload of a reading, without spaces."""
        payload: dict[str, Any] = {"v": 1, "boot": reading.boot, "seq": reading.seq}
        if reading.driver is not None:
            payload["driver"] = reading.driver or None
        payload["t"] = reading.t
        payload.update(reading.columns)
        if reading.tyres:
            payload["tyres"] = reading.tyres
        if reading.events:
            payload["events"] = reading.events
        if reading.fault_codes is not None:
            payload["fault_codes"] = reading.fault_codes
        return _ENCODER.encode(payload)


JSON_V1 = JsonV1()


def _check(columns: dict[str, Values | None], count: int, path: str) -> None:
    """Drop the columns that are null, and see that the lists are as long as ``t``."""
    for name, values in columns.items():
        if type(values) is list and len(values) != count:
            found = f"{len(values)} value{'s' * (len(values) != 1)}"
            raise DecodeError(f"json_v1: '{name}' has {found}, expected {count} like 't', at {path}.{name}")
    if None in columns.values():
        for name in [name for name, values in columns.items() if values is None]:
            del columns[name]


def _tyres(tyres: dict[str, dict[str, Values]] | None, count: int) -> dict[str, dict[str, Values]]:
    for wheel, columns in (tyres or {}).items():
        _check(columns, count, f"$.tyres.{wheel[:16]}")  # type: ignore[arg-type]
    return {wheel: columns for wheel, columns in (tyres or {}).items() if columns}


def _not_ascending(t: list[float]) -> NoReturn:
    k = next(k for k in range(1, len(t)) if t[k] <= t[k - 1])
    raise DecodeError(f"json_v1: 't' is {t[k]} after {t[k - 1]}, expected ascending instants, at $.t[{k}]")


_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "array": "a list",
    "object": "an object",
    "bool": "true or false",
}
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `(?P<path>\$.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def _explain(body: bytes, error: Exception) -> NoReturn:
    """Say what msgspec found in the words of the wire contract: the key, its value, what was expected, the place."""
    place = _PLACE.fullmatch(str(error))
    if not isinstance(error, msgspec.ValidationError) or place is None:
        raise DecodeError(f"json_v1: {error}") from None
    what, path = place["what"], place["path"] or "$"
    missing = re.search(r"missing required field `(\w+)`", what)
    if missing:
        raise DecodeError(f"json_v1: '{missing[1]}' is missing, at {path}") from None
    keys = [key for key, _ in _STEP.findall(path) if key] or ["$"]
    raise DecodeError(f"json_v1: '{keys[-1]}'{_value(body, path)}, {_expected(what)}, at {path}") from None


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


def _value(body: bytes, path: str) -> str:
    """ " is" and what stands at ``path``, cut short."""
    try:
        value = msgspec.json.decode(body)
        for key, index in _STEP.findall(path):
            value = value[key] if key else value[int(index)]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, KeyError, ValueError, IndexError, TypeError):
        return " is unreadable"
    text = repr(value)
    return f" is {text if len(text) <= 40 else text[:40] + '...'}"

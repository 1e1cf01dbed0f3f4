"""Traccar v1: what a Traccar server forwards over MQTT - one position of one device, of any of its protocols."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import msgspec

from devices.codecs.base import DecodeError, DeviceReport, Reading, Values

KNOT = 1.852  # km/h
STALE_S = 60.0  # a fix this much older than the report is the last one told again
BOOT = "traccar"

ALARMS = {  # Traccar's alarm -> our kind and level; any other keeps its name, level 1
    "sos": ("sos", 3),
    "accident": ("crash", 3),
    "powerCut": ("power_cut", 2),
    "tow": ("tow", 2),
    "jamming": ("jamming", 2),
    "fatigueDriving": ("fatigue", 2),
    "overspeed": ("speeding", 2),
    "hardBraking": ("harsh_braking", 2),
    "hardAcceleration": ("harsh_acceleration", 2),
    "hardCornering": ("harsh_cornering", 2),
    "laneChange": ("lane_change", 2),
    "idle": ("idling", 1),
    "gpsAntennaCut": ("gnss_fault", 1),
    "fault": ("device_fault", 1),
    "geofenceEnter": ("geofence", 1),
    "geofenceExit": ("geofence", 1),
}
# Traccar reads bits 16 and 17 of a JT/T 808 alarm as tampering and bit 18 as low battery; by the standard they are
# tyre pressure, blind spot and too long at the wheel in a day. The JSON does not say which it was: the code says both.
JT808 = ("jt808", "huabao")  # the protocol's name now, and before 2026
JT808_ALARMS = {
    "powerOff": ("power_cut", 2, None),  # bit 8: the vehicle's own supply is gone
    "tampering": ("tampering", 1, "bit 16 or 17"),
    "lowBattery": ("low_battery", 1, "bit 7 or 18"),
}
CODES = {"geofenceEnter": "enter", "geofenceExit": "exit"}


class _Position(msgspec.Struct, rename="camel"):
    id: int = 0
    protocol: str | None = None
    device_time: str | int | None = None
    fix_time: str | int | None = None
    valid: bool = False
    latitude: float | None = None
    longitude: float | None = None
    speed: float | None = None  # knots
    course: float | None = None
    accuracy: float | None = None  # m; 0 not known
    attributes: dict[str, Any] | None = None


class _Forwarded(msgspec.Struct):
    position: _Position


_DECODER = msgspec.json.Decoder(_Forwarded)


class TraccarV1:
    """The codec; see docs/traccar.md for what is read, and how Traccar is set up."""

    name = "traccar_v1"
    version = None
    mark = "position"
    heads = b""

    def decode(self, body: bytes) -> Reading:
        """The reading in a payload, one sample; raises ``DecodeError``."""
        try:
            position = _DECODER.decode(body).position
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise DecodeError(f"traccar_v1: {error}") from None
        said = position.attributes or {}
        t, fresh = _instant(position)
        columns = _vehicle(said)
        if fresh and not said.get("approximate"):
            columns |= _fix(position, said)
        seq = position.id if 0 < position.id <= 2**53 else abs(int(t * 1000))
        reading = Reading(BOOT, seq, [t], columns)
        reading.driver = _driver(said)
        reading.events = _alarms(position, said, t, columns)
        if "dtcs" in said:
            reading.fault_codes = [code[:256] for code in re.split(r"[\s,;]+", _text(said, "dtcs")) if code]
        return reading


TRACCAR_V1 = TraccarV1()


def _instant(position: _Position) -> tuple[float, bool]:
    """When the sample was taken, and whether its fix is of then: a report without one repeats the last."""
    fixed, told = _time(position.fix_time, "fixTime"), _time(position.device_time, "deviceTime")
    if fixed is None and told is None:
        raise DecodeError("traccar_v1: 'fixTime' and 'deviceTime' are missing, at $.position")
    if told is not None and (fixed is None or not position.valid or told - fixed > STALE_S):
        return told, False
    return fixed if fixed is not None else 0.0, position.valid


def _time(said: str | int | None, key: str) -> float | None:
    """UTC epoch s of an ISO 8601 time, or of epoch ms as older versions forward it."""
    try:
        if isinstance(said, int):
            return said / 1000.0
        if said is None:
            return None
        moment = datetime.fromisoformat(said)
    except (ValueError, OverflowError):
        raise DecodeError(f"traccar_v1: '{key}' is {str(said)[:40]!r}, expected a time, at $.position.{key}") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _fix(position: _Position, said: dict[str, Any]) -> dict[str, Values]:
    """Columns of a fix."""
    found: dict[str, Values | None] = {
        "lat_deg": position.latitude,
        "lon_deg": position.longitude,
        "speed_kmh": _kmh(position.speed),
        "heading_deg": position.course if position.speed else None,  # Traccar says 0 where there is none
        "gnss_accuracy_m": position.accuracy or None,
        "satellites": _number(said, "sat"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _vehicle(said: dict[str, Any]) -> dict[str, Values]:
    """Columns that need no fix. ``totalDistance`` is Traccar's sum over positions, no odometer."""
    odometer = _number(said, "odometer")
    odometer = _number(said, "obdOdometer") if odometer is None else odometer
    power, ignition = _number(said, "power"), said.get("ignition")
    found: dict[str, Values | None] = {
        "odometer_km": None if odometer is None else odometer / 1000.0,
        "ignition": float(ignition) if isinstance(ignition, bool) else None,
        "battery_v": power if power is not None and 0 < power <= 60 else None,  # some protocols say mV or percent
        "engine_rpm": _number(said, "rpm"),
        "coolant_c": _number(said, "coolantTemp"),
        "fuel_pct": _number(said, "fuelLevel"),
        "speed_limit_kmh": _kmh(_number(said, "speedLimit")),
    }
    return {name: value for name, value in found.items() if value is not None}


def _kmh(knots: float | None) -> float | None:
    """Knots as km/h to the m/h: Traccar's own factor, 0.539957, is good to six digits only."""
    return None if knots is None else round(knots * KNOT, 3)


def _number(said: dict[str, Any], key: str) -> float | None:
    """A number among the attributes; None where there is none that can be one."""
    value = said.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return None
    return float(value) if isfinite(value) else None


def _text(said: dict[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _driver(said: dict[str, Any]) -> str | None:
    """Who is at the wheel; protocols fill the field with zeros where no card was read, which says nothing."""
    driver = _text(said, "driverUniqueId")[:64]
    return driver if driver.strip("0 ") else None


def _alarms(position: _Position, said: dict[str, Any], t: float, columns: Mapping[str, Values]) -> list[DeviceReport]:
    """What the device raised: one report an alarm, at the fix if there is one."""
    names = [name.strip()[:64] for name in _text(said, "alarm").split(",")]
    lat, lon = position.latitude, position.longitude
    known = "lat_deg" in columns and lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180
    place = (lat, lon) if known else (None, None)
    kinds = (_alarm(name, position.protocol) for name in dict.fromkeys(names) if name)
    return [DeviceReport(t, kind, level, code, None, *place) for kind, level, code in kinds]


def _alarm(name: str, protocol: str | None) -> tuple[str, int, str | None]:
    """Kind, level and code of an alarm."""
    if protocol in JT808 and name in JT808_ALARMS:
        return JT808_ALARMS[name]
    return *ALARMS.get(name, (_snake(name), 1)), CODES.get(name)


def _snake(name: str) -> str:
    """``powerRestored`` -> ``power_restored``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()[:64]

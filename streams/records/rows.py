"""Rows: what the kernels found, in the words and units of the public tables."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from devices.samples import Rejected
from devices.signals import wheel_name
from streams.detectors import DETECTORS
from streams.detectors.base import Detector
from streams.detectors.speeding import LIMIT_SOURCES
from streams.fleets.fleet import Coupled, Fleet
from streams.hours import ESTIMATE, SELDOM, Episode, HoursRules
from streams.ids import digest, identify
from streams.journeys import activity
from streams.journeys.exposure import NAMED, SUMS
from streams.kernels import quality
from streams.kernels.bands import BANDS
from streams.kernels.params import CLOSE, Records
from streams.pipeline.chain import Versions
from streams.records.leaks import Leak

Row = dict[str, Any]

KMH = 3.6
NOT_OVER = dict.fromkeys(BANDS)  # of all kinds but speeding
SLOW_LEAK = "tyre_slow_leak"


class Revised(NamedTuple):
    """Event rows that are new or different, in order of start, and those that no longer stand."""

    rows: list[Row]
    retracted: list[Row]


def events(changes: Records, fleet: Fleet, version: Versions) -> list[Row]:
    """A row an episode that ``changes`` touch, as it stands after them, in order of first touch."""
    rows: dict[str, Row] = {}
    for change in changes:
        row = _event(change, fleet, version)
        rows[row["event_id"]] = row
    return list(rows.values())


def _event(change: Any, fleet: Fleet, version: Versions) -> Row:
    detector = DETECTORS[change["kind"]]
    fleet_id, vehicle_id = fleet.vehicles[change["slot"]]
    about, start = subject(detector, fleet, int(change["subject"])), float(change["start"])
    source = detector.sources[change["source"]]
    of_limit = detector.sources is LIMIT_SOURCES
    return {
        "event_id": identify(fleet_id, vehicle_id, detector.kind, about, start),
        "fleet_id": fleet_id,
        "vehicle_id": vehicle_id,
        "driver_id": fleet.driver_id(int(change["driver"])),
        "kind": detector.kind,
        "subject": about,
        "level": int(change["level"]),
        "start": start,
        "end": float(change["end"]) if change["op"] == CLOSE else None,
        "peak": number(change["peak"]),
        "unit": detector.unit,
        "threshold": number(change["threshold"]),
        "rule": detector.kind,
        "rule_version": version(fleet_id),
        "speed_kmh": number(change["speed"], KMH),
        "lat_deg": number(change["lat"]),
        "lon_deg": number(change["lon"]),
        "limit_source": source or None if of_limit else None,
        **(dict(zip(BANDS, (change["over"] / 1000.0).tolist(), strict=True)) if of_limit else NOT_OVER),
        "quality": " ".join(filter(None, ["" if of_limit else source, words(change)])),
        "source": "derived",
        "replaces": None,
        "media": None,
        "note": _trailer(fleet, int(change["slot"]), detector, int(change["subject"]), start),
    }


def hours_event(episode: Episode, rules: HoursRules, driver_id: str | None) -> Row:
    """The row of an episode of the hours fold, of the vehicle driven at its start; its unit is hours."""
    fleet_id, vehicle_id = episode.vehicle
    return {
        "event_id": identify(fleet_id, vehicle_id, episode.kind, "", episode.start),
        "fleet_id": fleet_id,
        "vehicle_id": vehicle_id,
        "driver_id": driver_id,
        "kind": episode.kind,
        "subject": "",
        "level": episode.level,
        "start": episode.start,
        "end": episode.end,
        "peak": episode.counted_s / 3600,
        "unit": "h",
        "threshold": episode.threshold_s / 3600,
        "rule": f"{episode.kind}:{rules.name}",
        "rule_version": rules.versions[episode.kind],
        "speed_kmh": None,
        "lat_deg": None,
        "lon_deg": None,
        "limit_source": None,
        **NOT_OVER,
        "quality": "estimate sparse" if episode.sparse else "estimate",
        "source": "derived",
        "replaces": None,
        "media": None,
        "note": f"{ESTIMATE} {SELDOM}" if episode.sparse else ESTIMATE,
    }


def leak_event(leak: Leak, vehicle: tuple[str, str], behind: Coupled | None, rule_version: str) -> Row:
    """The row of a slow leak; it belongs to the vehicle that read the tyre when it was first seen."""
    subject, start = wheel_name(leak.first.wheel), leak.first.start
    told = f"{leak.low:g} % below its placard in {leak.hours:.0f} h if it goes on like this" if leak.end is None else ""
    return {
        "event_id": identify(*vehicle, SLOW_LEAK, subject, start),
        "fleet_id": vehicle[0],
        "vehicle_id": vehicle[1],
        "driver_id": None,
        "kind": SLOW_LEAK,
        "subject": subject,
        "level": leak.level,
        "start": start,
        "end": leak.end,
        "peak": leak.peak,
        "unit": "%/day",
        "threshold": leak.threshold,
        "rule": SLOW_LEAK,
        "rule_version": rule_version,
        "speed_kmh": None,
        "lat_deg": None,
        "lon_deg": None,
        "limit_source": None,
        **NOT_OVER,
        "quality": "",
        "source": "derived",
        "replaces": None,
        "media": None,
        "note": "; ".join(filter(None, [told, _on(behind, leak.first.wheel)])) or None,
    }


def _trailer(fleet: Fleet, slot: int, detector: Detector, subject: int, t: float) -> str | None:
    """Of an event of a wheel, which trailer's it is."""
    if not detector.kind.startswith("tyre_") or subject < 0:
        return None
    behind = fleet.source.known(*fleet.vehicles[slot]).trailer(subject, t)
    return _on(behind, subject) or None


def _on(behind: Coupled | None, wheel: int) -> str:
    return "" if behind is None else f"tyre {wheel_name(behind.own(wheel))} of trailer {behind.trailer}"


def tyre_points(found: Records, fleet: Fleet) -> list[Row]:
    """A row a wheel and some hours."""
    return [
        {
            "fleet_id": fleet.vehicles[point["slot"]][0],
            "vehicle_id": fleet.vehicles[point["slot"]][1],
            "wheel": point["wheel"],
            "start": point["start"],
            "cold_kpa": point["cold"],
            "readings": point["count"],
        }
        for point in _records(found)
    ]


def trips(found: Records, fleet: Fleet) -> list[Row]:
    """A row a trip."""
    rows = []
    for trip in _records(found):
        fleet_id, vehicle_id = fleet.vehicles[trip["slot"]]
        rows.append(
            {
                "trip_id": identify(fleet_id, vehicle_id, "trip", "", trip["start"]),
                "fleet_id": fleet_id,
                "vehicle_id": vehicle_id,
                "driver_id": fleet.driver_id(trip["driver"]),
                "status": "closed" if trip["op"] == CLOSE else "open",
                "start": trip["start"],
                "end": trip["end"],
                "km": trip["metres"] / 1000,
                "driving_s": trip["driving_s"],
                "idle_s": trip["idle_s"],
                "night_s": trip["night_s"],
                "start_lat_deg": number(trip["start_lat"]),
                "start_lon_deg": number(trip["start_lon"]),
                "end_lat_deg": number(trip["end_lat"]),
                "end_lon_deg": number(trip["end_lon"]),
                "quality": words(trip),
            }
        )
    return rows


def intervals(found: Records, fleet: Fleet) -> list[Row]:
    """A row a stretch of driving or idling."""
    return [
        _who(interval, fleet)
        | {
            "start": interval["start"],
            "end": interval["end"],
            "activity": activity.NAMES[interval["kind"]],
            "status": "closed" if interval["op"] == CLOSE else "open",
            "quality": "sparse" if interval["sparse"] else "",
            "named": interval["named"],
        }
        for interval in _records(found)
    ]


def segments(found: Records, fleet: Fleet) -> list[Row]:
    """A row a stretch of one driver's UTC day in one vehicle, sums in SI."""
    return [
        _who(segment, fleet)
        | {"day": segment["day"], "start": segment["start"], "end": segment["end"]}
        | {name: number(segment[name]) for name in SUMS}
        for segment in _records(found.view(NAMED))
    ]


def quarantined(parts: Sequence[Rejected]) -> list[Row]:
    """Rows of the quarantine; what is the same in all but time has the same id."""
    return [
        {
            "id": set_aside(part.reason, part.topic, part.detail, part.body),
            "received_at": part.received_at,
            "reason": part.reason,
            "detail": part.detail,
            "topic": part.topic,
            "body": part.body,
            "retry": 0,
        }
        for part in parts
    ]


def set_aside(reason: str, topic: str, detail: str, body: bytes) -> str:
    """Id of a row of the quarantine."""
    return digest("\x1f".join((reason, topic, detail)).encode() + body).hex()[:16]


def subject(detector: Detector, fleet: Fleet, number: int) -> str:
    """What of the vehicle an event is about: a wheel, a zone; empty for the vehicle itself (-1)."""
    return detector.subject(fleet, number) if number >= 0 else ""


def words(record: Any) -> str:
    """What was missing or doubtful during an episode or trip."""
    return " ".join(quality.names(int(record["quality"])))


def number(value: Any, scale: float = 1.0) -> float | None:
    """A float for a table: None where it was not measured."""
    return None if math.isnan(value) else float(value) * scale


def _records(found: Records) -> Iterator[Row]:
    """Each record as Python's own numbers: reading them field by field from numpy costs 30 us a segment."""
    names = found.dtype.names or ()
    for values in found.tolist():
        yield dict(zip(names, values, strict=True))


def _who(record: Row, fleet: Fleet) -> Row:
    fleet_id, vehicle_id = fleet.vehicles[record["slot"]]
    return {"fleet_id": fleet_id, "vehicle_id": vehicle_id, "driver_id": fleet.driver_id(record["driver"])}

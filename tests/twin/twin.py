"""The twin: rows in, tables out, by all the rules of this folder one after another; slow and obvious."""

from collections import defaultdict
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from .activity import Activity, Interval
from .alerts import alerts
from .condition import Condition
from .crash import Crash
from .episode import Episode, Log
from .exposure import Exposure, Segment, counted
from .health import DeviceSilent, GnssFault, OdometerGap
from .hours import RULES as HOURS
from .hours import Piece, episodes
from .lane_change import LaneChange
from .leaks import KIND as SLOW_LEAK
from .leaks import Leak, Points
from .losses import TyreRapidLoss, TyreSensor
from .manoeuvres import HarshAcceleration, HarshBraking, HarshCornering, HarshManoeuvre
from .merge import Row, Tyre, Vehicle, merged
from .readings import Readings, TyreFlat, TyreHigh, TyreHot, TyreImbalance, TyreLow
from .roads import Map
from .speeding import Speeding
from .speeds import FrozenSignal, ReplayedData, UnitFault
from .trips import Trip, Trips
from .watch import WATCHES
from .words import missing, parameters

Table = list[dict[str, Any]]
HEALTH: Any = (DeviceSilent, GnssFault, FrozenSignal, ReplayedData, UnitFault, OdometerGap)  # in the order they run
TYRES: Any = (TyreLow, TyreFlat, TyreRapidLoss, TyreHigh, TyreHot, TyreImbalance)
KINDS = (  # events of others are not compared
    *("harsh_braking", "harsh_acceleration", "harsh_cornering", "harsh_manoeuvre", "lane_change"),
    *("speeding", "tyre_sensor", SLOW_LEAK, "crash"),
    *[one.kind for one in TYRES],
    *[one.kind for one in (*HEALTH, *WATCHES)],
    *sorted({kind for limits in HOURS.values() for kind in limits}),
)
MANOEUVRES: Any = (HarshBraking, HarshAcceleration, HarshCornering, HarshManoeuvre, LaneChange)
UNITS = {
    "device_silent": "h",
    **dict.fromkeys(("gnss_fault", "frozen_signal", "replayed_data"), "min"),
    "unit_fault": "x",
    "odometer_gap": "km",
    "speeding": "km/h",
    "tyre_low": "%",
    **dict.fromkeys(("tyre_flat", "tyre_rapid_loss", "tyre_high", "tyre_imbalance"), "%"),
    "tyre_hot": "°C",
    "tyre_sensor": "",
    "crash": "km/h",
    "rollover": "°",
    "brake_fade": "%",
    "brake_air_low": "kPa",
    "brake_lining_worn": "%",
    "coolant_hot": "°C",
    "oil_pressure_low": "%",
    "battery_low": "V",
}
UNCOUNTED = {one.kind for one in (*HEALTH, *WATCHES)} - {"rollover"}  # what a workshop mends is not the driver's doing
UNCOUNTED |= {"tyre_high", "tyre_hot", "tyre_imbalance", "tyre_sensor"}
SOURCES = {
    "tyre_rapid_loss": (None, "burst", "steady", "puncture"),
    "tyre_hot": ("air", "axle_mate"),
    "tyre_imbalance": ("axle", "pair"),
    "tyre_sensor": ("silent", "stuck", "leaping"),
    "crash": (None, "accelerometer", "speed confirmed", "accelerometer confirmed", "accelerometer unconfirmed"),
    "device_silent": ("parked", "under_way"),
    "gnss_fault": (None, "frozen", "lost", "jumps"),
    "frozen_signal": (None, "stays", "drives"),
    "unit_fault": (None, "metres_per_second", "knots", "miles_per_hour", "too_fast"),
    "odometer_gap": (None, "parked", "under_way"),
}
ACCEL_SOURCES = ("none", "accelerometer", "speed", "imu")
LIMIT_SOURCES = (None, "device", "road", "class", "own")
QUALITY = (
    *("gap", "sparse", "held", "jump", "fall", "no_fix", "bad_fix", "relocated"),
    *("from_position", "stale", "uncompensated", "doubted"),
)


@dataclass(frozen=True)
class About:
    """What is known of a vehicle: class, cold placard kPa by wheel, time zone, (from, to, driver) ascending."""

    klass: str = "car"
    placard: dict[str, float] = field(default_factory=dict)
    zone: str = "UTC"
    assignments: tuple[tuple[float, float, str], ...] = ()
    passenger: bool = False


@dataclass
class Tables:
    events: Table = field(default_factory=list)
    trips: Table = field(default_factory=list)
    intervals: Table = field(default_factory=list)
    segments: Table = field(default_factory=list)
    alerts: Table = field(default_factory=list)


class Twin:
    """One vehicle's whole chain."""

    def __init__(self, about: About, settings: dict[str, Any], roads: Map | None = None) -> None:
        def p(kind: str) -> Any:
            return parameters(kind, about.klass, settings)

        self.log: Log = {}
        self.points = Points(p(SLOW_LEAK))
        self.trips, self.activity, self.exposure = Trips(p("trips")), Activity(p("activity")), Exposure(p("exposure"))
        self.chain = [
            Condition(p("condition"), about, roads),
            *[one(p(one.kind), self.log) for one in HEALTH],
            *[one(p(one.kind), self.log) for one in MANOEUVRES],
            Speeding(p("speeding"), self.log),
            Readings(p("condition"), about.placard),
            *[one(p(one.kind), self.log) for one in TYRES],
            *(TyreSensor(p("tyre_sensor"), self.log, about.placard), self.points),
            Crash(p("crash"), self.log),
            *[one(p(one.kind), self.log) for one in WATCHES],
            *(self.trips, self.activity, self.exposure),
        ]

    def take(self, sample: Any) -> None:
        for link in self.chain:
            link.take(sample)


def twin(
    rows: list[Row],
    tyres: list[Tyre],
    about: dict[Vehicle, About],
    alert_rules: dict[str, Any],
    hours: str = "eu",
    settings: dict[str, Any] | None = None,
    roads: Map | None = None,
) -> Tables:
    """The tables of all ``rows``; ``settings`` as {kind: {parameter: value}} in place of the defaults."""
    tables = Tables()
    driven: dict[Any, list[Piece]] = defaultdict(list)
    for vehicle, samples in merged(rows, tyres).items():
        one = Twin(about.get(vehicle, About()), settings or {}, roads)
        for sample in samples:
            one.take(sample)
        tables.events += [event_row(vehicle, episode) for episode in one.log.values()]
        tables.events += [leak_row(vehicle, leak) for leak in one.points.leaks()]
        tables.trips += [trip_row(vehicle, trip) for trip in one.trips.found]
        tables.intervals += [interval_row(vehicle, interval) for interval in one.activity.found()]
        tables.segments += [segment_row(vehicle, segment) for segment in one.exposure.found()]
        for interval in one.activity.found():
            if interval.activity in ("drive", "idle"):
                person = (vehicle[0], interval.driver, None if interval.driver else vehicle)
                known = about.get(vehicle, About())
                piece = Piece(interval.start, interval.end, vehicle, known.zone, known.passenger, interval.sparse)
                piece = piece._replace(idle=interval.activity == "idle")
                driven[person].append(piece)
    for person, intervals in driven.items():
        tables.events += [hours_row(person, episode, hours) for episode in episodes(intervals, hours)]
    tables.alerts = alerts(tables.events, alert_rules, max(row.t for row in rows) if rows else 0.0)
    return tables


def identify(vehicle: Vehicle, kind: str, subject: str, start: float) -> str:
    parts = (*vehicle, kind, subject, str(round(start * 1000)))
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def who(vehicle: Vehicle, driver: str | None) -> dict[str, Any]:
    return {"fleet_id": vehicle[0], "vehicle_id": vehicle[1], "driver_id": driver}


def known(value: float) -> float | None:
    return None if missing(value) else value


def words(quality: set[str]) -> list[str]:
    return [word for word in QUALITY if word in quality]


def event_row(vehicle: Vehicle, one: Episode) -> dict[str, Any]:
    speeding = one.kind == "speeding"
    doubts = words(one.quality)
    if one.kind.startswith("harsh") or one.kind == "lane_change":
        doubts.insert(0, ACCEL_SOURCES[one.source])
    if one.kind in SOURCES:
        doubts.insert(0, SOURCES[one.kind][one.source])
    return who(vehicle, one.driver) | {
        "event_id": identify(vehicle, one.kind, one.subject, one.start),
        "kind": one.kind,
        "subject": one.subject,
        "level": one.level,
        "start": one.start,
        "end": one.end,
        "peak": one.peak,
        "unit": UNITS.get(one.kind, "m/s²"),
        "threshold": one.threshold,
        "rule": one.kind,
        "speed_kmh": known(one.speed * 3.6),
        "lat_deg": known(one.lat),
        "lon_deg": known(one.lon),
        "limit_source": LIMIT_SOURCES[one.source] if speeding else None,
        "quality": " ".join(doubts),
        **{f"over_limit_{name}_km": km for name, km in (one.over or {}).items()},
        "source": "derived",
    }


def leak_row(vehicle: Vehicle, one: Leak) -> dict[str, Any]:
    nothing = dict.fromkeys(("speed_kmh", "lat_deg", "lon_deg", "limit_source"))
    return (
        who(vehicle, None)
        | nothing
        | {
            "event_id": identify(vehicle, SLOW_LEAK, one.wheel, one.start),
            "kind": SLOW_LEAK,
            "subject": one.wheel,
            "unit": "%/day",
            "rule": SLOW_LEAK,
            "quality": "",
            "source": "derived",
            **{name: getattr(one, name) for name in ("start", "end", "level", "peak", "threshold")},
        }
    )


def hours_row(person: Any, one: dict[str, Any], rule: str) -> dict[str, Any]:
    vehicle, kind = one["vehicle"], one["kind"]
    return who(vehicle, person[1]) | {
        "event_id": identify(vehicle, kind, "", one["start"]),
        "kind": kind,
        "subject": "",
        "unit": "h",
        "rule": f"{kind}:{rule}",
        "speed_kmh": None,
        "lat_deg": None,
        "lon_deg": None,
        "limit_source": None,
        "quality": "estimate sparse" if one["sparse"] else "estimate",
        "source": "derived",
        **{name: one[name] for name in ("start", "end", "level", "peak", "threshold")},
    }


def trip_row(vehicle: Vehicle, one: Trip) -> dict[str, Any]:
    return who(vehicle, one.driver) | {
        "trip_id": identify(vehicle, "trip", "", one.start),
        "status": one.status,
        "start": one.start,
        "end": one.end,
        "km": one.row.metres / 1000,
        "driving_s": one.row.driving_s,
        "idle_s": one.row.idle_s,
        "night_s": one.row.night_s,
        "start_lat_deg": known(one.start_at[0]),
        "start_lon_deg": known(one.start_at[1]),
        "end_lat_deg": known(one.end_at[0]),
        "end_lon_deg": known(one.end_at[1]),
        "quality": " ".join(words(one.row.quality)),
    }


def interval_row(vehicle: Vehicle, one: Interval) -> dict[str, Any]:
    row = {"activity": one.activity, "start": one.start, "end": one.end, "status": one.status}
    return who(vehicle, one.driver) | row | {"quality": "sparse" if one.sparse else "", "named": int(one.named)}


def segment_row(vehicle: Vehicle, one: Segment) -> dict[str, Any]:
    sums = {name: known(value) for name, value in one.sums.items()}
    return who(vehicle, one.driver) | {"day": one.day, "start": one.start, "end": one.end} | sums


def exposure(tables: Tables) -> Table:
    """Exposure by vehicle, driver and day (days since 1970) in km, from segments in whole mm and ms, events counted."""
    found: dict[Any, dict[str, Any]] = {}
    for segment in tables.segments:
        row = found.setdefault(_key(segment, segment["day"]), defaultdict(int))
        for name in segment.keys() - {"fleet_id", "vehicle_id", "driver_id", "day", "start", "end"}:
            if segment[name] is not None:
                row[name] += round(segment[name] * 1000)
    events: dict[Any, list[tuple[float, int]]] = defaultdict(list)
    for event in tables.events:
        if event["kind"] in UNCOUNTED or "unconfirmed" in event["quality"].split():
            continue
        events[_key(event, int(event["start"] // 86_400)), event["kind"]].append((event["start"], event["level"]))
    for (key, kind), some in events.items():
        row = found.setdefault(key, defaultdict(int))
        row |= {f"{kind}_{level + 1}": n for level, n in enumerate(counted(some))}
    return [
        dict(zip(("fleet_id", "vehicle_id", "driver_id", "day"), key, strict=True)) | row for key, row in found.items()
    ]


def _key(row: dict[str, Any], day: int) -> Any:
    return row["fleet_id"], row["vehicle_id"], row["driver_id"], day

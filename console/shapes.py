"""Shapes: the rows the API answers with, field by field, as its document shows them; times are UTC, ISO 8601."""

from typing import Generic, TypeVar

import msgspec

from console.endpoint import Shape

Row = TypeVar("Row")
Columns = dict[str, list[float | str | None]]  # of a recording: ``t`` in UTC epoch s, then each signal


class Place(Shape):
    """Where something was, WGS 84."""

    lat: float
    lon: float


class Vehicle(Shape):
    """A vehicle as it is now."""

    id: str  # fleet/vehicle: in paths its slash may be escaped or not
    fleet_id: str
    vehicle_id: str
    plate: str
    klass: str = msgspec.field(name="class")
    site: str
    status: str  # parked, moving, idle, silent, alert
    speed_kmh: float | None
    heading_deg: float | None
    age_s: float | None  # since the last position
    place: Place | None
    driver_id: str | None
    driver_name: str  # empty: nobody has said
    risk: str | None  # priority of its worst open alert
    open_alerts: int


class Alert(Shape):
    """An alert, with what people have made of it."""

    alert_id: str
    rev: str  # for If-Match: changes when people act on it, or when it gets worse
    fleet_id: str
    vehicle_id: str
    vehicle: str  # fleet/vehicle
    plate: str
    site: str
    driver_id: str | None
    driver_name: str  # empty: nobody has said
    kind: str
    subject: str
    priority: str  # critical, major, minor, warning, info
    level: int
    condition: str  # active, cleared
    state: str  # open, acknowledged, resolved, dismissed
    first_seen: str
    last_seen: str
    count: int
    flapping: bool
    reason: str
    by: str | None  # who said the last thing about it
    assignee: str | None
    notes: int
    objection: str  # of the driver: empty, waiting, answered
    paged: str | None
    held: str | None
    escalations: int
    shelved_until: str | None
    shelf: str  # what it holds for: alike (this kind of the vehicle), vehicle, kind (in the fleet), fleet; empty: none
    todo: str  # what to do, in a sentence
    task: str  # kind of task it asks for
    expected_loss: float | None  # EUR a day, illustrative: orders lists, prices nothing; null: for a driver
    place: Place | None  # of its last event
    peak: float | None  # of its last event, at its worst; of speeding how far over the limit
    unit: str  # of peak and threshold
    threshold: float | None  # of the level it reached; of speeding the speed at which that begins


class Event(Shape):
    """What a detector found."""

    event_id: str
    fleet_id: str
    vehicle_id: str
    vehicle: str
    driver_id: str | None
    kind: str
    subject: str
    level: int
    start: str
    end: str | None
    peak: float | None
    unit: str
    threshold: float | None
    rule: str
    rule_version: str
    speed_kmh: float | None
    place: Place | None
    limit_source: str | None
    quality: str
    source: str
    note: str | None


class Step(Shape):
    """One thing that was done about an alert."""

    at: str
    who: str
    what: str
    value: str
    reason: str


class Task(Shape):
    """Something to be done."""

    task_id: str
    rev: str  # for If-Match
    fleet_id: str
    vehicle_id: str
    vehicle: str
    subject: str
    kind: str
    alert_id: str
    state: str  # open, done, verified, dropped
    created: str
    assignee: str | None
    due: str | None
    outcome: str
    finding: str
    done_at: str | None
    failures: int
    overdue: bool


class WheelHeld(Shape):
    """What a wheel held, brought to 20 °C: each reading of some hours, means of hours before and after them."""

    t: list[float]
    cold_kpa: list[float | None]
    placard_kpa: float | None
    threshold_kpa: float | None  # below it the alert is due; null: it is told otherwise


class AlertDetail(Alert):
    """An alert with its evidence and its history; its place is where its last event began, while samples tell."""

    event: Event | None  # the last one it counts
    events: list[Event]
    timeline: list[Step]
    tasks: list[Task]
    trip_id: str | None  # on which its last event was; null: on none that is on record
    latency_s: float | None  # from the event until the payload that told of it had come
    counts_in_score: bool | None  # false once it is dismissed; null: its kind is no part of the coaching score
    evidence: Columns | None  # the samples around its last event; null: they are gone
    wheel: WheelHeld | None  # around its last event; null: it is about no wheel


class Page(Shape, Generic[Row]):
    """Some rows, and where the next begin; null: these were the last."""

    items: list[Row]
    total: int  # of all pages
    cursor: str | None

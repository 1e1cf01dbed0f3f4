"""Thresholds over HTTP: those a fleet has set for itself, what others would have found last week, who changed them."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import msgspec

from console.endpoint import Ask, Body, Endpoint, Reply, Shape
from console.fleets import last_word, of_fleet, refused, seen
from console.gate.access import ACTING, SEEING
from console.reckoning.trials import Trial, trials
from streams import trial
from streams.desk import chosen, thresholds
from streams.desk.chosen import THRESHOLDS
from streams.kernels.params import CLASSES, Param
from streams.messages import iso
from streams.pipeline import chain
from streams.pipeline.own import OfFleet, with_own

ByClass = dict[str, float]
Row = dict[str, Any]


class Threshold(Shape):
    """A threshold by class of vehicle, in the unit its name ends in."""

    name: str
    source: str  # who published it
    low: float  # the least and the most that may be set
    high: float
    shipped: ByClass
    service: ByClass  # as the service is configured
    own: ByClass  # as the fleet has set it


class Kind(Shape):
    """A kind of event, and what a fleet has set of it."""

    kind: str
    meaning: str
    own: int  # thresholds that are the fleet's own
    by: str | None
    since: str | None


class Kinds(Shape):
    """All kinds."""

    fleet_id: str
    rev: str
    kinds: list[Kind]


class Limits(Shape):
    """The thresholds of a kind."""

    fleet_id: str
    kind: str
    unit: str
    meaning: str
    rev: str  # for If-Match
    by: str | None  # who set them last, and from when on they hold
    since: str | None
    thresholds: list[Threshold]


class Wished(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fleet sets: by name and class; what is left out is as the service has it."""

    own: Annotated[dict[str, dict[str, float]], msgspec.Meta(description=f"name: class ({', '.join(CLASSES)}): value")]


class Count(Shape):
    """So many events, alerts, and events of each level."""

    events: int
    alerts: int
    levels: dict[str, int]


class Preview(Shape):
    """What last week would have been with other thresholds; of the vehicles that were looked at."""

    state: str  # none, running, done, cut, cancelled, failed
    fleet_id: str
    id: str = ""
    kind: str = ""
    own: dict[str, ByClass] = msgspec.field(default_factory=dict)
    since: str | None = None
    until: str | None = None
    vehicles: int = 0
    of: int = 0
    before: Count | None = None
    after: Count | None = None


def kinds(ask: Ask) -> Kinds:
    """What a fleet has set, kind by kind."""
    fleet_id = of_fleet(ask)
    with ask.world.store.reading() as connection:
        rows, rev = chosen.latest(connection, fleet_id, THRESHOLDS), chosen.rev(connection, fleet_id, THRESHOLDS)
    found = [_kind(kind, one.meaning, rows.get(kind)) for kind, one in thresholds.KINDS.items()]
    return Kinds(fleet_id=fleet_id, rev=rev, kinds=found)


def limits(ask: Ask) -> Reply:
    """The thresholds of a kind."""
    fleet_id, kind = of_fleet(ask), _asked(ask)
    with ask.world.store.reading() as connection:
        rows, rev = chosen.latest(connection, fleet_id, THRESHOLDS), chosen.rev(connection, fleet_id, THRESHOLDS)
    row, one = rows.get(kind), thresholds.KINDS[kind]
    own = row["value"] if row else {}
    shown = [_threshold(ask, kind, param, own.get(param.name, {})) for param in one.params]
    by, since = last_word(row)
    found = Limits(
        fleet_id=fleet_id,
        kind=kind,
        unit=one.unit,
        meaning=one.meaning,
        rev=rev,
        by=by,
        since=since,
        thresholds=shown,
    )
    return Reply(found, headers={"ETag": f'"{rev}"'})


def change(ask: Ask) -> Reply:
    """Set them; nothing of one's own is what the service has."""
    fleet_id, kind = of_fleet(ask), _asked(ask)
    with refused(lambda: limits(ask).value):
        thresholds.change(ask.world.store, fleet_id, kind, ask.body.own, ask.who.login, ask.world.clock(), seen(ask))
    return limits(ask)


def preview(ask: Ask) -> Preview:
    """Begin to look what they would have found last week."""
    world, fleet_id, kind = ask.world, of_fleet(ask), _asked(ask)
    value = thresholds.checked(kind, ask.body.own)
    with world.store.reading() as connection:
        own: OfFleet = {row["name"]: row["value"] for row in chosen.latest(connection, fleet_id, THRESHOLDS).values()}
        now, names = world.now(connection), trial.vehicles_of(connection, fleet_id)
    rules = with_own(world.rules.in_force.sets[-1], thresholds.with_change({fleet_id: own}, fleet_id, kind, value))
    asked = trial.Asked(fleet_id, kind, rules, world.rules.alerts, world.known.roster, world.intake, now)

    def work(stopping: Callable[[], bool]) -> Iterator[trial.Found]:
        return trial.tried(asked, names, world.at_home, stopping)

    began = Trial(fleet_id, (asked, value), trial.Found(len(names)))
    return _shown(trials(world).start(began, work))


def previewed(ask: Ask) -> Preview:
    """How far the last preview of a fleet has come."""
    fleet_id = of_fleet(ask)
    found = trials(ask.world).of(fleet_id)
    return Preview(state="none", fleet_id=fleet_id) if found is None else _shown(found)


def cancel(ask: Ask) -> Preview:
    """Stop it."""
    found = trials(ask.world).of(of_fleet(ask))
    if found is not None:
        found.cancelled.set()
    return previewed(ask)


def _asked(ask: Ask) -> str:
    kind = ask.parts["detector"]
    thresholds.checked(kind, {})
    return kind


def _kind(kind: str, meaning: str, row: Row | None) -> Kind:
    own, (by, since) = sum(map(len, row["value"].values())) if row else 0, last_word(row)
    return Kind(kind=kind, meaning=meaning, own=own, by=by, since=since)


def _threshold(ask: Ask, kind: str, param: Param, own: ByClass) -> Threshold:
    rows = ask.world.rules.in_force.sets[-1].thresholds[list(chain.PARAMS).index(kind)]
    service = {klass: float(value) / param.scale for klass, value in zip(CLASSES, rows[param.name], strict=False)}
    low, high = thresholds.bounds(param)
    shipped = {klass: _neat(value) for klass, value in thresholds.shipped(param).items()}
    held = {klass: _neat(value) for klass, value in service.items()}
    return Threshold(
        name=param.name, source=param.source, low=_neat(low), high=_neat(high), shipped=shipped, service=held, own=own
    )


def _neat(value: float) -> float:
    """Without what turning units round has left behind."""
    return float(f"{value:.9g}")


def _shown(one: Trial) -> Preview:
    (asked, own), found = one.asked, one.found
    return Preview(
        state=one.state,
        fleet_id=one.fleet_id,
        id=one.name,
        kind=asked.kind,
        own=own,
        since=iso(asked.since),
        until=iso(asked.now),
        vehicles=found.vehicles,
        of=found.of,
        before=_count(found.before),
        after=_count(found.after),
    )


def _count(one: trial.Count) -> Count:
    levels = {str(level): one.levels[level] for level in (1, 2, 3)}
    return Count(events=one.events, alerts=one.alerts, levels=levels)


PATH = "/settings/{fleet}/thresholds"
LAST = "/settings/{fleet}/preview"
ENDPOINTS = (
    Endpoint("GET", PATH, kinds, "settings", "What a fleet has set of its thresholds", SEEING, Kinds),
    Endpoint("GET", PATH + "/{detector}", limits, "settings", "Thresholds of a kind", SEEING, Limits),
    Endpoint(
        *("POST", PATH + "/{detector}", change, "settings", "Set a fleet's thresholds; 409 if changed", ACTING, Limits),
        takes=Wished,
        headers=("If-Match",),
    ),
    Endpoint(
        *("POST", PATH + "/{detector}/preview", preview, "settings", "What they would have found", ACTING, Preview),
        takes=Wished,
        status=202,  # it goes on; how far it is, is asked for
    ),
    Endpoint("GET", LAST, previewed, "settings", "How far the preview is", SEEING, Preview),
    Endpoint("POST", LAST + "/cancel", cancel, "settings", "Stop the preview", ACTING, Preview),
)

"""Live over HTTP: what this console is, the vehicles as they are now, all positions as one frame."""

import json
from importlib.metadata import version
from typing import Annotated, Any

import msgspec

from console import said
from console.alerts import inbox
from console.api.tyres import Wheel, wheels_of
from console.endpoint import Ask, Endpoint, Reply, Shape
from console.gate.access import ROLES, SEEING
from console.gate.problems import Problem
from console.lists import seen, within
from console.lists.pages import Paged, page, words
from console.live.positions import NAMES, NOWHERE, RISK, UNKNOWN
from console.live.stream import TOPICS
from console.shapes import Alert, Page, Place, Vehicle
from console.tiles import address
from streams.alert_rules import PRIORITIES, TASKS
from streams.desk.decisions import DISMISSALS
from streams.desk.tasks import OUTCOMES
from streams.registry.rows import FleetRow
from streams.store import schema
from streams.words import say

PRIORITY = {rank: name for name, rank in RISK.items()}
Key = tuple[str, str]


class Tiles(Shape):
    """Where the map comes from; without a URL it is the one that comes with the console."""

    url: str  # of XYZ tiles, or of a .pmtiles archive
    attribution: str
    datum: str  # wgs84, gcj02
    borders: str  # none, natural-earth


class Meta(Shape):
    """What this console is, and the words it uses."""

    version: str
    data_mode: str  # live, replay, simulated
    time_zone: str  # of all fleets that are seen, where they have one; else UTC
    tiles: Tiles
    currency: str
    tariff_status: str
    languages: list[str]
    roles: dict[str, str]
    priorities: list[str]
    kinds: dict[str, str]  # kind of alert -> what to do
    dismissals: dict[str, str]
    tasks: dict[str, str]
    outcomes: list[str]
    statuses: list[str]  # of a row of positions, by number
    topics: list[str]


class Fleet(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which vehicles."""

    status: Annotated[str, msgspec.Meta(description=f"{', '.join(NAMES)}; values with commas between them")] = ""
    q: Annotated[str, msgspec.Meta(description="part of an id or a plate")] = ""
    fleet: str = ""
    site: str = ""


class VehicleDetail(Vehicle):
    """A vehicle and what is open about it."""

    alerts: list[Alert]
    tyres: list[Wheel]


def meta(ask: Ask) -> Meta:
    """What this console is."""
    world = ask.world
    said_map, tariff = world.config.map, world.rules.tariff
    zones = {fleet.time_zone for fleet in world.known.registry.of(FleetRow) if ask.scope.touches(fleet.fleet_id)}
    return Meta(
        version=version("tripmeter") if ask.who.login else "",
        data_mode=world.mode,
        time_zone=zones.pop() if len(zones) == 1 else "UTC",
        tiles=Tiles(
            url=address(said_map.tiles) if ask.who.login else "",  # it may hold a key
            attribution=said_map.attribution,
            datum=said_map.datum,
            borders=said_map.borders,
        ),
        currency=tariff.currency,
        tariff_status=tariff.status,
        languages=["en", "zh-CN"],
        roles=dict(ROLES),
        priorities=list(PRIORITIES),
        kinds={kind: rule.action for kind, rule in world.rules.alerts.items()},
        dismissals=dict(DISMISSALS),
        tasks=dict(TASKS),
        outcomes=list(OUTCOMES),
        statuses=list(NAMES),
        topics=list(TOPICS),
    )


def vehicles(ask: Ask) -> Page[Vehicle]:
    """Vehicles as they are now, by id."""
    wanted = ask.query
    unknown = set(words(wanted.status)) - {*NAMES}
    if unknown:
        raise Problem(422, "invalid", say("one_of", name="status", known=", ".join(NAMES)))
    ask.picture.look()
    view, open_ = ask.picture.view(ask.scope), _open(ask)
    frame = ask.picture.frame
    rows = [(key, frame.rows[frame.places[key]]) for key in view.ids if _named(ask, key)]
    found = [(key, row) for key, row in rows if _in(row, words(wanted.status))]
    return page(found, wanted, lambda one: "/".join(one[0]), lambda one: _vehicle(ask, *one, open_.get(one[0], 0)))


def vehicle(ask: Ask) -> VehicleDetail:
    """One vehicle."""
    key = seen.vehicle(ask)
    ask.picture.look()
    frame = ask.picture.frame
    if key not in frame.places:
        raise Problem(404, "no_vehicle", f"there is no vehicle {'/'.join(key)!r}")
    with ask.world.store.reading() as connection:
        now = ask.world.now(connection)
        own = within.named(schema.alerts, "vehicle_id", "/".join(key))
        lasting = inbox.query(own, inbox.in_states(inbox.LASTING), standing=True)
        rows, desk = inbox.found(connection, lasting, now)
    shown = [said.alert(row, desk, ask.world, ask.scope, now) for row in rows]
    found = _vehicle(ask, key, frame.rows[frame.places[key]], len(shown))
    return VehicleDetail(**msgspec.structs.asdict(found), alerts=shown, tyres=wheels_of(ask, key))


def positions(ask: Ask) -> Reply:
    """All positions: u32 length of a JSON text, that text, then a row of 16 bytes for each of its ``ids``."""
    ask.picture.look()
    view = ask.picture.view(ask.scope)
    etag = f'"{view.roster}"'
    head = {"roster": view.roster, "ids": ["/".join(one) for one in view.ids]}
    text = json.dumps(head, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)  # so that the rows may be read as 32-bit numbers in place
    body = len(text).to_bytes(4, "little") + text + view.rows
    return Reply(body, headers={"ETag": etag}, media="application/octet-stream")


def _open(ask: Ask) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for row in ask.picture.standing(ask.scope):
        key = (row["fleet_id"], row["vehicle_id"])
        found[key] = found.get(key, 0) + 1
    return found


def _named(ask: Ask, key: Key) -> bool:
    wanted, known = ask.query, ask.world.known
    text = f"{key[1]} {known.roster.place(*key)[1]}".lower()
    of_site = not wanted.site or known.site(*key) == wanted.site
    return wanted.fleet in ("", key[0]) and of_site and wanted.q.lower() in text


def _in(row: Any, statuses: list[str]) -> bool:
    return not statuses or NAMES[row["status"]] in statuses


def _vehicle(ask: Ask, key: Key, row: Any, alerts: int) -> Vehicle:
    known = ask.world.known
    driver_id = known.driver(*key, ask.picture.now)
    here = None if row["lat"] == NOWHERE else Place(lat=int(row["lat"]) / 1e6, lon=int(row["lon"]) / 1e6)
    return Vehicle(
        id="/".join(key),
        fleet_id=key[0],
        vehicle_id=key[1],
        plate=known.roster.place(*key)[1],
        klass=known.klass(*key),
        site=known.site(*key),
        status=NAMES[row["status"]],
        speed_kmh=_known(row["speed"], 10.0),
        heading_deg=_known(row["heading"], 100.0),
        age_s=_known(row["age"], 1.0),
        place=here if ask.scope.places else None,
        driver_id=driver_id,
        driver_name=known.named(key[0], driver_id),
        risk=PRIORITY.get(int(row["risk"])),
        open_alerts=alerts,
    )


def _known(value: Any, scale: float) -> float | None:
    return None if int(value) == UNKNOWN else int(value) / scale


LISTS = (Endpoint("GET", "/vehicles", vehicles, "live", "Vehicles", SEEING, Page[Vehicle], query=Fleet, places=True),)
ENDPOINTS = (
    Endpoint("GET", "/meta", meta, "live", "What this console is", gives=Meta, open=True),
    Endpoint("GET", "/vehicles/{vehicle}", vehicle, "live", "One vehicle", SEEING, VehicleDetail, places=True),
    Endpoint("GET", "/positions.bin", positions, "live", "All positions as one frame", SEEING, bytes, places=True),
)

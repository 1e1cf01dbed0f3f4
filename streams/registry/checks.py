"""Checks: whether the rows of a registry fit together: references, periods, and values that cannot be."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from devices.signals import AXLES, wheel_code
from streams.config import MASK
from streams.registry.base import Row
from streams.registry.book import Problem, Registry, ordered
from streams.registry.contracts import Policy, PolicyVehicle
from streams.registry.described import CELLS
from streams.registry.periods import Fleets, span, unknown
from streams.registry.places import complaints
from streams.registry.rows import KINDS, Coupling, Device, FleetRow, TyrePlan, VehicleRow
from streams.words import Said, say

GROSS_KG = {"N1": (0, 3500), "N2": (3500, 12_000), "N3": (12_000, 100_000), "M2": (0, 5000), "M3": (5000, 100_000)}
MAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)*")
URL = re.compile("https?://[^/\\s]")
VIN = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
MORE_THAN_NONE = ("deposit", "declared_km", "declared_days")
DECLARED = (*MORE_THAN_NONE, "minimum", "actual_km")
BAD_ID = re.compile(r"[/+#\x00-\x1f]|^\s|\s$")


def validate(registry: Registry) -> list[Problem]:
    """Everything that is wrong, file by file; empty: the registry can be used."""
    fleets = Fleets(registry)
    problems: list[Problem] = []
    for kind, rows in registry.rows.items():
        for row in rows.values():
            problems += _ids(registry, row)
            problems += _references(registry, fleets, row)
            problems += _period(registry, fleets, row)
            problems += [_problem(registry, row, *said) for said in _values(registry, row)]
            problems += [_problem(registry, row, *said) for said in complaints(registry, fleets, row)]
        problems += _overlaps(registry, fleets, kind)
    problems += _usernames(registry)
    return ordered(problems)


def _problem(registry: Registry, row: Row, column: str, what: Said, todo: Said) -> Problem:
    return Problem(registry.place(row), column, what, todo)


def _ids(registry: Registry, row: Row) -> Iterator[Problem]:
    for name in row.KEY:
        value = getattr(row, name)
        if isinstance(value, str) and BAD_ID.search(value):
            yield _problem(registry, row, name.rstrip("_"), say("is", value=repr(value)), say("plain_id"))


def _references(registry: Registry, fleets: Fleets, row: Row) -> Iterator[Problem]:
    for cell in CELLS[row.KIND].values():
        value = getattr(row, cell.field)
        if not cell.ref or not value:
            continue
        if cell.ref == "vehicles":
            if said := fleets.complaint(value, getattr(row, "fleet_id", "")):
                yield _problem(registry, row, cell.name, *said)
        elif value not in fleets.ids(cell.ref):
            what = unknown(value, cell.ref, fleets.ids(cell.ref))
            yield _problem(registry, row, cell.name, what, say("add_or_another", column=cell.name))
        elif fleets.foreign(row, cell.ref, value):
            what = say("foreign", value=repr(value), kind=cell.ref, fleet=repr(fleets.fleet_of(row)))
            yield _problem(registry, row, cell.name, what, say("own_kind", kind=cell.ref))


def _period(registry: Registry, fleets: Fleets, row: Row) -> Iterator[Problem]:
    if hasattr(row, "to"):
        start, end = span(row, fleets.zone(row))
        if not start < end:
            yield _problem(registry, row, "to", say("no_period", to=row.to), say("end_later"))


def _overlaps(registry: Registry, fleets: Fleets, kind: str) -> Iterator[Problem]:
    """Rows of one thing whose periods overlap."""
    once = KINDS[kind].ONCE
    groups: dict[tuple[Any, ...], list[tuple[tuple[datetime, datetime], Row]]] = {}
    for row in registry.rows[kind].values() if once else ():
        name = tuple(fleets.fleet_of(row) if part == "fleet_id" else getattr(row, part) for part in once)
        groups.setdefault(name, []).append((span(row, fleets.zone(row)), row))
    for rows in groups.values():
        rows.sort(key=lambda one: (one[0], one[1].key))
        for (before, first), (after, second) in pairwise(rows):
            if after[0] < before[1]:
                what = say("overlaps", place=registry.place(first), same=" ".join(once))
                yield _problem(registry, second, "from", what, say("end_earlier"))


def _values(registry: Registry, row: Row) -> Iterator[tuple[str, Said, Said]]:
    """(column, what, todo) of values that cannot be."""
    if isinstance(row, FleetRow):
        yield from _fleet(row)
    if isinstance(row, VehicleRow):
        yield from _vehicle(row)
    if isinstance(row, TyrePlan):
        yield from _tyre(row)
    if isinstance(row, Device):
        yield from _device(row)
    if isinstance(row, Coupling) and row.first_axle is not None and not 2 <= row.first_axle <= AXLES:
        yield "first_axle", say("is", value=row.first_axle), say("axles", most=AXLES)
    if isinstance(row, PolicyVehicle):
        yield from _within_policy(registry, row)
    if isinstance(row, Policy):
        yield from _policy(row)
    if isinstance(row, Policy | FleetRow) and row.currency and not re.fullmatch("[A-Z]{3}", row.currency):
        yield "currency", say("is", value=repr(row.currency)), say("currency")


def _fleet(row: FleetRow) -> Iterator[tuple[str, Said, Said]]:
    try:
        ZoneInfo(row.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "time_zone", say("no_zone", value=repr(row.time_zone)), say("zone")
    if any(not MAIL.fullmatch(one.strip(" ")) for one in row.alerts_mail.split(",") if row.alerts_mail):
        yield "alerts_mail", say("is", value=repr(row.alerts_mail)), say("addresses")
    if row.alerts_webhook == MASK:
        yield "alerts_webhook", say("masked"), say("masked_address")
    elif row.alerts_webhook and not URL.match(row.alerts_webhook):
        yield "alerts_webhook", say("is", value=repr(row.alerts_webhook)), say("url")


def _vehicle(row: VehicleRow) -> Iterator[tuple[str, Said, Said]]:
    if row.vin and not VIN.fullmatch(row.vin.upper()):
        yield "vin", say("is", value=repr(row.vin)), say("vin")
    if row.year is not None and not 1950 <= row.year <= 2100:
        yield "year", say("is", value=row.year), say("year")
    if row.empty_kg is not None and row.gross_kg is not None and not 0 < row.empty_kg <= row.gross_kg:
        yield "empty_kg", say("masses", empty=f"{row.empty_kg:g}", gross=f"{row.gross_kg:g}"), say("empty_smaller")
    low, high = GROSS_KG.get(row.klass, (0, 100_000))
    if row.gross_kg is not None and not low < row.gross_kg <= high:
        what = say("in_class", value=f"{row.gross_kg:g}", klass=row.klass)
        yield "gross_kg", what, say("class_goes", klass=row.klass, low=low, high=high)


def _tyre(row: TyrePlan) -> Iterator[tuple[str, Said, Said]]:
    try:
        wheel_code(row.wheel)
    except ValueError:
        yield "wheel", say("no_wheel", value=repr(row.wheel), axles=AXLES), say("wheel")
    if not 100 <= row.placard_kpa <= 1300:
        yield "placard_kpa", say("is", value=f"{row.placard_kpa:g}"), say("placard")


def _device(row: Device) -> Iterator[tuple[str, Said, Said]]:
    if row.password and not row.username:
        yield "username", say("missing"), say("whose_password")
    if row.password == MASK:
        yield "password", say("masked"), say("masked_password")


def _usernames(registry: Registry) -> Iterator[Problem]:
    """Devices that log in under the name of another."""
    owner: dict[str, str] = {}
    for row in registry.of(Device):
        if row.username and owner.setdefault(row.username, row.device_id) != row.device_id:
            what = say("username_twice", value=repr(row.username), other=owner[row.username])
            yield _problem(registry, row, "username", what, say("username_own"))


def _policy(row: Policy) -> Iterator[tuple[str, Said, Said]]:
    said = [name for name in DECLARED if getattr(row, name) is not None]
    if said and row.basis != "declaration":
        yield said[0], say("of_basis", basis=row.basis), say("basis_declaration")
    for name in said:
        if getattr(row, name) < 0 or (name in MORE_THAN_NONE and getattr(row, name) == 0):
            yield name, say("is", value=getattr(row, name)), say("above_0")
    if row.minimum is not None and row.minimum > 1:
        yield "minimum", say("is", value=row.minimum), say("share_of_deposit")
    yield from _deposit(row)
    if row.cancelled is not None and not row.from_ <= row.cancelled < row.to:
        what = say("not_within", value=row.cancelled, first=row.from_, last=row.to)
        yield "cancelled", what, say("day_of_policy")


def _deposit(row: Policy) -> Iterator[tuple[str, Said, Said]]:
    """What a deposit is for, km or vehicle-days; what is charged without one goes by the days of each vehicle."""
    if row.basis == "declaration" and row.deposit is not None and row.declared_km is None and row.declared_days is None:
        yield "declared_km", say("missing"), say("deposit_for")
    if row.declared_days is not None and (row.declared_km is not None or row.actual_km is not None):
        yield "declared_days", say("beside_km"), say("one_of_them")
    for name in ("declared_km", "declared_days") if row.basis == "declaration" and row.deposit is None else ():
        if getattr(row, name) is not None:
            yield name, say("no_deposit"), say("give_deposit")


def _within_policy(registry: Registry, row: PolicyVehicle) -> Iterator[tuple[str, Said, Said]]:
    policy = registry.rows["policies"].get(row.policy_id)
    if isinstance(policy, Policy) and not (policy.from_ <= row.from_ and row.to <= policy.to):
        term = {"policy_from": policy.from_, "policy_to": policy.to}
        yield "from", say("outside_policy", first=row.from_, last=row.to, **term), say("shorten")
    for name in ("limit", "deductible", "sum_insured", "annual_km", "experience"):
        value = getattr(row, name)
        if value is not None and value < 0:
            yield name, say("is", value=value), say("at_least_0")

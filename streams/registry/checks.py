"""Checks: whether the rows of a registry fit together: references, periods, and values that cannot be."""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from devices.signals import AXLES, wheel_code
from streams.config import MASK, nearest
from streams.registry.base import Row
from streams.registry.book import Problem, Registry, ordered
from streams.registry.contracts import Policy, PolicyVehicle
from streams.registry.described import CELLS
from streams.registry.periods import Fleets, span
from streams.registry.places import complaints
from streams.registry.rows import KINDS, Coupling, Device, FleetRow, TyrePlan, VehicleRow

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


def _problem(registry: Registry, row: Row, column: str, what: str, todo: str) -> Problem:
    return Problem(registry.place(row), column, what, todo)


def _ids(registry: Registry, row: Row) -> Iterator[Problem]:
    for name in row.KEY:
        value = getattr(row, name)
        if isinstance(value, str) and BAD_ID.search(value):
            todo = "ids become topic levels: leave out / + # and spaces at the ends"
            yield _problem(registry, row, name.rstrip("_"), f"is {value!r}", todo)


def _references(registry: Registry, fleets: Fleets, row: Row) -> Iterator[Problem]:
    for cell in CELLS[row.KIND].values():
        value = getattr(row, cell.field)
        if not cell.ref or not value:
            continue
        if cell.ref == "vehicles":
            if said := fleets.complaint(value, getattr(row, "fleet_id", "")):
                yield _problem(registry, row, cell.name, *said)
        elif value not in fleets.ids(cell.ref):
            what = f"{value!r} is not in {cell.ref}{nearest(value, fleets.ids(cell.ref))}"
            yield _problem(registry, row, cell.name, what, f"add it there or write another {cell.name}")
        elif fleets.foreign(row, cell.ref, value):
            what = f"{value!r} in {cell.ref} is not of fleet {fleets.fleet_of(row)!r}"
            yield _problem(registry, row, cell.name, what, f"write one of the fleet's own {cell.ref}")


def _period(registry: Registry, fleets: Fleets, row: Row) -> Iterator[Problem]:
    if hasattr(row, "to"):
        start, end = span(row, fleets.zone(row))
        if not start < end:
            yield _problem(registry, row, "to", f"ends at {row.to}, not after it begins", "let it end later")


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
                what = f"overlaps {registry.place(first)} of the same {' '.join(part for part in once)}"
                yield _problem(registry, second, "from", what, "let the earlier one end where this begins")


def _values(registry: Registry, row: Row) -> Iterator[tuple[str, str, str]]:
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
        yield "first_axle", f"is {row.first_axle}", f"a trailer's axles count on behind the tractor's: 2 to {AXLES}"
    if isinstance(row, PolicyVehicle):
        yield from _within_policy(registry, row)
    if isinstance(row, Policy):
        yield from _policy(row)
    if isinstance(row, Policy | FleetRow) and row.currency and not re.fullmatch("[A-Z]{3}", row.currency):
        yield "currency", f"is {row.currency!r}", "write three letters, like EUR"


def _fleet(row: FleetRow) -> Iterator[tuple[str, str, str]]:
    try:
        ZoneInfo(row.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "time_zone", f"{row.time_zone!r} is no time zone", "write it like Europe/Berlin"
    if any(not MAIL.fullmatch(one.strip(" ")) for one in row.alerts_mail.split(",") if row.alerts_mail):
        yield "alerts_mail", f"is {row.alerts_mail!r}", "write addresses, with commas between them"
    if row.alerts_webhook == MASK:
        yield "alerts_webhook", "is masked", "export with --secrets, or write the address"
    elif row.alerts_webhook and not URL.match(row.alerts_webhook):
        yield "alerts_webhook", f"is {row.alerts_webhook!r}", "write it like https://host/path"


def _vehicle(row: VehicleRow) -> Iterator[tuple[str, str, str]]:
    if row.vin and not VIN.fullmatch(row.vin.upper()):
        yield "vin", f"is {row.vin!r}", "a VIN has 17 letters and digits, without I, O and Q"
    if row.year is not None and not 1950 <= row.year <= 2100:
        yield "year", f"is {row.year}", "write the year of manufacture"
    if row.empty_kg is not None and row.gross_kg is not None and not 0 < row.empty_kg <= row.gross_kg:
        yield "empty_kg", f"is {row.empty_kg:g}, gross_kg {row.gross_kg:g}", "the empty mass is the smaller"
    low, high = GROSS_KG.get(row.klass, (0, 100_000))
    if row.gross_kg is not None and not low < row.gross_kg <= high:
        yield "gross_kg", f"is {row.gross_kg:g} in class {row.klass}", f"{row.klass} goes from {low} to {high} kg"


def _tyre(row: TyrePlan) -> Iterator[tuple[str, str, str]]:
    try:
        wheel_code(row.wheel)
    except ValueError as error:
        yield "wheel", f"{error}", "count axles from the front, 1L 1R 2LO 2LI 2RI 2RO"
    if not 100 <= row.placard_kpa <= 1300:
        yield "placard_kpa", f"is {row.placard_kpa:g}", "write the cold gauge pressure in kPa (2.5 bar = 250 kPa)"


def _device(row: Device) -> Iterator[tuple[str, str, str]]:
    if row.password and not row.username:
        yield "username", "is missing", "say whose password it is; a username alone is that of a certificate"
    if row.password == MASK:
        yield "password", "is masked", "export with --secrets, or write the password"


def _usernames(registry: Registry) -> Iterator[Problem]:
    """Devices that log in under the name of another."""
    owner: dict[str, str] = {}
    for row in registry.of(Device):
        if row.username and owner.setdefault(row.username, row.device_id) != row.device_id:
            what = f"{row.username!r} is also that of {owner[row.username]}"
            yield _problem(registry, row, "username", what, "give every device its own")


def _policy(row: Policy) -> Iterator[tuple[str, str, str]]:
    said = [name for name in DECLARED if getattr(row, name) is not None]
    if said and row.basis != "declaration":
        yield said[0], f"is said of a policy on the basis {row.basis}", "leave it out, or make the basis declaration"
    for name in said:
        if getattr(row, name) < 0 or (name in MORE_THAN_NONE and getattr(row, name) == 0):
            yield name, f"is {getattr(row, name)}", "write a number above 0"
    if row.minimum is not None and row.minimum > 1:
        yield "minimum", f"is {row.minimum}", "write a share of the deposit, 0.8 for 80 %"
    yield from _deposit(row)
    if row.cancelled is not None and not row.from_ <= row.cancelled < row.to:
        yield "cancelled", f"is {row.cancelled}, not within {row.from_} to {row.to}", "write a day of the policy"


def _deposit(row: Policy) -> Iterator[tuple[str, str, str]]:
    """What a deposit is for, km or vehicle-days; what is charged without one goes by the days of each vehicle."""
    if row.basis == "declaration" and row.deposit is not None and row.declared_km is None and row.declared_days is None:
        yield "declared_km", "is missing", "say for how many km, or vehicle-days, the deposit is"
    if row.declared_days is not None and (row.declared_km is not None or row.actual_km is not None):
        yield "declared_days", "stands beside km", "say one of them"
    if row.declared_days is not None and row.deposit is None:
        yield "declared_days", "is said of no deposit", "give the deposit, or leave it out"


def _within_policy(registry: Registry, row: PolicyVehicle) -> Iterator[tuple[str, str, str]]:
    policy = registry.rows["policies"].get(row.policy_id)
    if isinstance(policy, Policy) and not (policy.from_ <= row.from_ and row.to <= policy.to):
        what = f"{row.from_} to {row.to} is not within the policy's {policy.from_} to {policy.to}"
        yield "from", what, "shorten it, or lengthen the policy"
    for name in ("limit", "deductible", "sum_insured", "annual_km", "experience"):
        value = getattr(row, name)
        if value is not None and value < 0:
            yield name, f"is {value}", "write an amount of 0 or more"

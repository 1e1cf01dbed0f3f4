"""Periods: which vehicle a row means and when it holds, in UTC."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from streams.config import meant
from streams.registry.base import Row
from streams.registry.book import Registry
from streams.registry.rows import KINDS, Coupling, FleetRow, VehicleRow
from streams.words import Said, say

EVER = datetime(1, 1, 2, tzinfo=UTC)
NEVER = datetime(9999, 12, 30, tzinfo=UTC)


def unknown(name: str, kind: str, known: Iterable[str]) -> Said:
    """What is said of a name that a kind does not have: which was probably meant, or what there is."""
    close, names = meant(name, known)
    if close:
        return say("not_in_meant", value=repr(name), kind=kind, meant=repr(close))
    if names:
        return say("not_in_known", value=repr(name), kind=kind, known=", ".join(names))
    return say("not_in", value=repr(name), kind=kind)


class Fleets:
    """The registry's ids, and the fleet that each row belongs to."""

    def __init__(self, registry: Registry) -> None:
        self._ids = {
            kind: {str(getattr(row, KINDS[kind].KEY[0])) for row in rows.values()}
            for kind, rows in registry.rows.items()
        }
        for kind, name in registry.broken:
            self._ids[kind].add(name)
        self._owners = {kind: _owners(rows.values()) for kind, rows in registry.rows.items()}
        self._of: dict[str, set[str]] = {}  # vehicle -> its fleets
        for vehicle in registry.of(VehicleRow):
            self._of.setdefault(vehicle.vehicle_id, set()).add(vehicle.fleet_id)
        fleets = registry.of(FleetRow)
        self._zones = {fleet.fleet_id: _zone(fleet.time_zone) for fleet in fleets}
        self._jurisdictions = {fleet.fleet_id: fleet.jurisdiction.upper() for fleet in fleets}

    def ids(self, kind: str) -> set[str]:
        """Ids that rows of other files may name."""
        return self._ids[kind]

    def fleet_of(self, row: Row) -> str:
        """Fleet of a row; of one that names only a vehicle, the fleet that has it; empty if that is not one fleet."""
        said = str(getattr(row, "fleet_id", ""))
        if said:
            return said
        vehicle = row.tractor if isinstance(row, Coupling) else str(getattr(row, "vehicle_id", ""))
        fleets = self._of.get(vehicle, set())
        return next(iter(fleets)) if len(fleets) == 1 else ""

    def complaint(self, vehicle_id: str, fleet_id: str) -> tuple[Said, Said] | None:
        """What is wrong with naming this vehicle, and what to do; None: it is one vehicle."""
        fleets = self._of.get(vehicle_id, set())
        if not fleets and vehicle_id in self._ids["vehicles"]:
            return None  # its own row has a problem, which is reported there
        if not fleets:
            return unknown(vehicle_id, "vehicles", self._of), say("add_there")
        if fleet_id and fleet_id not in fleets:
            what = say("no_vehicle_of", value=repr(vehicle_id), fleet=repr(fleet_id))
            return what, say("write", value=" / ".join(sorted(fleets)))
        if not fleet_id and len(fleets) > 1:
            return say("in_fleets", value=repr(vehicle_id), fleets=", ".join(sorted(fleets))), say("fill_fleet")
        return None

    def foreign(self, row: Row, kind: str, name: str) -> bool:
        """Whether what a row names is only another fleet's: its drivers, sites and routes are its own."""
        fleet_id, owners = self.fleet_of(row), self._owners[kind].get(name, set()) & self._ids["fleets"]
        return bool(fleet_id and owners) and fleet_id not in owners

    def zone(self, row: Row) -> ZoneInfo:
        """Time zone of a row's fleet; UTC where there is none."""
        return self._zones.get(self.fleet_of(row), _zone("UTC"))

    def jurisdiction(self, row: Row) -> str:
        """Whose rules hold for a row's fleet; empty where nothing is said."""
        return self._jurisdictions.get(self.fleet_of(row), "")


def _owners(rows: Iterable[Row]) -> dict[str, set[str]]:
    """By id, the fleets that have a row of it."""
    found: dict[str, set[str]] = {}
    for row in rows:
        if fleet_id := getattr(row, "fleet_id", ""):
            found.setdefault(str(getattr(row, row.KEY[0])), set()).add(fleet_id)
    return found


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def span(row: Row, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a row holds, the end excluded; days and times without an offset are those of its fleet's ``zone``."""
    return instant(getattr(row, "from_", None), zone, EVER), instant(getattr(row, "to", None), zone, NEVER)


def instant(said: date | datetime | None, zone: ZoneInfo, without: datetime) -> datetime:
    """A day's midnight or a time as UTC, ``without`` where nothing is said."""
    if said is None:
        return without
    if not isinstance(said, datetime):
        said = datetime(said.year, said.month, said.day)
    return (said if said.tzinfo else said.replace(tzinfo=zone)).astimezone(UTC)


def seconds(row: Row, fleets: Fleets) -> tuple[float, float]:
    """When a row holds, in UTC epoch seconds, the end excluded; without a bound infinite."""
    start, end = span(row, fleets.zone(row))
    first = float("-inf") if start == EVER else start.timestamp()
    return first, float("inf") if end == NEVER else end.timestamp()

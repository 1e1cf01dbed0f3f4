"""Fleet: which slot a vehicle and which number a driver has, and what the registry knows of each vehicle by slot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

import numpy as np

from devices.samples import Floats, Ints
from devices.signals import WHEELS

CLASSES = ("car", "van", "truck", "bus")  # UNECE M1, N1, N2 and N3, M2 and M3
ZONE_YEARS = (1990, 2060)


class FleetColumns(NamedTuple):
    """What kernels read of the fleet, one row a slot."""

    klass: Ints  # (S,) index into CLASSES
    placard: Floats  # (S, WHEELS) kPa gauge, cold; NaN no such wheel or not known
    zone: Ints  # (S,) row of the fleet's time zone in the tables below
    zone_bounds: Ints  # (Z + 1,)
    zone_from: Floats  # (k,) UTC epoch s from which the offset holds, ascending within a zone
    zone_offset: Floats  # (k,) s to add to UTC
    assigned_bounds: Ints  # (S + 1,) driver assignments of the registry, by slot
    assigned_from: Floats  # (a,) UTC epoch s, ascending within a slot
    assigned_to: Floats  # (a,) end, excluded; +inf while it lasts
    assigned_driver: Ints  # (a,) driver number


@dataclass(frozen=True)
class Known:
    """What a registry says of one vehicle."""

    klass: int = 0
    placard: Floats | None = None  # (WHEELS,) kPa; None: no tyre plan
    zone: str = "UTC"
    assignments: Sequence[tuple[float, float, str]] = ()  # from, to, driver id; ascending


class Source(Protocol):
    """Where the fleet asks about a vehicle: the registry, or a stand-in for recordings."""

    def known(self, fleet_id: str, vehicle_id: str) -> Known: ...


class Fleet:
    """Vehicle ids to slots and driver ids to numbers, both dense, both for good."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.vehicles: list[tuple[str, str]] = []
        self.drivers: list[str] = []
        self._slots: dict[tuple[str, str], int] = {}
        self._numbers: dict[str, int] = {}
        self._columns: FleetColumns | None = None

    def slot(self, vehicle: tuple[str, str]) -> int:
        """Slot of (fleet id, vehicle id), given at the first question."""
        slot = self._slots.get(vehicle)
        if slot is None:
            slot = self._slots[vehicle] = len(self.vehicles)
            self.vehicles.append(vehicle)
            self._columns = None
        return slot

    def slots(self, vehicles: Iterable[tuple[str, str]]) -> Ints:
        """Slots of many vehicles."""
        return np.array([self.slot(vehicle) for vehicle in vehicles], np.int64)

    def number(self, driver_id: str) -> int:
        """Number of a driver, given at the first question."""
        number = self._numbers.get(driver_id)
        if number is None:
            number = self._numbers[driver_id] = len(self.drivers)
            self.drivers.append(driver_id)
        return number

    def numbers(self, driver_ids: Iterable[str]) -> Ints:
        """Numbers of many drivers."""
        return np.array([self.number(driver_id) for driver_id in driver_ids], np.int64)

    def driver_id(self, number: int) -> str | None:
        """Id of a driver number; None for a negative one (unknown)."""
        return self.drivers[number] if number >= 0 else None

    def changed(self, source: Source) -> None:
        """The registry has changed: ask ``source`` anew about everybody."""
        self.source, self._columns = source, None

    def columns(self) -> FleetColumns:
        """The fleet as kernels read it; made anew after a new vehicle or registry."""
        if self._columns is None:
            self._columns = self._build([self.source.known(*vehicle) for vehicle in self.vehicles])
        return self._columns

    def _build(self, known: list[Known]) -> FleetColumns:
        zones = sorted({vehicle.zone for vehicle in known})
        rows = {zone: row for row, zone in enumerate(zones)}
        tables = [offsets(zone) for zone in zones]
        assigned = [span for vehicle in known for span in vehicle.assignments]
        no_plan = np.full(WHEELS, np.nan)
        placard = [no_plan if vehicle.placard is None else vehicle.placard for vehicle in known]
        return FleetColumns(
            klass=np.array([vehicle.klass for vehicle in known], np.int64),
            placard=np.array(placard, np.float64).reshape(len(known), WHEELS),
            zone=np.array([rows[vehicle.zone] for vehicle in known], np.int64),
            zone_bounds=_bounds(len(starts) for starts, _ in tables),
            zone_from=np.array([start for starts, _ in tables for start in starts], np.float64),
            zone_offset=np.array([offset for _, values in tables for offset in values], np.float64),
            assigned_bounds=_bounds(len(vehicle.assignments) for vehicle in known),
            assigned_from=np.array([span[0] for span in assigned], np.float64),
            assigned_to=np.array([span[1] for span in assigned], np.float64),
            assigned_driver=self.numbers(span[2] for span in assigned),
        )


def _bounds(sizes: Iterable[int]) -> Ints:
    return np.cumsum([0, *sizes], dtype=np.int64)


@lru_cache
def offsets(zone: str) -> tuple[list[float], list[float]]:
    """UTC instants from which an offset holds in a time zone, and the offsets (s), for ``ZONE_YEARS``."""
    info = ZoneInfo(zone)
    day, end = datetime(ZONE_YEARS[0], 1, 1, tzinfo=UTC), datetime(ZONE_YEARS[1], 1, 1, tzinfo=UTC)
    starts, values = [float("-inf")], [_offset(day, info)]
    while day < end:
        after = day + timedelta(days=1)
        if _offset(after, info) != values[-1]:
            change = _change(day, after, info)
            starts.append(change.timestamp())
            values.append(_offset(change, info))
            after = max(after, change)
        day = after
    return starts, values


def _offset(instant: datetime, info: ZoneInfo) -> float:
    offset = instant.astimezone(info).utcoffset()
    return 0.0 if offset is None else offset.total_seconds()


def _change(before: datetime, after: datetime, info: ZoneInfo) -> datetime:
    """First whole second in (before, after] with another offset than ``before``, by bisection."""
    low, high = before, after
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        if _offset(middle, info) == _offset(before, info):
            low = middle
        else:
            high = middle
    return high

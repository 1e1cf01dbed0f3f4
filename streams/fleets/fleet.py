"""Fleet: which slot a vehicle and which number a driver has, and what the registry knows of each vehicle by slot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from devices.samples import Floats, Ints
from devices.signals import AXLES, WHEELS, axle_of
from streams.fleets.time_zones import offsets
from streams.fleets.zones import Route, Zone


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
    coupled_bounds: Ints  # (S + 1,) trailers of the registry, by slot
    coupled_from: Floats  # (c,) UTC epoch s, ascending within a slot
    coupled_to: Floats  # (c,) end, excluded; +inf while it lasts
    coupled_axle: Ints  # (c,) first of its axles among those of the vehicle, 0 the foremost
    coupled_end: Ints  # (c,) axle after its last
    coupled_placard: Floats  # (c, WHEELS) kPa, by the vehicle's wheels; NaN not known


class Coupled(NamedTuple):
    """A trailer behind a vehicle for a while: its wheels count on from axle ``axle`` (0 the foremost) to ``end``."""

    start: float  # UTC epoch s
    to: float
    trailer: str
    axle: int
    end: int  # excluded
    placard: Floats | None = None  # (WHEELS,) kPa, by the vehicle's wheels

    def has(self, wheel: int, t: float) -> bool:
        """Whether this wheel of the vehicle is the trailer's at ``t``."""
        return self.start <= t < self.to and self.axle <= axle_of(wheel) < self.end

    def own(self, wheel: int) -> int:
        """A wheel of the vehicle by the trailer's own axles."""
        return wheel - self.axle * (WHEELS // AXLES)


class Described(NamedTuple):
    """What one row of a registry says of a vehicle, from ``since`` on until the next one does."""

    since: float  # UTC epoch s
    klass: int
    placard: Floats | None  # (WHEELS,) kPa; None: no tyre plan
    passenger: bool


@dataclass(frozen=True)
class Known:
    """What a registry says of one vehicle: class, tyres and use as its latest row has them, and ``earlier`` ones."""

    klass: int = 0
    placard: Floats | None = None  # (WHEELS,) kPa; None: no tyre plan
    zone: str = "UTC"
    assignments: Sequence[tuple[float, float, str]] = ()  # from, to, driver id; ascending
    zones: tuple[Zone, ...] = ()  # of its fleet
    routes: tuple[Route, ...] = ()  # it is assigned to
    passenger: bool = False  # carries passengers
    jurisdiction: str = ""  # whose rules hold for the fleet, ISO 3166
    couplings: Sequence[Coupled] = ()  # ascending
    since: float = float("-inf")  # from when on class, tyres and use are these, UTC epoch s
    earlier: tuple[Described, ...] = ()  # ascending; the first holds for all time before it too

    def descriptions(self) -> tuple[Described, ...]:
        """All of them, the latest last."""
        return (*self.earlier, Described(self.since, self.klass, self.placard, self.passenger))

    def at(self, t: float) -> Described:
        """What holds at ``t``."""
        some = self.descriptions()
        return next((one for one in reversed(some) if one.since <= t), some[0])

    def trailer(self, wheel: int, t: float) -> Coupled | None:
        """The trailer that a wheel is on at ``t``; None: it is the vehicle's own."""
        return next((one for one in self.couplings if one.has(wheel, t)), None)

    def placard_at(self, wheel: int, t: float) -> float:
        """Cold pressure (kPa) that a wheel should have at ``t``; NaN not known."""
        behind = self.trailer(wheel, t)
        placard = self.at(t).placard if behind is None else behind.placard
        return float("nan") if placard is None else float(placard[wheel])


class Source(Protocol):
    """Where the fleet asks about a vehicle: the registry, or a stand-in for recordings."""

    def known(self, fleet_id: str, vehicle_id: str) -> Known: ...


class Fleet:
    """Vehicle ids to slots, driver ids and ids of zones and routes to numbers: all dense, all for good."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.vehicles: list[tuple[str, str]] = []
        self.drivers: list[str] = []
        self.zones: list[tuple[str, str]] = []  # (fleet id, id of a zone or route)
        self.placed: dict[int, Known] = {}  # slots of vehicles that have zones or routes
        self.cuts: dict[int, Floats] = {}  # slots described otherwise before: from when on each next one holds
        self.maps: dict[tuple[str, int], Any] = {}  # streams.fleets.surroundings keeps its maps here until ``changed``
        self._slots: dict[tuple[str, str], int] = {}
        self._numbers: dict[str, int] = {}
        self._zone_numbers: dict[tuple[str, str], int] = {}
        self._table = _Table()

    def slot(self, vehicle: tuple[str, str]) -> int:
        """Slot of (fleet id, vehicle id), given at the first question."""
        slot = self._slots.get(vehicle)
        if slot is None:
            slot = self._slots[vehicle] = len(self.vehicles)
            self.vehicles.append(vehicle)
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

    def zone_number(self, zone: tuple[str, str]) -> int:
        """Number of (fleet id, id of a zone or route), given at the first question."""
        number = self._zone_numbers.get(zone)
        if number is None:
            number = self._zone_numbers[zone] = len(self.zones)
            self.zones.append(zone)
        return number

    def changed(self, source: Source) -> None:
        """The registry has changed: ask ``source`` anew about everybody."""
        self.source, self._table, self.placed, self.cuts, self.maps = source, _Table(), {}, {}, {}

    def known(self, slot: int) -> Known:
        """What is known of a vehicle; the source is asked once."""
        self.columns()
        return self._table.known[slot]

    def description(self, slots: Ints, vehicle: Ints, t: Floats) -> Ints:
        """(n,) which of its descriptions holds of ``slots[vehicle]`` at each ``t``, as a number that rises with it."""
        self.columns()
        found, first = np.zeros(t.size, np.int64), t.min() if t.size else np.inf
        for k, slot in enumerate(slots.tolist() if self.cuts else ()):
            cuts = self.cuts.get(slot)
            if cuts is not None and first < cuts[-1]:
                rows = vehicle == k
                found[rows] = np.searchsorted(cuts, t[rows], side="right") - cuts.size  # 0 the latest
        return found

    def columns_at(self, slots: Ints, t: Floats) -> FleetColumns:
        """The columns of which those of ``slots`` are as they are at ``t`` (one a slot), the others the latest."""
        columns = self.columns()
        past = [(slot, at) for slot, at in zip(slots.tolist(), t.tolist(), strict=True) if self._is_past(slot, at)]
        if not past:
            return columns
        klass, placard = columns.klass.copy(), columns.placard.copy()
        for slot, at in past:
            then = self._table.known[slot].at(at)
            klass[slot], placard[slot] = then.klass, np.nan if then.placard is None else then.placard
        return columns._replace(klass=klass, placard=placard)

    def _is_past(self, slot: int, t: float) -> bool:
        """Whether a vehicle's latest description does not hold yet at ``t``."""
        return slot in self.cuts and t < float(self.cuts[slot][-1])

    def columns(self) -> FleetColumns:
        """The fleet by its latest descriptions; the source is asked once about a vehicle, until ``changed``."""
        for vehicle in self.vehicles[self._table.size :]:
            known = self.source.known(*vehicle)
            if known.earlier:
                self.cuts[self._table.size] = np.array([one.since for one in known.descriptions()[1:]])
            if known.zones or known.routes:
                self.placed[self._table.size] = known
            self._table.add(known, [self.number(driver_id) for _, _, driver_id in known.assignments])
        return self._table.columns()


class _Table:
    """Columns that grow vehicle by vehicle; room is doubled, so that a large fleet is not copied for each newcomer."""

    def __init__(self) -> None:
        self.size = 0
        self._klass, self._zone = np.zeros(1, np.int64), np.zeros(1, np.int64)
        self._placard = np.full((1, WHEELS), np.nan)
        self._bounds = np.zeros(2, np.int64)
        self._from, self._to, self._driver = np.zeros(1), np.zeros(1), np.zeros(1, np.int64)
        self._coupled = np.zeros(2, np.int64)
        self._couplings: list[Coupled] = []
        self._zones: dict[str, int] = {}
        self.known: list[Known] = []  # by slot
        self._columns: FleetColumns | None = None

    def add(self, known: Known, drivers: Sequence[int]) -> None:
        """The next vehicle, and the numbers of the drivers assigned to it."""
        self.known.append(known)
        slot, first = self.size, int(self._bounds[self.size])
        self.size, end = slot + 1, first + len(drivers)
        self._reserve(self.size, end)
        self._klass[slot], self._zone[slot] = known.klass, self._zones.setdefault(known.zone, len(self._zones))
        self._placard[slot] = np.nan if known.placard is None else known.placard
        self._bounds[slot + 1] = end
        if drivers:
            spans = slice(first, end)
            self._from[spans], self._to[spans], _ = zip(*known.assignments, strict=True)
            self._driver[spans] = drivers
        self._couplings += known.couplings
        self._coupled = _grown(self._coupled, slot + 2)
        self._coupled[slot + 1] = len(self._couplings)
        self._columns = None

    def _reserve(self, vehicles: int, spans: int) -> None:
        self._klass, self._zone, self._placard = (
            _grown(column, vehicles) for column in (self._klass, self._zone, self._placard)
        )
        self._bounds = _grown(self._bounds, vehicles + 1)
        self._from, self._to, self._driver = (_grown(column, spans) for column in (self._from, self._to, self._driver))

    def columns(self) -> FleetColumns:
        """What has been added."""
        if self._columns is None:
            rows, spans = slice(self.size), slice(self._bounds[self.size])
            changes = [offsets(zone) for zone in self._zones]
            self._columns = FleetColumns(
                klass=self._klass[rows],
                placard=self._placard[rows],
                zone=self._zone[rows],
                zone_bounds=_bounds(len(starts) for starts, _ in changes),
                zone_from=np.array([start for starts, _ in changes for start in starts], np.float64),
                zone_offset=np.array([offset for _, values in changes for offset in values], np.float64),
                assigned_bounds=self._bounds[: self.size + 1],
                assigned_from=self._from[spans],
                assigned_to=self._to[spans],
                assigned_driver=self._driver[spans],
                coupled_bounds=self._coupled[: self.size + 1],
                **_coupled(self._couplings),
            )
        return self._columns


def _grown(column: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """``column`` with room for ``size`` rows."""
    if size <= len(column):
        return column
    spare = np.zeros((max(size - len(column), len(column)), *column.shape[1:]), column.dtype)
    return np.concatenate([column, spare])


def _coupled(couplings: Sequence[Coupled]) -> dict[str, Any]:
    """The columns of trailers."""
    placard = np.full((len(couplings), WHEELS), np.nan)
    for k, one in enumerate(couplings):
        if one.placard is not None:
            placard[k] = one.placard
    return {
        "coupled_from": np.array([one.start for one in couplings], np.float64),
        "coupled_to": np.array([one.to for one in couplings], np.float64),
        "coupled_axle": np.array([one.axle for one in couplings], np.int64),
        "coupled_end": np.array([one.end for one in couplings], np.int64),
        "coupled_placard": placard,
    }


def _bounds(sizes: Iterable[int]) -> Ints:
    return np.cumsum([0, *sizes], dtype=np.int64)

"""Batch: samples of several vehicles as columns, grouped by vehicle and ascending in time; what kernels read."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from devices.samples import Floats, Ints, Samples
from devices.signals import SIGNALS
from streams.fleets.zones import NOWHERE

ROADSIDE = np.dtype(  # a road beside a sample, in one of the directions it may be driven in
    [
        ("stretch", "i8"),  # number of the connected road of one class and limit it is part of
        ("kind", "i8"),  # Batch.road_class
        ("ended", "i8"),  # 1 if its nearest point is an end of the stretch: it lies ahead or behind, not beside
        ("away", "f8"),  # m from the position
        ("north", "f8"),  # unit vector along it there
        ("east", "f8"),
        ("limit", "f8"),  # m/s for a vehicle of this class at this hour; inf no limit, NaN not known
    ]
)


class Batch(NamedTuple):
    """Rows ``bounds[v]`` to ``bounds[v + 1]`` belong to the vehicle in slot ``slots[v]``, strictly ascending in t.

    All columns are (n,) float64 in SI, NaN where not measured. The first block is what the vehicle said; the
    second is written by ``condition`` before any detector runs, and detectors read it.
    """

    slots: Ints  # (V,) slot of each vehicle, each once
    bounds: Ints  # (V + 1,) rows of each vehicle
    t: Floats  # UTC epoch s, on whole milliseconds
    said_driver: Ints  # (n,) driver number the device gave, -1 nothing said, -2 "nobody"; condition fills in what holds
    # what the vehicle said (devices.signals), in the table's order
    speed: Floats
    lat: Floats
    lon: Floats
    heading: Floats
    gnss_accuracy: Floats
    satellites: Floats
    accel_long: Floats
    accel_lat: Floats
    accel_vert: Floats
    imu_x: Floats
    imu_y: Floats
    imu_z: Floats
    yaw_rate: Floats
    brake_pedal: Floats
    brake_air: Floats
    brake_lining: Floats
    abs_active: Floats
    esc_active: Floats
    speed_limit: Floats
    ignition: Floats
    engine_rpm: Floats
    coolant: Floats
    oil_pressure: Floats
    battery: Floats
    fuel: Floats
    odometer: Floats
    mass: Floats
    ambient: Floats
    # tyres: rows tyre_bounds[v] to tyre_bounds[v + 1], ascending in (t, wheel); every t is also a row above
    tyre_bounds: Ints  # (V + 1,)
    tyre_wheel: Ints  # (m,) devices.signals.wheel_code
    tyre_t: Floats
    tyre_pressure: Floats  # kPa gauge
    tyre_temp: Floats  # °C
    # roads: rows road_bounds[i] to road_bounds[i + 1] lie beside sample i; of size 1 where no roads are known
    road_bounds: Ints  # (n + 1,)
    roads: npt.NDArray[np.void]  # (k,) ROADSIDE
    touching_bounds: Ints  # (stretches + 1,)
    touching: Ints  # stretches that meet a stretch, ascending
    # written by condition
    dt: Floats  # s since the vehicle's previous sample; NaN for its first ever
    v: Floats  # m/s, the speed to trust (measured, else from positions); NaN unknown
    accel: Floats  # m/s², + forward; NaN unknown
    lateral: Floats  # m/s², + left; NaN unknown
    horizontal: Floats  # m/s², length of what a device in an unknown position feels along the road; NaN unknown
    accel_source: Ints  # 0 none, 1 accelerometer, 2 speed, 3 such a device
    moving: Ints  # 1 moving, 0 standing, -1 unknown
    step: Floats  # m driven since the previous sample (0 over an unmeasured gap)
    limit: Floats  # m/s, the limit that holds here; NaN none known
    limit_source: Ints  # 0 none, 1 device, 2 road, 3 class, 4 the vehicle's own where lower than the posted one
    road_class: Ints  # 0 unknown, 1 motorway, 2 rural, 3 urban, 4 residential
    driver: Ints  # driver number at the wheel, -1 unknown
    daypart: Ints  # 1 to 5 from 22:00, 5:00, 9:00, 16:00 and 19:00 on in the fleet's time zone; 1 is night
    quality: Ints  # bits, see streams.conditioning.condition
    # written by condition beside each tyre reading; NaN unknown, there is none, or it is of another trailer
    tyre_row: Ints  # row above of the same instant
    tyre_then_leapt: Ints  # 1 if that reading stood out above the one before it
    tyre_placard: Floats  # kPa the wheel should have at 20 °C
    tyre_cold: Floats  # kPa it has, brought to 20 °C; as read where its temperature is not known
    tyre_then: Floats  # t of the reading before of this wheel
    tyre_then_pressure: Floats
    tyre_then_temp: Floats
    tyre_mate_pressure: Floats  # of the wheel across the axle, if it was read not long before
    tyre_mate_temp: Floats
    tyre_twin_pressure: Floats  # of the other tyre of the pair
    tyre_twin_temp: Floats
    # written by surroundings; rows near_bounds[i] to near_bounds[i + 1] are the zones within REACH of sample i
    near_bounds: Ints  # (n + 1,)
    near_zone: Ints  # (k,) zone number, ordered by the zones' ids
    near_kind: Ints  # (k,) see streams.fleets.zones
    near_depth: Floats  # (k,) m inside the zone, negative outside
    route: Ints  # number of the route assigned; NO_ROUTE, NO_STOPS, NOWHERE (always, for a vehicle without places)
    astray: Floats  # m beyond its corridor, negative within; NaN not known
    allowed: Ints  # number of the nearest zone the vehicle is allowed in; -1 no such zone
    beyond: Floats  # m outside of it, negative inside; NaN not known


SAID = tuple(signal.name for signal in SIGNALS)
DERIVED_FLOATS = ("dt", "v", "accel", "lateral", "horizontal", "step", "limit")
DERIVED_INTS = ("accel_source", "moving", "limit_source", "road_class", "driver", "daypart", "quality")
SURROUNDINGS = ("route", "astray", "allowed", "beyond")
NEAR = ("near_zone", "near_kind", "near_depth")
SAID_TYRES = ("tyre_wheel", "tyre_t", "tyre_pressure", "tyre_temp")
DERIVED_TYRES = Batch._fields[Batch._fields.index("tyre_row") : Batch._fields.index("tyre_twin_temp") + 1]


def assemble(samples: Samples, slots: Ints, numbers: Ints) -> tuple[Batch, int]:
    """The batch of ``samples``, and how many fields were told twice with different values.

    ``slots`` (len(samples.vehicles),) is each vehicle's slot, ``numbers`` (len(samples.drivers),) each driver's
    number. Readings of one (vehicle, t) merge field by field; where two disagree the value with the larger
    big-endian IEEE 754 bytes wins, so the order of arrival does not matter.
    """
    slot = slots[samples.vehicle]
    order, firsts = _grouping(slot, samples.t)
    merge = _Merge(order, firsts)
    said = {name: merge.floats(column) for name, column in samples.columns.items()}
    t, slot = _pick(samples.t, order, firsts), _pick(slot, order, firsts)
    edges = np.flatnonzero(np.diff(slot, prepend=-1)) if slot.size else np.empty(0, np.int64)
    unique = slot[edges]
    bounds = np.append(edges, slot.size)
    said_driver = merge.drivers(samples, numbers)
    tyres, tyre_conflicts = _tyres(samples, slots, unique)
    missing = np.full(t.size, np.nan)
    columns: dict[str, Any] = {name: said.get(name, missing) for name in SAID}
    columns |= {name: np.empty(t.size) for name in DERIVED_FLOATS}
    columns |= {name: np.empty(t.size, np.int64) for name in DERIVED_INTS}
    columns |= {name: np.empty(tyres["tyre_t"].size) for name in DERIVED_TYRES}
    columns |= {name: np.empty(tyres["tyre_t"].size, np.int64) for name in ("tyre_row", "tyre_then_leapt")}
    batch = Batch(unique, bounds, t, said_driver, **columns, **tyres, **_nowhere(t.size), **no_roads())
    return batch, merge.conflicts + tyre_conflicts


def _nowhere(size: int) -> dict[str, Any]:
    """The columns of surroundings where no zone or route is known."""
    none, missing = np.empty(0, np.int64), np.full(size, np.nan)
    far = {"near_bounds": np.zeros(size + 1, np.int64), "near_zone": none, "near_kind": none, "near_depth": np.empty(0)}
    return far | {"route": np.full(size, NOWHERE), "astray": missing, "allowed": np.full(size, -1), "beyond": missing}


def no_roads() -> dict[str, Any]:
    """The road columns of a batch beside which no roads are known."""
    one, none = np.zeros(1, np.int64), np.empty(0, np.int64)
    return {"road_bounds": one, "roads": np.empty(0, ROADSIDE), "touching_bounds": one, "touching": none}


def _grouping(*keys: npt.NDArray[Any]) -> tuple[Ints | None, Ints | None]:
    """How to sort rows by ``keys`` (None: they are sorted) and where each distinct key starts (None: all differ)."""
    order = None
    if not _ascending(keys, strictly=False):
        order = np.lexsort(keys[::-1])
        keys = tuple(key[order] for key in keys)
    if _ascending(keys, strictly=True):
        return order, None
    differs = np.ones(keys[0].size, bool)
    differs[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return order, np.flatnonzero(differs)


def _ascending(keys: tuple[npt.NDArray[Any], ...], strictly: bool) -> bool:
    """Whether rows ascend lexicographically by ``keys``."""
    last = keys[-1]
    below = last[:-1] < last[1:] if strictly else last[:-1] <= last[1:]
    for key in reversed(keys[:-1]):
        below = (key[:-1] < key[1:]) | ((key[:-1] == key[1:]) & below)
    return bool(below.all())


def _pick(column: npt.NDArray[Any], order: Ints | None, firsts: Ints | None) -> npt.NDArray[Any]:
    """``column`` in order, one row a group."""
    if order is not None:
        column = column[order]
    if firsts is not None:
        column = column[firsts]
    return np.require(column, requirements=["C", "W"])  # a read-only array is another type: kernels would compile again


class _Merge:
    """Merges columns by groups of rows, counting the fields on which readings of one instant disagree."""

    def __init__(self, order: Ints | None, firsts: Ints | None) -> None:
        self.order, self.firsts, self.conflicts = order, firsts, 0

    def floats(self, column: Floats) -> Floats:
        """One value a group: the measured one; of several, the one with the larger bytes."""
        if self.firsts is None:
            return _pick(column, self.order, None)
        column = column if self.order is None else column[self.order]
        column = np.ascontiguousarray(column, np.float64)
        measured = ~np.isnan(column)
        bits = column.view(np.uint64)
        high = np.maximum.reduceat(np.where(measured, bits, 0), self.firsts)
        low = np.minimum.reduceat(np.where(measured, bits, np.iinfo(np.uint64).max), self.firsts)
        any_measured = np.logical_or.reduceat(measured, self.firsts)
        self.conflicts += int(np.count_nonzero(any_measured & (high != low)))
        return np.where(any_measured, high.view(np.float64), np.nan)

    def drivers(self, samples: Samples, numbers: Ints) -> Ints:
        """Driver number said in each group: a name beats "nobody" (-2) beats nothing said (-1)."""
        if samples.driver is None:
            size = samples.t.size if self.firsts is None else self.firsts.size
            return np.full(size, -1, np.int64)
        rank, by_rank = _ranks(samples.drivers, numbers)
        said = rank[samples.driver + 2] if samples.driver.size else samples.driver
        said = said if self.order is None else said[self.order]
        if self.firsts is not None:
            said = np.maximum.reduceat(said, self.firsts)
        return by_rank[said]


def _ranks(names: list[str], numbers: Ints) -> tuple[Ints, Ints]:
    """Rank of each code (-2, -1, 0, 1 ...: nothing said lowest, then nobody, then names by UTF-8 bytes) and back."""
    by_name = sorted(range(len(names)), key=lambda k: names[k].encode())
    rank = np.empty(len(names) + 2, np.int64)
    rank[0], rank[1] = 1, 0  # codes -2 and -1
    rank[np.array(by_name, np.int64) + 2] = np.arange(len(names)) + 2
    return rank, np.concatenate([[-1, -2], numbers[by_name]]).astype(np.int64)


def _tyres(samples: Samples, slots: Ints, unique: Ints) -> tuple[dict[str, Any], int]:
    """The tyre columns of the batch, ascending in (slot, t, wheel), and the number of conflicts."""
    tyres = samples.tyres
    slot = slots[tyres.vehicle]
    order, firsts = _grouping(slot, tyres.t, tyres.wheel)
    merge = _Merge(order, firsts)
    slot = _pick(slot, order, firsts)
    columns = {
        "tyre_bounds": np.append(np.searchsorted(slot, unique), slot.size),
        "tyre_wheel": _pick(tyres.wheel, order, firsts),
        "tyre_t": _pick(tyres.t, order, firsts),
        "tyre_pressure": merge.floats(tyres.pressure),
        "tyre_temp": merge.floats(tyres.temp),
    }
    return columns, merge.conflicts

"""Rough drives: all a vehicle can say, at random and wrong; as a script, a digest of what the kernels make of them."""

import hashlib
import sys

import numpy as np

from devices.samples import Samples, TyreReadings
from devices.signals import WHEELS
from streams.conditioning.condition import PARAMS, STATE, condition
from streams.detectors import DETECTORS
from streams.detectors.base import CHANGE, Changes
from streams.fleets.batch import DERIVED_FLOATS, DERIVED_INTS, assemble
from streams.fleets.fleet import Fleet, FleetColumns, Known
from streams.fleets.geometry import circle
from streams.fleets.surroundings import surround
from streams.fleets.zones import ALLOWED, CUSTOMER, FORBIDDEN, SITE, Route, Zone
from streams.kernels.params import CLASSES, thresholds

START = 1_750_000_000.0
PERIODS = (0.01, 0.1, 0.1, 0.9, 1.0, 1.0, 1.0, 2.0, 3.0, 30.0, 120.0, 250.0)


def rough(seed, n=120, vehicles=1):
    """Samples of vehicles that hold, step, leap, shake, fall silent and say nothing, differently for each seed."""
    parts = [_one(np.random.default_rng([seed, k]), n) for k in range(vehicles)]
    tyres = [p.pop("tyres") for p in parts]
    columns = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    t, driver = columns.pop("t"), columns.pop("driver")
    return Samples(
        [("f", f"v{k}") for k in range(vehicles)],
        np.repeat(np.arange(vehicles), n),
        t,
        columns,
        ["anna", "bert"],
        driver.astype(np.int64),
        TyreReadings(
            np.repeat(np.arange(vehicles), [m[0].size for m in tyres]),
            *[np.concatenate([m[c] for m in tyres]) for c in range(4)],
        ),
    )


def _one(rng, n):
    period = rng.choice(PERIODS)
    t = START + np.cumsum(np.where(rng.random(n) < 0.85, period, rng.choice(PERIODS, n)))
    t = np.floor(t * 1000 + 0.5) / 1000
    dt = np.diff(t, prepend=t[0])
    speed = np.abs(
        np.cumsum(rng.normal(0, rng.choice([0.5, 2.0, 4.0]), n) * np.minimum(dt, 3)) + rng.choice([0, 8, 20])
    )
    speed = np.minimum(np.where(rng.random(n) < 0.03, rng.choice([0.0, 70.0], n), speed), 80.0)
    wall = int(rng.integers(n)) if rng.random() < 0.4 else n
    speed[wall:] = 0
    if rng.random() < 0.4:
        speed = np.floor(speed * 3.6) / 3.6
    lat = 48 + np.cumsum(speed * np.minimum(dt, 60)) / 111_195 + rng.normal(0, 1e-5, n)
    lon = np.full(n, 11.0) + rng.normal(0, 1e-5, n)
    lat, lon = np.where(rng.random(n) < 0.04, [[0.0], [0.0]], [lat, lon])
    shock = np.where(rng.random(n) < 0.02, rng.normal(0, 200, n), 0)
    shock[wall : wall + 8] = -150
    columns = {
        "t": t,
        "speed": _hold(rng, speed),
        "lat": lat,
        "lon": lon,
        "gnss_accuracy": rng.choice([3.0, 20.0, 300.0], n, p=[0.8, 0.15, 0.05]),
        "accel_long": np.cumsum(rng.normal(0, 1, n)) * 0.7 + shock,
        "accel_lat": np.cumsum(rng.normal(0, 1, n)) * 0.7,
        "yaw_rate": rng.normal(0, 20, n),
        "brake_pedal": rng.choice([0.0, 70.0], n),
        "abs_active": rng.choice([0.0, 1.0], n, p=[0.9, 0.1]),
        "esc_active": rng.choice([0.0, 1.0], n, p=[0.9, 0.1]),
        "speed_limit": np.repeat(rng.choice([30.0, 50.0, 100.0], n // 20 + 1), 20)[:n] / 3.6,
        "ignition": rng.choice([1.0, 0.0], n, p=[0.95, 0.05]),
        "mass": rng.choice([np.nan, 9000.0, 18_000.0], n),
        **_engine(rng, n),
        **_device(rng, n, wall, shock),
    }
    for name in [name for name in columns if name != "t"]:
        sparse = rng.choice([0.0, 0.0, 0.2, 1.0])
        columns[name] = np.where(rng.random(n) < sparse, np.nan, columns[name])
    columns["driver"] = rng.choice([-2, -1, 0, 1], n, p=[0.02, 0.9, 0.04, 0.04])
    columns |= _swerve(rng, t) if rng.random() < 0.2 else _mounted(rng, t)
    return columns | {"tyres": _tyres(rng, t)}


def _swerve(rng, t):
    """To one side and back, again and again, never the same."""
    push = rng.choice([2.0, 4.0, 6.0]) * np.sin(2 * np.pi * (t - START) / rng.uniform(1.5, 4.0)) + rng.normal(
        0, 0.3, t.size
    )
    return {"speed": np.full(t.size, 15.0), "accel_lat": push, "yaw_rate": np.degrees(push / 15.0)} | _imu(
        np.full((3, t.size), np.nan)
    )


def _mounted(rng, t):
    """A device in any position, that falls off now and then; at times the only one there is."""
    pushes = np.repeat(rng.normal(0, 2.5, (3, t.size // 8 + 1)), 8, axis=1)[:, : t.size] + [[0.0], [0.0], [9.8]]
    spin = np.linalg.qr(rng.normal(0, 1, (2, 3, 3)))[0]
    fallen = int(rng.integers(2 * t.size))
    felt = np.concatenate([spin[0] @ pushes[:, :fallen], spin[1] @ pushes[:, fallen:]], axis=1)
    holes = rng.random(t.size) < rng.choice([0.0, 0.1, 1.0])
    alone = rng.random() < 0.4
    others = ("speed", "lat", "accel_long", "accel_lat") if alone else ()
    return _imu(np.where(holes, np.nan, felt)) | dict.fromkeys(others, np.full(t.size, np.nan))


def _imu(felt):
    return dict(zip(("imu_x", "imu_y", "imu_z"), felt, strict=True))


def _engine(rng, n):
    """Values that wander over all their limits and back, with wild ones among them."""

    def wander(low, high):
        walk = np.cumsum(rng.normal(0, (high - low) / 12, n)) + rng.uniform(low, high)
        return np.where(rng.random(n) < 0.03, rng.uniform(low, high, n), np.clip(walk, low, high))

    return {
        "brake_air": wander(200, 900),
        "brake_lining": wander(0, 50),
        "engine_rpm": np.where(rng.random(n) < 0.05, 0.0, wander(500, 2500)),
        "coolant": wander(90, 125),
        "oil_pressure": wander(0, 400),
        "battery": wander(11, 14) * rng.choice([1, 2]),
    }


def _device(rng, n, wall, shock):
    """A raw accelerometer: gravity, noise and shocks, turned over at the wall."""
    axes = np.array([1.0, 2.0, 9.5])[:, None] + rng.normal(0, 0.5, (3, n)) + shock * [[0.8], [0.6], [0.0]]
    axes[:, wall:] = axes[::-1, wall:]
    return dict(zip(("imu_x", "imu_y", "imu_z"), axes, strict=True))


def worn(seed):
    """A long drive of many brakes that bite less and less, until the vehicle lies on its side, and is put up again."""
    rng = np.random.default_rng(seed)
    n = 1500
    braking = np.arange(n) % 10 < 4
    effect = np.where(np.arange(n) < 900, 3.0, rng.choice([1.2, 1.9])) * rng.uniform(0.8, 1.2, n)
    columns = {
        "speed": np.where(np.arange(n) < 1300, 15 + rng.uniform(-3, 3, n), 0.0),
        "imu_x": rng.normal(0, 0.3, n),
        "imu_y": np.where((np.arange(n) > 1290) & (np.arange(n) < 1400), 9.8, rng.normal(0, 0.3, n)),
        "imu_z": np.where((np.arange(n) > 1290) & (np.arange(n) < 1400), 0.0, 9.8),
        "accel_long": np.where(braking, -effect, 0.5),
        "brake_pedal": np.where(braking, 30.0, 0.0),
        "mass": np.full(n, 12_000.0),
    }
    t = START + np.arange(n) / rng.choice([1.0, 4.0])
    return Samples([("f", "v")], np.zeros(n, np.int64), np.floor(t * 1000 + 0.5) / 1000, columns)


def sick(seed):
    """A long drive of a device that tells another unit, sticks at a place or a speed, leaps and falls silent."""
    rng = np.random.default_rng(seed)
    n = 6000
    dt = np.where(rng.random(n) < 0.002, rng.choice([1900.0, 9000.0, 95_000.0], n), rng.choice([1.0, 2.0]))
    speed = 15 + 5 * np.sin(np.arange(n) / 30) + rng.normal(0, 0.2, n)
    lat = 48 + np.cumsum(speed * np.minimum(dt, 60)) / 111_195
    lat[1000:2500] = np.where(rng.random() < 0.5, lat[1000], np.nan)
    lat[2600:3000:40] += 1
    said = np.where(np.arange(n) < 2500, speed, speed * rng.choice([0.3, 0.55, 0.62, 1.852]))
    said[3000:4000], said[2500:3000] = 18.0, speed[2500:3000]
    lat[3000:4000] = lat[3000]
    lat[4100:4950], said[4100:4950] = lat[100:950], said[100:950]
    columns = {
        "speed": np.where(rng.random(n) < 0.05, np.nan, said),
        "lat": np.where(rng.random(n) < 0.05, np.nan, lat),
        "lon": np.full(n, 11.0),
        "odometer": np.where(
            rng.random(n) < 0.5, np.nan, np.floor(np.cumsum(speed * np.where(dt > 100, 0.7 * dt, 1)) / 1000) * 1000
        ),
        "ignition": rng.choice([1.0, np.nan, 0.0], n, p=[0.5, 0.49, 0.01]),
    }
    t = START + np.cumsum(dt)
    return Samples([("f", "v")], np.zeros(n, np.int64), np.floor(t * 1000 + 0.5) / 1000, columns)


LEGS = (  # m/s to the north and east, speed measured, ignition
    (12.0, 0.0, 12.0, 1.0),
    (-12.0, 0.0, 12.0, 1.0),
    (0.0, 12.0, 12.0, 1.0),
    (0.0, -12.0, 12.0, 1.0),
    (0.0, 0.0, 0.0, 1.0),
    (0.0, 0.0, 0.0, 0.0),
    (10.0, 0.0, 0.0, 0.0),  # towed
    (3.0, 0.0, 3.0, 0.0),  # rolls
)


def errand(seed):
    """A vehicle that drives about over zones and routes, stands, idles, is towed and rolls away, badly received."""
    rng = np.random.default_rng([seed, 9])
    size = rng.integers(8, 60, 12)
    legs = np.repeat(rng.integers(0, len(LEGS), size.size), size)
    north, east, speed, ignition = np.array(LEGS)[legs].T
    n = legs.size
    dt = np.where(rng.random(n) < 0.02, 250.0, rng.choice([1.0, 5.0, 30.0, 60.0]))
    t = np.floor((START + np.cumsum(dt)) * 1000 + 0.5) / 1000
    off = rng.normal(0, 5, (2, n)) + np.where(rng.random(n) < 0.03, rng.normal(0, 200, (2, n)), 0)
    lat = 48 + (np.cumsum(north * np.minimum(dt, 60)) + off[0]) / 111_195
    lon = 11 + (np.cumsum(east * np.minimum(dt, 60)) + off[1]) / 74_400
    columns = {
        "speed": np.full(n, np.nan) if seed % 4 == 0 else speed,
        "lat": np.where(rng.random(n) < 0.04, np.nan, lat),
        "lon": lon,
        "gnss_accuracy": rng.choice([1.7, 50.0], n),
        "ignition": np.where(rng.random(n) < 0.3, np.nan, ignition),
        "engine_rpm": np.where(rng.random(n) < 0.9, np.nan, 700 * ignition),
    }
    return Samples([("f", "v")], np.zeros(n, np.int64), t, columns)


class Mapped:
    """A registry that knows zones and routes where the drives go."""

    def known(self, _fleet, _vehicle):
        return Known(zones=ZONES, routes=ROUTES)


def _box(west, south, east, north):
    return f"POLYGON(({west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}))"


ZONES = (
    Zone("port", FORBIDDEN, _box(10.7, 48.02, 11.3, 48.06), -np.inf, START + 20_000),
    Zone("quay", FORBIDDEN, _box(10.7, 48.002, 11.3, 48.006), -np.inf, np.inf),
    Zone("region", ALLOWED, _box(10.95, 47.95, 11.05, 48.05), -np.inf, np.inf),
    Zone("yard", SITE, circle(48.0, 11.0, 300.0), -np.inf, np.inf),
    Zone("shop", CUSTOMER, _box(10.7, 47.9, 11.3, 47.98), -np.inf, np.inf),
)
ROUTES = (Route("tour", "LINESTRING(11 47.9, 11 48.1)", 200.0, ("quay",), START, START + 9000),)


def of(samples):
    """A batch of samples, with what lies around them."""
    known = Fleet(Mapped())
    slots = known.slots(samples.vehicles)
    known.columns()
    return surround(assemble(samples, slots, np.arange(len(samples.drivers)))[0], known)


def _hold(rng, values):
    """Each value shown until the next is polled."""
    polled = rng.random(values.size) < rng.choice([1.0, 0.5, 0.1])
    return values[np.maximum.accumulate(np.where(polled, np.arange(values.size), 0))]


def _tyres(rng, t):
    """Tyres of two axles that leak, burst, run hot, are pumped up and read wrong."""
    rows = np.flatnonzero(rng.random(t.size) < 0.7)
    wheel = rng.integers(0, 8, rows.size) if rng.random() < 0.7 else rng.integers(0, 2, rows.size)
    full = 800 * rng.choice([1.0, 1.0, 0.9, 0.75, 0.3, 1.4], 8)
    trend = np.linspace(0, rng.choice([-1.0, 1.0, 0.0, 6.0]), rows.size)
    pressure = full[wheel] * np.clip(1 - 0.2 * trend * (wheel % 3 == 0), 0, 2)
    pressure *= np.where(
        rng.random(rows.size) < rng.choice([0.0, 0.05, 0.3]), rng.choice([0.0, 0.8, 1.3], rows.size), 1
    )
    pressure = np.where(rng.random(rows.size) < 0.05, np.nan, pressure + rng.normal(0, rng.choice([0, 10]), rows.size))
    temp = rng.choice([20.0, 40.0, 70.0, 105.0], 8)[wheel] + rng.normal(0, rng.choice([0, 5, 20]), rows.size)
    temp = np.where(rng.random(rows.size) < rng.choice([0.0, 0.3, 1.0], p=[0.6, 0.3, 0.1]), np.nan, temp)
    return wheel, t[rows], np.clip(pressure, 0, 2000), temp


def fleet(slots, klass="car", placard=800.0, trailers=((40.0, 110.0, 750.0), (400.0, 4000.0, 820.0))):
    """``slots`` vehicles of a class in a time zone that is ahead by eight, then nine hours, with a shift planned.

    Their second axle is that of ``trailers``: (from, to) in s from the start and placard in kPa.
    """
    shifts, many = np.arange(slots + 1), len(trailers)
    since, until, pressures = np.array(trailers, float).reshape(-1, 3).T
    return FleetColumns(
        np.full(slots, CLASSES.index(klass)),
        np.full((slots, WHEELS), float(placard)),
        np.zeros(slots, np.int64),
        np.array([0, 2]),
        np.array([0.0, START + 600]),
        np.array([8 * 3600.0, 9 * 3600.0]),
        shifts,
        np.full(slots, START + 10),
        np.full(slots, START + 300),
        np.full(slots, 7),
        shifts * many,
        np.tile(START + since, slots),
        np.tile(START + until, slots),
        np.ones(slots * many, np.int64),
        np.full(slots * many, 2),
        np.repeat(np.tile(pressures, slots)[:, None], WHEELS, axis=1),
    )


def states(dtype, slots):
    """(slots or more,) never seen; they lie strided as in the chain, since for another layout numba compiles anew."""
    return np.zeros(max(slots, 2), [("before", "i8"), ("state", dtype)])["state"]


def detect(samples, klass="car"):
    """(conditioned batch, changes of all detectors) of samples, in one go."""
    slots = np.arange(len(samples.vehicles))
    batch = of(samples)
    known = fleet(slots.size, klass)
    condition(batch, known, states(STATE, slots.size), thresholds(PARAMS))
    changes = Changes(np.zeros(20_000, CHANGE), np.zeros(1, np.int64))
    for kind, detector in enumerate(DETECTORS):
        detector.kernel(batch, known, states(detector.state, slots.size), detector.thresholds(), kind, changes)
    return batch, changes.rows[: changes.count[0]]


def digest(seeds):
    """Hash of all bytes the kernels write for some rough drives, and how many changes there were of each kind."""
    sha, counts = hashlib.sha256(), np.zeros(len(DETECTORS), int)
    for seed in seeds:
        samples = worn(seed) if seed % 20 == 19 else errand(seed) if seed % 10 == 4 else rough(seed, vehicles=2)
        samples = sick(seed) if seed % 20 == 9 else samples
        batch, changes = detect(samples, CLASSES[seed % 4])
        for name in (*DERIVED_FLOATS, *DERIVED_INTS):
            sha.update(getattr(batch, name).tobytes())
        sha.update(changes.tobytes())
        counts += np.bincount(changes["kind"], minlength=counts.size)
    return sha.hexdigest(), counts.tolist()


if __name__ == "__main__":
    print(digest(range(int(sys.argv[1]))))  # noqa: T201

"""Drives: small random drives in which everything goes wrong that can, as samples."""

import math
import random
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from devices.samples import Samples, TyreReadings
from devices.signals import KMH, SIGNALS

NOON, BEFORE_MIDNIGHT = 1_750_075_200.0, 1_750_118_100.0
BEFORE_SUMMER = 1_743_295_800.0  # half an hour before Berlin puts its clocks forward
METRE = 1 / 111_195.0  # degrees of latitude
PERIODS = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 0.9, 1.0, 1.0, 1.0, 2.0, 2.001, 5.0, 10.0, 30.0, 60.0, 120.0, 199.0, 250.0)
SILENCES = (0.0, 0.0, 0.0, 0.0, 3.0, 61.0, 200.0, 301.0, 1800.0, 1801.0, 40_000.0, 200_000.0)
SPEEDS = (0.0, 0.0, 2.0, 3.0, 7.0, 8.0, 10.0, 20.0, 30.0, 50.0, 60.0, 61.0, 80.0, 120.0, 145.0)
EXTRAS = (
    *("no speed", "positions", "positions", "stuck position", "accelerometer", "accelerometer", "one axis", "yaw"),
    *("ignition on", "ignition off", "ignition on", "limit", "limit", "driver", "nobody", "tyres", "tyres", "odometer"),
    *(
        "mounted",
        "mounted",
        "swerve",
        "pedal",
        "impact",
        "device frame",
        "engine",
        "engine",
        "spikes",
        "leap",
        "holes",
        "held",
        "accuracy",
        "rounded",
        "jitter",
        "back",
    ),
)


@dataclass(frozen=True)
class Leg:
    """So many samples at one period, from the speed the vehicle had to ``speed`` km/h, after a silence."""

    period: float
    samples: int
    speed: float
    silence: float
    extras: frozenset[str]
    seed: int


def legs(periods: tuple[float, ...], speeds: tuple[float, ...], *always: str) -> st.SearchStrategy[Leg]:
    extras = st.frozensets(st.sampled_from(EXTRAS), max_size=8).map(lambda some: some | set(always))
    number = st.integers(5, 60)
    silence, seed = st.sampled_from(SILENCES), st.integers(0, 99)
    return st.builds(Leg, st.sampled_from(periods), number, st.sampled_from(speeds), silence, extras, seed)


LEGS = st.one_of(
    legs(PERIODS, SPEEDS),
    legs((0.1, 0.5, 1.0, 1.0, 2.0), SPEEDS),
    legs((0.01, 0.02, 0.05), SPEEDS, "accelerometer", "impact"),
    legs((0.01, 0.02, 0.05), SPEEDS, "device frame", "impact"),
    legs((0.2, 1.0, 2.0), (50.0, 80.0, 120.0), "wall"),
    legs((0.05, 0.1, 0.2), (30.0, 60.0, 90.0), "mounted", "yaw"),
    legs((0.1, 0.2, 0.5), (30.0, 60.0, 90.0), "mounted", "yaw", "no speed"),
    legs((0.1, 0.2), (0.0, 0.0, 60.0), "mounted", "yaw"),
    legs((0.1, 0.2), (40.0, 60.0), "swerve"),
    legs((1.0, 5.0, 30.0), (30.0, 60.0), "positions", "no speed"),
    legs((0.5, 1.0, 2.0), (60.0, 80.0), "accelerometer", "pedal", "rounded"),
)
DRIVES = st.tuples(st.sampled_from((NOON, BEFORE_MIDNIGHT, BEFORE_SUMMER)), st.lists(LEGS, min_size=1, max_size=8))


def engine(number: int, dice: random.Random) -> dict[str, float]:
    """Brakes, engine and battery; each stays for a while beyond one of its limits, with a wild reading now and then."""
    wild = dice.random() < 0.05
    choices = {
        "brake_air": (800.0, 540.0, 400.0, 300.0, 700.0),
        "brake_lining": (40.0, 20.0, 10.0, 3.0),
        "coolant": (95.0, 108.5, 113.0, 118.0, 125.0, 90.0),
        "oil_pressure": (300.0, 150.0, 75.0, 30.0),
        "battery": (13.8, 12.5, 24.2, 23.0, 12.0, 28.0),
        "engine_rpm": (1500.0, 700.0, 2200.0, 0.0, 250.0),
    }
    return {name: dice.choice(some) if wild else some[number % len(some)] for name, some in choices.items()}


class Vehicle:
    """Where a vehicle is and how fast, as it is led along."""

    def __init__(self, start: float) -> None:
        self.ms = round(start * 1000)
        self.kmh, self.lat, self.lon, self.odometer = 0.0, 52.5, 13.4, 1_000_000.0
        self.rows: list[dict[str, Any]] = []
        self.tyres: list[tuple[float, int, float, float]] = []

    def drive(self, leg: Leg) -> None:
        dice = random.Random(leg.seed)  # noqa: S311  a test
        self.ms += round(leg.silence * 1000)
        step = (leg.speed - self.kmh) / leg.samples
        if "leap" in leg.extras:
            self.lat += dice.choice((60, 300, 20_000)) * METRE
        for k in range(leg.samples):
            self.ms += round(leg.period * 1000) + (dice.choice((0, 0, 1, 37)) if "jitter" in leg.extras else 0)
            self.kmh = max(self.kmh + step, 0.0)
            if "wall" in leg.extras and 2 * k > leg.samples:
                self.kmh = step = 0.0
            way = self.kmh * KMH * leg.period
            toward = -way if "back" in leg.extras and 2 * k > leg.samples else way
            self.lat += toward * METRE * 0.6
            self.lon += toward * METRE * 0.8
            self.odometer += way
            said = self.said(leg, dice, k)
            self.rows.append(said | {"t": self.ms / 1000})

    def said(self, leg: Leg, dice: random.Random, k: int) -> dict[str, Any]:
        has = leg.extras.__contains__
        row: dict[str, Any] = {}
        if not has("no speed"):
            kmh = self.kmh + dice.choice((0, 0, 0, -3, 4, 0.3))
            kmh = self.rows[-1].get("kmh", kmh) if has("held") and k % 5 and self.rows else max(kmh, 0.0)
            row["kmh"] = round(kmh) if has("rounded") else kmh
            if has("spikes") and dice.random() < 0.1:
                row["kmh"] = dice.choice((0.0, 255.0, kmh + 60))
            row["speed"] = row["kmh"] * KMH
        if has("positions"):
            wander = dice.choice((0, 0, 3, -3, 15, 300)) * METRE
            row |= {"lat": self.lat + (0 if has("stuck position") else wander), "lon": self.lon}
            if has("stuck position") and self.rows and k % 4:
                row |= {name: self.rows[-1].get(name, row[name]) for name in ("lat", "lon")}
        if has("accuracy"):
            row["gnss_accuracy"] = dice.choice((3.0, 20.0, 50.0, 150.0))
        if has("accelerometer"):
            row |= {"accel_long": dice.gauss(0, 3), "accel_lat": dice.gauss(0, 3)}
            if has("impact") and k % 20 < 4:
                row |= {"accel_long": dice.gauss(-80, 60)}
            if has("one axis"):
                del row[dice.choice(("accel_long", "accel_lat"))]
        if has("device frame"):
            blow = dice.gauss(-80, 60) if has("impact") and 220 <= len(self.rows) % 250 < 230 else 0.0
            row |= {f"imu_{axis}": dice.gauss(at, 1) for axis, at in zip("xyz", (3 + blow, 9, 2 - blow), strict=True)}
        if has("engine"):
            row |= engine(leg.seed + k // 12, dice)
        if has("yaw"):
            row["yaw_rate"] = dice.gauss(0, 20)
        if has("mounted"):
            row |= mounted(leg, self.ms, dice)
        if has("swerve"):
            push = 5 * math.sin(self.ms / 400 + leg.seed) + dice.gauss(0, 0.3)
            row |= {"accel_lat": push, "yaw_rate": push * 4}
        if has("ignition on") or has("ignition off"):
            row["ignition"] = dice.choice((1.0, 1.0, 1.0, 0.5) if has("ignition on") else (0.0, 0.0, 0.0, 0.4))
        if has("limit"):
            row["speed_limit"] = dice.choice((30.5, 49.7, 99.5)) * KMH if k % 10 == 0 else 49.7 * KMH
        if has("pedal"):
            row |= {"brake_pedal": dice.choice((0.0, 49.0, 50.0, 90.0)), "abs_active": float(dice.random() < 0.2)}
            row["esc_active"] = float(dice.random() < 0.2)
        if has("odometer") and k % 3 == 0:
            row["odometer"] = self.odometer + dice.choice((0, 0, 0, 500, -100))
        if (has("driver") or has("nobody")) and k % 7 == 0:
            row["driver"] = "" if has("nobody") and k % 2 == 0 else dice.choice(("ann", "bob", "Čeněk"))
        if has("tyres") and k % 2 == 0:
            pressure = dice.choice((230.0, 206.0, 200.0, 183.0, 172.0, 100.0)) + dice.choice((0, 0.5))
            for wheel in (0, 3):
                temp = dice.choice((np.nan, 5.0, 20.0, 60.0))
                self.tyres.append((self.ms / 1000, wheel, dice.choice((pressure, pressure, np.nan)), temp))
        if has("holes"):
            row = {name: value for name, value in row.items() if dice.random() < 0.7}
        return row


def mounted(leg: Leg, ms: int, dice: random.Random) -> dict[str, float]:
    """What a device on its side, or another way after some legs, feels of pushes that last a second or so."""
    along, aside = 4 * math.sin(ms / 700 + leg.seed), 4 * math.sin(ms / 900 - leg.seed)
    up = 9.7 + dice.gauss(0, 0.3)
    x, y, z = (up, 0.6 * along + 0.8 * aside, 0.6 * aside - 0.8 * along) if leg.seed % 4 else (along, aside, up)
    return {"imu_x": x, "imu_y": y, "imu_z": z}


def samples(drives: list[tuple[float, list[Leg]]], repeat: random.Random) -> Samples:
    """All drives, a vehicle each, as a recording might have them: out of order, some rows twice, not quite the same."""
    rows, tyres = [], []
    for number, (start, legs) in enumerate(drives):
        vehicle = Vehicle(start)
        for leg in legs:
            vehicle.drive(leg)
        rows += [row | {"vehicle": number} for row in vehicle.rows]
        tyres += [(number, *reading) for reading in vehicle.tyres]
    again = [row for row in rows if repeat.random() < 0.03]
    rows += [{name: other(name, value, repeat) for name, value in row.items()} for row in again]
    tyres += [(*reading[:3], reading[3] + 1, reading[4]) for reading in tyres if repeat.random() < 0.03]
    repeat.shuffle(rows)
    repeat.shuffle(tyres)
    return columnar(rows, tyres, len(drives))


def other(name: str, value: Any, repeat: random.Random) -> Any:
    same = name in ("t", "vehicle", "driver") or repeat.random() < 0.8
    return value if same else value + repeat.choice((-1, 1))


def columnar(rows: list[dict[str, Any]], tyres: list[tuple[Any, ...]], vehicles: int) -> Samples:
    names = sorted({row["driver"] for row in rows if row.get("driver")})
    codes = {None: -1, "": -2} | {name: code for code, name in enumerate(names)}
    columns = {
        signal.name: np.array([row.get(signal.name, np.nan) for row in rows], float)
        for signal in SIGNALS
        if any(signal.name in row for row in rows)
    }
    vehicle, t, wheel, pressure, temp = zip(*tyres, strict=True) if tyres else ((),) * 5
    return Samples(
        [("fleet", f"v{number}") for number in range(vehicles)],
        np.array([row["vehicle"] for row in rows], np.int64),
        np.array([row["t"] for row in rows], float),
        columns,
        names,
        np.array([codes[row.get("driver")] for row in rows], np.int64),
        TyreReadings(
            np.array(vehicle, np.int64),
            np.array(wheel, np.int64),
            *(np.array(column, float) for column in (t, pressure, temp)),
        ),
    )

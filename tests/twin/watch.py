"""Watches, after docs/detectors/vehicle.md: values beyond limits for a while, fading brakes, a vehicle that leans."""

import math
from typing import Any

from .crash import ZERO, G, Gravity, Vector, dot, length
from .episode import Episode, Log
from .words import NAN, NEVER, missing, span

RUNNING = 400.0  # rpm


class Watch:
    """A value that is bad above its limits, or ``below`` them."""

    def __init__(self, kind: str, unit: str, p: Any, log: Log, below: bool = False) -> None:
        values = vars(p)
        self.kind, self.p, self.log = kind, p, log
        self.sense = -1 if below else 1
        self.limits = [values[f"level{level}_{unit}"] for level in (1, 2, 3)]
        self.clear = values[f"clear_{unit}"]
        self.start: float | None = NEVER
        self.since: float | None = NEVER
        self.end: float | None = NEVER
        self.peak = 0.0
        self.quality: set[str] = set()
        self.level = self.least = 0

    def beyond(self, value: float, limit: float) -> bool:
        return value * self.sense >= limit * self.sense

    def weigh(self, s: Any, value: float, counts: bool) -> None:
        if missing(value) or (self.start is NEVER and not self.beyond(value, self.limits[0])):
            return
        rung = sum(self.beyond(value, limit) for limit in self.limits) if counts else 0
        apart = self.end is NEVER or span(self.end, s.t) > self.p.link_s
        if self.level > 0 and not self.beyond(value, self.clear):
            self.tell(s, self.level, self.end)
            self.start, self.since, self.level = NEVER, NEVER, 0
            return
        if rung > 0 or self.level > 0:
            self.end = s.t
            self.quality |= s.quality
        if rung == 0 or apart:
            self.since = NEVER
            if self.level == 0:
                self.start = NEVER
        if rung == 0:
            return
        value = math.floor(value * 100 + 0.5) / 100
        if self.start is NEVER:
            self.start, self.peak, self.quality = s.t, value, set(s.quality)
        self.peak = max(self.peak, value) if self.sense > 0 else min(self.peak, value)
        self.rise(s, rung)

    def rise(self, s: Any, rung: int) -> None:
        if rung <= self.level:
            self.since = NEVER
            return
        if self.since is NEVER:
            self.since, self.least = s.t, rung
        self.least = min(self.least, rung)
        if span(self.since, s.t) >= self.p.hold_s:
            self.level, self.since = self.least, NEVER
            self.tell(s, self.level)

    def tell(self, s: Any, level: int, end: float | None = None) -> None:
        assert self.start is not NEVER
        place = (s.driver, s.v, s.raw["lat"], s.raw["lon"])
        one = Episode(self.kind, self.start, *place, 0, set(self.quality), self.peak)
        one.level, one.threshold = level, self.limits[level - 1]
        one.tell(self.log, end)


class BrakeAirLow(Watch):
    kind = "brake_air_low"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(self.kind, "kpa", p, log, below=True)

    def take(self, s: Any) -> None:
        self.weigh(s, s.raw["brake_air"], s.moving == 1)


class BrakeLiningWorn(Watch):
    kind = "brake_lining_worn"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(self.kind, "pct", p, log, below=True)

    def take(self, s: Any) -> None:
        self.weigh(s, s.raw["brake_lining"], True)


class CoolantHot(Watch):
    kind = "coolant_hot"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(self.kind, "c", p, log)

    def take(self, s: Any) -> None:
        rpm = s.raw["engine_rpm"]
        self.weigh(s, s.raw["coolant"], rpm >= RUNNING or (missing(rpm) and s.moving == 1))


class OilPressureLow(Watch):
    kind = "oil_pressure_low"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(self.kind, "pct", p, log, below=True)

    def take(self, s: Any) -> None:
        p, rpm = self.p, s.raw["engine_rpm"]
        if rpm >= RUNNING:
            a = min(max((rpm - p.idle_rpm) / (p.rated_rpm - p.idle_rpm), 0.0), 1.0)
            needed = p.idle_kpa + a * (p.rated_kpa - p.idle_kpa)
            self.weigh(s, 100 * s.raw["oil_pressure"] / needed, True)


class BatteryLow(Watch):
    kind = "battery_low"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(self.kind, "v", p, log, below=True)

    def take(self, s: Any) -> None:
        volts = s.raw["battery"]
        self.weigh(s, volts / 2 if volts >= self.p.system_v else volts, s.raw["engine_rpm"] >= RUNNING)


class BrakeFade(Watch):
    kind = "brake_fade"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(self.kind, "pct", p, log)
        self.slow = self.fast = self.decel = self.pedal = self.mass = 0.0
        self.brakes = self.rows = 0
        self.t = 0.0

    def take(self, s: Any) -> None:
        p, pedal = self.p, s.raw["brake_pedal"]
        if missing(pedal) and self.rows == 0:
            return
        brakes = pedal >= p.min_pedal_pct and s.v >= p.min_speed and s.raw["abs_active"] != 1
        if self.rows > 0 and (span(self.t, s.t) > p.apart_s or not (brakes or missing(pedal))):
            self.weigh(s, self.faded(), True)
        if brakes and not missing(s.accel):
            if s.raw["mass"] > 0:
                if self.mass == 0:
                    self.brakes, self.fast, self.slow = 0, 0.0, 0.0
                self.mass = s.raw["mass"] / 1000
            self.decel -= s.accel
            self.pedal += pedal
            self.rows += 1
            self.t = s.t

    def faded(self) -> float:
        p, rows, decel, pedal = self.p, self.rows, self.decel, self.pedal
        self.rows, self.decel, self.pedal = 0, 0.0, 0.0
        if rows < p.min_rows or not decel > 0 or (self.mass == 0 and p.needs_mass > 0):
            return NAN
        r = decel / pedal * (self.mass or 1.0)
        self.brakes = min(self.brakes + 1, 1_000_000)
        if self.brakes > p.fast_brakes:
            r = max(min(r, self.fast * (1 + p.outlier_share)), self.fast * (1 - p.outlier_share))
        self.fast += (r - self.fast) / min(self.brakes, p.fast_brakes)
        if self.level == 0:
            self.slow += (r - self.slow) / min(self.brakes, p.slow_brakes)
        return (1 - self.fast / self.slow) * 100 if self.brakes >= p.min_brakes else NAN


class Rollover(Watch):
    kind = "rollover"

    def __init__(self, p: Any, log: Log) -> None:
        super().__init__(self.kind, "deg", p, log)
        self.gravity = Gravity(p)
        self.up: Vector = ZERO
        self.learned = 0.0
        self.cause_t: float | None = NEVER
        self.leans, self.drove = False, False

    def take(self, s: Any) -> None:
        p, read = self.p, (s.raw["imu_x"], s.raw["imu_y"], s.raw["imu_z"])
        if any(missing(one) for one in read):
            return
        apart = math.inf if self.gravity.t is NEVER else span(self.gravity.t, s.t)
        known = self.gravity.level(s.t, read) is not None and apart <= p.lost_s
        if missing(s.v) and length(read) >= p.shock:
            self.cause_t, self.drove = s.t, True
        if known and (s.v >= p.learn or (missing(s.v) and abs(length(read) - G) <= p.calm)):
            self.learn(apart)
        tilt = self.tilt() if known else NAN
        if tilt < p.level1_deg:
            self.leans = False
        elif tilt >= p.level1_deg and not self.leans:
            self.leans, self.drove = True, self.since_cause(s.t) <= p.lean_s
        if s.v >= p.cause and not self.leans:
            self.cause_t = s.t
        lies = self.leans and self.drove and self.since_cause(s.t) <= p.cause_s
        stands = s.v < p.standing or (missing(s.v) and tilt >= p.level3_deg)
        self.weigh(s, tilt, lies and stands and s.raw["ignition"] != 0)

    def since_cause(self, t: float) -> float:
        return math.inf if self.cause_t is NEVER else span(self.cause_t, t)

    def learn(self, apart: float) -> None:
        self.learned = min(self.learned + apart, self.p.upright_s)
        if self.learned > 0:
            share = apart / self.learned
            down, up = self.gravity.down, self.up
            self.up = (
                up[0] + (down[0] - up[0]) * share,
                up[1] + (down[1] - up[1]) * share,
                up[2] + (down[2] - up[2]) * share,
            )

    def tilt(self) -> float:
        down, up = self.gravity.down, self.up
        both = math.sqrt(dot(down, down) * dot(up, up))
        if self.learned < self.p.learn_s or not both > 0:
            return NAN
        return math.degrees(math.acos(min(max(dot(down, up) / both, -1.0), 1.0)))


WATCHES = (Rollover, BrakeFade, BrakeAirLow, BrakeLiningWorn, CoolantHot, OilPressureLow, BatteryLow)

"""Mount: what an accelerometer in an unknown position feels; gravity, the level plane, and which way is forward."""

from math import fabs, floor, isnan, nan, sqrt
from typing import Any

import numpy as np

from compiled.kernels import inner
from streams.conditioning.motion import IMU, MS, RADIANS, smoothed
from streams.kernels.params import Param

G = 9.80665  # m/s²
NOTHING, NOT_SURE, APART = 0, 1, 2  # what judge says

PARAMS = (
    Param("level_s", 5.0, "ours: gravity is the mean of this long at first"),
    Param("settle_s", 30.0, "ours: gravity then follows slowly, so that a brake of 5 s hardly moves it"),
    Param("level_step_mps2", 0.5, "ours: a difference from gravity pulls with no more than a slope of 5 %"),
    Param("shock_g", 2.5, "ours: what the axle passes on from a pothole; not used", G),
    Param("gravity_error", 0.2, "ours: a sensor that errs by more is broken, or leaves gravity out"),
    Param("tilt_share", 0.85, "ours: less than this of gravity is felt upward only while the device turns over"),
    Param("tilt_s", 5.0, "ours: so long a tilt is a device that was moved; it starts again"),
    Param("calm_mps2", 1.5, "ours: what is known of forward changes in calm only, so no manoeuvre is told twice"),
    Param("calm_s", 3.0, "ours: as merge_s"),
    Param("turn_dps", 3.0, "ours: turning, above the drift of cheap gyroscopes (Ferreira 2017: 0.6)"),
    Param("turn_kmh", 36.0, "ours: a speed to weigh turns with where none is known", 1 / 3.6),
    Param("most_kmh", 90.0, "ours: what pushes harder than a turn at this speed would is not from turning", 1 / 3.6),
    Param("learn_mps2", 0.5, "ours: slighter changes of speed are rounding and slopes"),
    Param(
        "learn_least",
        5.0,
        "ours, m²/s³: a brake of 1.6 m/s² for 2 s; comma2k19 needs less for a direction good to 2 degrees",
    ),
    Param(
        "learn_most",
        60.0,
        "ours, m²/s³: older evidence fades, so that a device turned on the spot is noticed in minutes",
    ),
    Param("agree_share", 0.7, "ours: evidence must agree to within 45 degrees on the whole"),
)

MOUNT = np.dtype(
    [
        ("t", "f8"),  # last reading, ms; 0 never
        ("age", "f8"),  # s of readings in gravity, at most settle_s
        *[(f"smooth_{axis}", "f8") for axis in "xyz"],
        *[(f"gravity_{axis}", "f8") for axis in "xyz"],
        *[(f"forward_{axis}", "f8") for axis in "xyz"],  # sum of evidence
        ("evidence", "f8"),  # what the length of forward would be if all of it agreed
        *[(f"sum_{axis}", "f8") for axis in "xyz"],  # of readings x s since the anchor
        ("anchor", "f8"),  # speed from which the next change of speed is taken
        ("anchor_t", "f8"),  # 0 none
        ("tilt", "f8"),  # s of tilt, less s without
        ("rough_t", "f8"),  # when it was last not calm
        ("known", "i1"),  # 1 forward is known
        ("pushed", "i1"),  # 1 the speed changes, so that what is felt is not gravity alone
    ]
)


@inner
def speaks(batch: Any, part: Any) -> Any:
    """Whether any row of the part has a reading of such a device."""
    i = part[2]
    while i < part[3] and isnan(batch.imu_x[i]):
        i += 1
    return i < part[3]


@inner
def follow_mount(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write horizontal and, where they can be told, accel and lateral; before the passes of aligned sensors."""
    batch.horizontal[part[2] : part[3]] = nan
    if not speaks(batch, part):
        return
    for vehicle in range(part[0], part[1]):
        m, p = state[batch.slots[vehicle]]["mount"], params[fleet.klass[batch.slots[vehicle]]]
        fresh = p["fresh_s"] * MS
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            x, y, z = batch.imu_x[i], batch.imu_y[i], batch.imu_z[i]
            t = floor(batch.t[i] * MS + 0.5)
            felt = x * x + y * y + z * z <= p["shock_g"] * p["shock_g"]
            span = t - m["t"] if m["t"] > 0.0 and t - m["t"] <= fresh else nan
            if felt:
                feel(m, x, y, z, span, fabs(batch.v[i] * batch.yaw_rate[i] * RADIANS) >= p["learn_mps2"], p)
                m["t"] = t
            sure = m["age"] >= p["level_s"] and not isnan(span)
            if not isnan(batch.speed[i]) and not isnan(batch.v[i]):
                learn_from_speed(m, batch.v[i], t, sure, p)
            if felt and sure:  # scalars in and out: handing the batch on costs 0.7 us a row
                told, batch.horizontal[i], along, left = judge(m, t, span / MS, batch.yaw_rate[i], batch.v[i], p)
                if told == APART:
                    batch.accel[i], batch.lateral[i], batch.accel_source[i] = along, left, IMU
            else:
                told = NOT_SURE if m["known"] == 1 and not isnan(span) else NOTHING
            if told == NOT_SURE:
                batch.accel[i], batch.accel_source[i] = nan, 0


@inner
def feel(m: Any, x: float, y: float, z: float, span: float, turning: bool, p: Any) -> None:
    """Move the smoothed reading and gravity on by a reading, ``span`` ms after the last (NaN: long ago)."""
    if isnan(span):
        m["smooth_x"], m["smooth_y"], m["smooth_z"] = x, y, z
        if m["age"] == 0.0:
            m["gravity_x"], m["gravity_y"], m["gravity_z"] = x, y, z
        return
    tau, dt = p["smooth_s"] * MS, span / MS
    m["smooth_x"] = smoothed(m["smooth_x"], x, span, tau)
    m["smooth_y"] = smoothed(m["smooth_y"], y, span, tau)
    m["smooth_z"] = smoothed(m["smooth_z"], z, span, tau)
    m["sum_x"] += x * dt
    m["sum_y"] += y * dt
    m["sum_z"] += z * dt
    if turning or m["pushed"] == 1:
        return
    dx, dy, dz = m["smooth_x"] - m["gravity_x"], m["smooth_y"] - m["gravity_y"], m["smooth_z"] - m["gravity_z"]
    m["age"] = min(m["age"] + dt, p["settle_s"])
    share, length = dt / m["age"], sqrt(dx * dx + dy * dy + dz * dz)
    if m["age"] > p["level_s"] and length > p["level_step_mps2"]:
        share *= p["level_step_mps2"] / length
    m["gravity_x"] += dx * share
    m["gravity_y"] += dy * share
    m["gravity_z"] += dz * share


@inner
def level(m: Any) -> Any:
    """(length of gravity, the unit vector up, what is felt upward, the horizontal vector) of the smoothed reading."""
    gx, gy, gz, sx, sy, sz = m["gravity_x"], m["gravity_y"], m["gravity_z"], m["smooth_x"], m["smooth_y"], m["smooth_z"]
    norm = sqrt(gx * gx + gy * gy + gz * gz)
    if norm == 0.0:
        return norm, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    ux, uy, uz = gx / norm, gy / norm, gz / norm
    up = sx * ux + sy * uy + sz * uz
    return norm, ux, uy, uz, up, sx - up * ux, sy - up * uy, sz - up * uz


@inner
def judge(m: Any, t: float, dt: float, yaw_rate: float, v: float, p: Any) -> Any:
    """Level the smoothed reading, ``dt`` s after the last, notice a tilt, learn from a turn.

    (NOTHING, NOT_SURE: there is no evidence, or APART, what is felt along the horizontal, forward, to the left).
    """
    norm, ux, uy, uz, up, hx, hy, hz = level(m)
    flat = sqrt(hx * hx + hy * hy + hz * hz)
    tilted = up < p["tilt_share"] * norm or fabs(norm - G) > p["gravity_error"] * G
    m["tilt"] = max(m["tilt"] + (dt if tilted else -dt), 0.0)
    if flat >= p["calm_mps2"]:
        m["rough_t"] = t
    yaw = yaw_rate * RADIANS
    if m["tilt"] == 0.0 and fabs(yaw) >= p["turn_dps"] * RADIANS:
        push = yaw * (p["turn_kmh"] if isnan(v) else v) * dt
        x, y, z = hy * uz - hz * uy, hz * ux - hx * uz, hx * uy - hy * ux  # a quarter turn to the right
        learn(m, x * push, y * push, z * push, flat * fabs(push), p)
    if t - m["rough_t"] > p["calm_s"] * MS:
        m["known"] = int(agreed(m, p))
    if m["tilt"] > p["tilt_s"]:
        restart(m)
        return NOTHING, nan, nan, nan
    if tilted or m["tilt"] > p["smooth_s"]:
        return NOT_SURE if m["known"] == 1 else NOTHING, nan, nan, nan
    if m["known"] == 1:
        return tell_apart(m, ux, uy, uz, hx, hy, hz, flat)
    if isnan(v) and flat <= p["most_kmh"] * fabs(yaw):
        return APART, flat, nan, flat if yaw > 0.0 else -flat
    return NOTHING, flat, nan, nan


@inner
def tell_apart(m: Any, ux: float, uy: float, uz: float, hx: float, hy: float, hz: float, flat: float) -> Any:
    """As ``judge``: the horizontal vector along forward, and along the left of it."""
    fx, fy, fz = m["forward_x"], m["forward_y"], m["forward_z"]
    rise = fx * ux + fy * uy + fz * uz
    fx, fy, fz = fx - rise * ux, fy - rise * uy, fz - rise * uz
    length = sqrt(fx * fx + fy * fy + fz * fz)
    if length == 0.0:
        return NOTHING, flat, nan, nan
    lx, ly, lz = uy * fz - uz * fy, uz * fx - ux * fz, ux * fy - uy * fx
    return APART, flat, (hx * fx + hy * fy + hz * fz) / length, (hx * lx + hy * ly + hz * lz) / length


@inner
def restart(m: Any) -> None:
    """The device lies otherwise now: nothing is known of it."""
    m["age"], m["tilt"], m["evidence"], m["known"], m["anchor_t"] = 0.0, 0.0, 0.0, 0, 0.0
    m["forward_x"], m["forward_y"], m["forward_z"] = 0.0, 0.0, 0.0


@inner
def learn(m: Any, x: float, y: float, z: float, weight: float, p: Any) -> None:
    """Add evidence of where forward is; beyond ``learn_most`` what was known before fades."""
    m["evidence"] += weight
    m["forward_x"] += x
    m["forward_y"] += y
    m["forward_z"] += z
    if m["evidence"] > p["learn_most"]:
        fade = p["learn_most"] / m["evidence"]
        m["evidence"] *= fade
        m["forward_x"] *= fade
        m["forward_y"] *= fade
        m["forward_z"] *= fade


@inner
def agreed(m: Any, p: Any) -> Any:
    """Whether there is enough evidence of where forward is, and it agrees."""
    fx, fy, fz, share = m["forward_x"], m["forward_y"], m["forward_z"], p["agree_share"] * m["evidence"]
    return m["evidence"] >= p["learn_least"] and fx * fx + fy * fy + fz * fz >= share * share


@inner
def learn_from_speed(m: Any, v: float, t: float, sure: bool, p: Any) -> None:
    """A change of speed says along which axis, and in which sense, the device felt it."""
    span = t - m["anchor_t"]
    if m["anchor_t"] > 0.0 and span < p["min_span_s"] * MS:
        return
    change = fabs(v - m["anchor"]) * MS / span
    near = m["anchor_t"] > 0.0 and span <= p["fresh_s"] * MS
    m["pushed"] = int(near and p["learn_mps2"] <= change <= p["max_fall_mps2"])
    gx, gy, gz, x, y, z = m["gravity_x"], m["gravity_y"], m["gravity_z"], m["sum_x"], m["sum_y"], m["sum_z"]
    square = gx * gx + gy * gy + gz * gz
    if sure and m["pushed"] == 1 and square > 0.0:
        up = (x * gx + y * gy + z * gz) / square
        x, y, z = x - up * gx, y - up * gy, z - up * gz
        sense = change if v > m["anchor"] else -change
        learn(m, x * sense, y * sense, z * sense, sqrt(x * x + y * y + z * z) * change, p)
    m["anchor"], m["anchor_t"] = v, t
    m["sum_x"], m["sum_y"], m["sum_z"] = 0.0, 0.0, 0.0

"""Motion: which speed to believe, and what acceleration there is evidence for; the first passes of condition."""

from math import fabs, floor, inf, isnan, nan, pi
from typing import Any

from compiled.kernels import inner
from streams.kernels.quality import FALL, GAP, HELD, JUMP, SPARSE, STALE

RADIANS = pi / 180
IMU = 3  # Batch.accel_source: a device in an unknown position
MS = 1000.0  # time inside the passes is whole milliseconds, so that 2 s is 2 s whatever the date


@inner
def possible(sent: float, speed: float, span: float, doubt: int, p: Any) -> int:
    """0 if ``sent`` can follow ``speed`` after ``span`` ms, else JUMP; with FALL for a fall not yet seen twice."""
    if (sent - speed - p["speed_slack_kmh"]) * MS > p["max_rise_mps2"] * span:
        return JUMP
    if doubt == 0 and (speed - sent - p["speed_slack_kmh"]) * MS > p["max_fall_mps2"] * span:
        return JUMP | FALL
    return 0


@inner
def finer(fine: float, unrest: float, p: Any) -> Any:
    """``fine`` after a change that went ``unrest`` m/s beside the one before it: rounding and noise, hardly driving."""
    return fine + (max(p["grain_mps2"] * p["min_span_s"] - unrest, 0.0) - fine) / p["grain_changes"]


@inner
def least_span(fine: float, p: Any) -> Any:
    """ms over which changes of a speed so much finer than the coarsest are evidence of acceleration."""
    return max(p["min_span_s"] - fine / p["grain_mps2"], p["fine_span_s"]) * MS


@inner
def smoothness(fine: float, rate: float, change: float, apart: float, p: Any) -> Any:
    """(fine, rate) after a speed sent again ``apart`` ms later; infinite: it is the first of its kind."""
    if not 0.0 < apart <= p["min_span_s"] * MS:
        return fine, 0.0
    return finer(fine, fabs(change - rate * apart), p) if change != 0.0 else fine, change / apart


@inner
def anchored(anchor: float, anchor_t: float, speed: float, speed_t: float, t: float, least: float, fresh: float) -> Any:
    """Speed and time from which a change at ``t`` is evidence, time 0 if from none.

    What has not changed for long is no evidence of when it did, unless it was said again a moment ago, and that is long
    enough: one row of a tracker that reports once a second.
    """
    if t - anchor_t <= fresh:
        return anchor, anchor_t
    return (speed, speed_t) if least <= t - speed_t <= fresh else (speed, 0.0)


@inner
def change_of(change: float, span: float, p: Any) -> Any:
    """m/s² of a change of speed over ``span`` ms; NaN if no vehicle can."""
    accel = change * MS / span
    return accel if -p["max_fall_mps2"] <= accel <= p["max_rise_mps2"] else nan


@inner
def follow_speed(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write dt, v (from the measured speed), accel (from its changes) and the first bits of quality."""
    for vehicle in range(part[0], part[1]):
        memory, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        before, speed, speed_t, since = memory["t"], memory["speed"], memory["speed_t"], memory["since"]
        anchor, anchor_t, stale, doubt = memory["anchor"], memory["anchor_t"], memory["stale"], int(memory["doubt"])
        fine, rate = memory["fine"], memory["rate"]
        gap, fresh, carry, renew = p["gap_s"] * MS, p["fresh_s"] * MS, p["carry_s"] * MS, p["renew_s"] * MS
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            t, sent = floor(batch.t[i] * MS + 0.5), batch.speed[i]
            dt = t - before if before > 0.0 else nan
            before = t
            bits = SPARSE if dt > fresh else 0
            if dt > gap:
                bits |= GAP
                speed_t, anchor_t, doubt = 0.0, 0.0, 0
            accel, source = nan, 0
            v = speed if speed_t > 0.0 and t - speed_t <= carry else nan
            if not isnan(sent):
                odd = 0
                if speed_t > 0.0 and fabs(sent - speed) > p["speed_slack_kmh"]:
                    odd = possible(sent, speed, max(t - speed_t, min(t - since, renew)), doubt, p)
                if odd:
                    v, doubt = nan, int(odd & FALL > 0)
                    bits |= odd & JUMP if t - since > fresh else odd
                else:
                    fine, rate = smoothness(fine, rate, sent - speed, t - speed_t if speed_t > 0.0 else inf, p)
                    if speed_t == 0.0 or sent != speed:
                        held = speed_t > 0.0 and speed > 0.0 and t - since > fresh
                        if held and dt <= fresh:
                            stale += ((fabs(sent - speed) > p["stale_step_kmh"]) - stale) / p["stale_holds"]
                        least = least_span(fine, p)
                        anchor, anchor_t = anchored(anchor, anchor_t, speed, speed_t, t, least, fresh)
                        if doubt == 0 and anchor_t > 0.0 and t - anchor_t >= least and stale < p["stale_share"]:
                            accel = change_of(sent - anchor, t - anchor_t, p)
                            source = 0 if isnan(accel) else 2
                            bits |= HELD if held and source == 2 else 0
                        if doubt == 1 or anchor_t == 0.0 or t - anchor_t >= least:
                            anchor, anchor_t = sent, t
                        since = t
                    v, speed, speed_t, doubt = sent, sent, t, 0
            if speed_t > 0.0:
                bits |= HELD if speed > 0.0 and t - since > fresh else 0
                bits |= STALE if stale >= p["stale_share"] else 0
            batch.dt[i], batch.v[i], batch.accel[i] = dt / MS, v, accel
            batch.accel_source[i], batch.quality[i] = source, bits
        memory["t"], memory["speed"], memory["speed_t"], memory["since"] = before, speed, speed_t, since
        memory["fine"], memory["rate"] = fine, rate
        memory["anchor"], memory["anchor_t"], memory["stale"], memory["doubt"] = anchor, anchor_t, stale, doubt


@inner
def smoothed(smooth: float, sent: float, span: float, tau: float) -> float:
    """Low pass of an accelerometer; no ``exp``, so that compiled and plain agree to the bit."""
    return smooth + (sent - smooth) * (span / tau) if span < tau else sent


@inner
def follow_accel(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Where an accelerometer speaks, its smoothed value is the acceleration and the speed's changes are not."""
    for vehicle in range(part[0], part[1]):
        memory, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        smooth, smooth_t = memory["accel"], memory["accel_t"]
        fresh, tau = p["fresh_s"] * MS, p["smooth_s"] * MS
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            sent = batch.accel_long[i]
            if not -p["max_fall_mps2"] <= sent <= p["max_rise_mps2"]:
                sent = nan  # a shock, not a manoeuvre
            if isnan(sent) and (smooth_t == 0.0 or batch.accel_source[i] == 0):
                continue
            t = floor(batch.t[i] * MS + 0.5)
            known = smooth_t > 0.0 and t - smooth_t <= fresh
            if not isnan(sent):
                smooth = smoothed(smooth, sent, t - smooth_t, tau) if known else sent
                smooth_t = t
                batch.accel[i], batch.accel_source[i] = smooth if known else nan, 1 if known else 0
            elif known:
                batch.accel[i], batch.accel_source[i] = nan, 0
        memory["accel"], memory["accel_t"] = smooth, smooth_t


@inner
def follow_lateral(batch: Any, fleet: Any, state: Any, params: Any, part: Any) -> None:
    """Write lateral: the accelerometer, else what ``follow_mount`` wrote, else speed times yaw rate, smoothed."""
    for vehicle in range(part[0], part[1]):
        memory, p = state[batch.slots[vehicle]], params[fleet.klass[batch.slots[vehicle]]]
        smooth, smooth_t = memory["lateral"], memory["lateral_t"]
        fresh, tau = p["fresh_s"] * MS, p["smooth_s"] * MS
        for i in range(max(batch.bounds[vehicle], part[2]), min(batch.bounds[vehicle + 1], part[3])):
            sent = batch.accel_lat[i]
            if isnan(sent):
                if batch.accel_source[i] == IMU:
                    continue
                sent = batch.v[i] * batch.yaw_rate[i] * RADIANS
            batch.lateral[i] = nan
            if not fabs(sent) <= p["max_fall_mps2"]:
                continue  # not measured, or a shock
            t = floor(batch.t[i] * MS + 0.5)
            known = smooth_t > 0.0 and t - smooth_t <= fresh
            smooth = smoothed(smooth, sent, t - smooth_t, tau) if known else sent
            smooth_t = t
            if known:
                batch.lateral[i] = smooth
        memory["lateral"], memory["lateral_t"] = smooth, smooth_t

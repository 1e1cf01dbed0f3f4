"""Motion: which speed to believe, and what acceleration there is evidence for; the first passes of condition."""

from math import isnan, nan, pi
from typing import Any

from streams.compiled import kernel
from streams.quality import FALL, GAP, HELD, JUMP, SPARSE

RADIANS = pi / 180


@kernel
def follow_speed(batch: Any, first: int, last: int, memory: Any, p: Any) -> None:
    """Write dt, v (from the measured speed), accel (from its changes) and the first bits of quality."""
    before, speed, speed_t, since = memory["t"], memory["speed"], memory["speed_t"], memory["since"]
    anchor, anchor_t, doubt = memory["anchor"], memory["anchor_t"], memory["doubt"]
    gap_s, fresh_s, carry_s = p["gap_s"], p["fresh_s"], p["carry_s"]
    renew_s, min_span = p["renew_s"], p["min_span_s"]
    max_rise, max_fall, slack = p["max_rise_mps2"], p["max_fall_mps2"], p["speed_slack_kmh"]
    for i in range(first, last):
        t, sent = batch.t[i], batch.speed[i]
        dt = t - before if before > 0.0 else nan
        before = t
        bits = SPARSE if dt > fresh_s else 0
        if dt > gap_s:
            bits |= GAP
            speed_t, anchor_t, doubt = 0.0, 0.0, 0
        v, accel = nan, nan
        if isnan(sent):
            if speed_t > 0.0 and t - speed_t <= carry_s:
                v = speed
        else:
            fall = 0
            if speed_t > 0.0:
                span = max(t - speed_t, min(t - since, renew_s))
                if sent - speed > max_rise * span + slack:
                    bits |= JUMP
                elif speed - sent > max_fall * span + slack and doubt == 0:
                    bits |= JUMP | FALL if t - since <= fresh_s else JUMP
                    fall = 1
            if bits & JUMP:
                doubt = fall
            else:
                if speed_t == 0.0 or sent != speed:
                    span = t - anchor_t
                    if anchor_t == 0.0 or doubt == 1 or span > fresh_s:
                        anchor, anchor_t = sent, t
                    elif span >= min_span:
                        change = (sent - anchor) / span
                        if -max_fall <= change <= max_rise:
                            accel = change
                        anchor, anchor_t = sent, t
                    since = t
                v, speed, speed_t, doubt = sent, sent, t, 0
        if speed_t > 0.0 and speed > 0.0 and t - since > fresh_s:
            bits |= HELD
        batch.dt[i], batch.v[i], batch.accel[i], batch.quality[i] = dt, v, accel, bits
        batch.accel_source[i] = 0 if isnan(accel) else 2
    memory["t"], memory["speed"], memory["speed_t"], memory["since"] = before, speed, speed_t, since
    memory["anchor"], memory["anchor_t"], memory["doubt"] = anchor, anchor_t, doubt


@kernel
def follow_accel(batch: Any, first: int, last: int, memory: Any, p: Any) -> None:
    """Where an accelerometer speaks, its smoothed value is the acceleration and the speed's changes are not."""
    smooth, smooth_t = memory["accel"], memory["accel_t"]
    fresh_s, tau = p["fresh_s"], p["smooth_s"]
    for i in range(first, last):
        t, sent = batch.t[i], batch.accel_long[i]
        span = t - smooth_t
        fresh = smooth_t > 0.0 and span <= fresh_s
        if isnan(sent):
            if fresh:
                batch.accel[i], batch.accel_source[i] = nan, 0
            continue
        smooth = smooth + (sent - smooth) * (span / tau) if fresh and span < tau else sent
        smooth_t = t
        batch.accel[i], batch.accel_source[i] = (smooth, 1) if fresh else (nan, 0)
    memory["accel"], memory["accel_t"] = smooth, smooth_t


@kernel
def follow_lateral(batch: Any, first: int, last: int, memory: Any, p: Any) -> None:
    """Write lateral: the accelerometer, else speed times yaw rate, smoothed."""
    smooth, smooth_t = memory["lateral"], memory["lateral_t"]
    fresh_s, tau = p["fresh_s"], p["smooth_s"]
    for i in range(first, last):
        t, sent = batch.t[i], batch.accel_lat[i]
        if isnan(sent):
            sent = batch.v[i] * batch.yaw_rate[i] * RADIANS
        batch.lateral[i] = nan
        if isnan(sent):
            continue
        span = t - smooth_t
        fresh = smooth_t > 0.0 and span <= fresh_s
        smooth = smooth + (sent - smooth) * (span / tau) if fresh and span < tau else sent
        smooth_t = t
        if fresh:
            batch.lateral[i] = smooth
    memory["lateral"], memory["lateral_t"] = smooth, smooth_t

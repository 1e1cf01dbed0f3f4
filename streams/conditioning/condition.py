"""Condition: raw columns become what detectors and trips may trust, sample by sample, before anything else runs."""

from math import nan, pi
from typing import Any

import numpy as np

from compiled.kernels import conductor
from streams.conditioning.context import follow_context
from streams.conditioning.matching import follow_roads
from streams.conditioning.motion import follow_accel, follow_lateral, follow_speed
from streams.conditioning.mount import MOUNT, follow_mount
from streams.conditioning.mount import PARAMS as MOUNT_PARAMS
from streams.conditioning.places import follow_fixes, follow_places, follow_steps
from streams.conditioning.tyres import READINGS, follow_tyres
from streams.kernels.params import Param

KMH, NONE = 1 / 3.6, nan

PARAMS = (
    Param("gap_s", 200.0, "Geotab: a gap over 200 s is counted as nothing"),
    Param("fresh_s", 2.0, "detection reference b1: at 2 s and slower a 0.4 g detector misses nearly everything"),
    Param("carry_s", 5.0, "ours: a missing speed or position is carried on this long"),
    Param("renew_s", 1.0, "ours: loggers that poll renew a value every 0.75 to 1.1 s, so it may be this old"),
    Param("stale_step_kmh", 7.2, "ours: a held speed that moves on by more than 2 m/s at once was stale", KMH),
    Param("stale_share", 0.08, "ours: KIT polls cleanly and steps so after 2 % of its holds, RSK after 22 %"),
    Param("stale_holds", 16.0, "ours: holds the share is taken over"),
    Param("min_span_s", 0.7, "ours: 1 km/h of rounding over it is 0.4 m/s²; loggers renew every 0.75 s or slower"),
    Param(
        "fine_span_s", 0.3, "ours: half of what a manoeuvre must last; a finer or calmer speed may be judged over it"
    ),
    Param("grain_mps2", 0.4, "detection reference b1: noise of 0.3 m/s at 1 Hz, so 0.42 m/s², makes no false alarm"),
    Param("grain_changes", 32.0, "ours: changes of speed over which its unrest is averaged"),
    Param("smooth_s", 0.25, "ours: time constant for accelerometers; Ferreira 2017 compares 0.5 s means"),
    Param("max_rise_mps2", 10.0, "ours: no road vehicle gains more than 1 g"),
    Param("max_fall_mps2", 11.0, "ours: tyres on dry asphalt brake with at most 1.1 g"),
    Param("speed_slack_kmh", 7.2, "ours: rounding and jitter of a speed signal", KMH),
    Param("moving_kmh", 8.0, "Samsara: a trip starts at 5 mph", KMH),
    Param("standing_kmh", 3.0, "ours, between Geotab's 1 km/h and Digital Matter's 5 km/h", KMH),
    Param("radius_m", 40.0, "ours: a parked receiver wanders 15 m to each side"),
    Param("place_span_s", 5.0, "ours: 5 m of noise over 5 s is 1 m/s"),
    Param("short_s", 5.0, "ours: up to here the mean of two speeds gives the way driven"),
    Param("hop_m", 100.0, "ours: further than wander, whatever the speed says"),
    Param("max_speed_kmh", 250.0, "ours: fastest believable travel between two positions", KMH),
    Param(
        "stuck_s",
        30.0,
        "ours: a position may be this old; RSK's receiver renews it every 7 to 31 s",
    ),
    Param("fix_slack_m", 100.0, "ours: error of two positions"),
    Param("max_accuracy_m", 100.0, "ours: a worse position is none"),
    Param(
        "mate_s", 600.0, "ours: tyres read further apart are not compared; a driven sensor reports every minute or so"
    ),
    Param("limit_kmh", NONE, "the fleet's own limit where none is posted; none by default", KMH),
    Param("own_kmh", (NONE, NONE, 90.0, 100.0), "Directive 92/6/EEC, 2002/85/EC: N2, N3 90 km/h; M2, M3 100 km/h", KMH),
    Param("own_motorway_kmh", NONE, "the class's own limit on motorways; by country, see docs/roads.md", KMH),
    Param("own_rural_kmh", NONE, "the class's own limit on roads outside towns; by country, see docs/roads.md", KMH),
    Param("road_m", 30.0, "ours: lane to middle of a motorway 10 m, and 2.5 times a receiver's 8 m"),
    Param("road_clear_m", 60.0, "ours: another limit within twice that is a doubt"),
    Param("road_heading_deg", 30.0, "ours: a street that crosses is not the one driven", pi / 180),
    Param("road_heading_kmh", 10.0, "ours: a receiver's course at a walking pace is noise", KMH),
    Param("road_direction_m", 20.0, "ours: without a course, two positions this far apart give one"),
    Param("road_accuracy_m", 30.0, "ours: a worse position is on no road"),
    Param("road_error_m", 8.0, "detection reference, pitfall 7: GPS sigma 8 m"),
    Param("road_keep_s", 10.0, "ours: time in which nobody changes between roads that do not meet"),
    Param("road_doubt", 8.0, "ours: log-likelihood at which another road beside it is as good as the one believed"),
    *MOUNT_PARAMS,
)

STATE = np.dtype(
    [
        ("t", "f8"),  # previous sample; 0 never. All times here are ms
        ("speed", "f8"),  # last speed believed
        ("speed_t", "f8"),  # when it was last sent; 0 none
        ("since", "f8"),  # when this value first appeared
        ("anchor", "f8"),  # speed from which the next difference is taken
        ("anchor_t", "f8"),  # 0 none
        ("fine", "f8"),  # by how much less than the coarsest the speed is rounded and noisy, m/s
        ("rate", "f8"),  # its last change, m/s per ms
        ("stale", "f8"),  # share of late holds that ended in a step
        ("accel", "f8"),  # smoothed accelerometer
        ("accel_t", "f8"),  # 0 none
        ("lateral", "f8"),
        ("lateral_t", "f8"),
        ("v", "f8"),  # last known v
        ("v_t", "f8"),  # 0 none
        ("lat", "f8"),  # last good fix
        ("lon", "f8"),
        ("fix_t", "f8"),  # when it first appeared
        ("bad_lat", "f8"),  # last fix refused
        ("bad_lon", "f8"),
        ("bad_t", "f8"),
        ("place_lat", "f8"),  # fix from which the next speed from positions is taken
        ("place_lon", "f8"),
        ("place_t", "f8"),  # 0 none
        ("place_v", "f8"),  # speed it was reached with; NaN unknown
        ("seen_t", "f8"),  # when a good fix last came; 0 never
        ("said", "i4"),  # driver the device named: number + 1; 0 none, -1 "nobody"
        ("doubt", "i1"),  # 1 the previous speed sent was an impossible fall
        ("bad", "i1"),  # fixes refused in a row that agree with each other
        ("outside", "i1"),  # fixes in a row outside the radius of the place
        ("moving", "i1"),  # 0 unknown, 1 standing, 2 moving
        ("road_t", "f8"),  # when the road was last beyond doubt
        ("road_fix_t", "f8"),  # last position looked at for roads; 0 never
        ("road_lat", "i4"),  # it, in 1e-7 degrees
        ("road_lon", "i4"),
        ("road", "i4"),  # stretch driven on + 1; 0 none beyond doubt
        ("road_doubt", "i2"),  # evidence for another road, hundredths
        ("tyres", READINGS),
        ("mount", MOUNT),
    ]
)

PART = 4096  # rows: the columns of a part stay in the processor's second cache


@conductor
def condition(batch: Any, fleet: Any, state: Any, params: Any) -> None:
    """Write the derived columns of ``batch``; ``state`` rows are STATE by slot, ``params`` rows PARAMS by class.

    The passes run over a part of the batch after another: (first vehicle, last, first row, last), ends excluded.
    """
    vehicle, row, rows = 0, 0, batch.t.size
    while row < rows:
        end, behind = min(row + PART, rows), vehicle
        while behind < batch.slots.size and batch.bounds[behind] < end:
            behind += 1
        part = (vehicle, behind, row, end)
        follow_speed(batch, fleet, state, params, part)
        follow_mount(batch, fleet, state, params, part)
        follow_accel(batch, fleet, state, params, part)
        follow_lateral(batch, fleet, state, params, part)
        follow_fixes(batch, fleet, state, params, part)
        follow_places(batch, fleet, state, params, part)
        follow_steps(batch, fleet, state, params, part)
        if batch.road_bounds.size > batch.t.size:
            follow_roads(batch, fleet, state, params, part)
        follow_context(batch, fleet, state, params, part)
        vehicle = behind if batch.bounds[behind] == end else behind - 1
        row = end
    follow_tyres(batch, fleet, state, params)

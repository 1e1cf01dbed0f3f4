"""Batch: samples of several vehicles as columns, grouped by vehicle and ascending in time; what kernels read."""

from typing import NamedTuple

import numpy as np

from devices.samples import Floats, Ints, Samples
from devices.signals import SIGNALS


class Batch(NamedTuple):
    """Rows ``bounds[v]`` to ``bounds[v + 1]`` belong to the vehicle in slot ``slots[v]``, strictly ascending in t.

    All columns are (n,) float64 in SI, NaN where not measured. The first block is what the vehicle said; the
    second is written by ``condition`` before any detector runs, and detectors read it.
    """

    slots: Ints  # (V,) slot of each vehicle, each once
    bounds: Ints  # (V + 1,) rows of each vehicle
    t: Floats  # UTC epoch s, on whole milliseconds
    said_driver: Ints  # (n,) driver number the device gave, -1 nothing said, -2 "nobody"
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
    # written by condition
    dt: Floats  # s since the vehicle's previous sample; NaN for its first ever
    v: Floats  # m/s, the speed to trust (measured, else from positions); NaN unknown
    accel: Floats  # m/s², + forward; NaN unknown
    lateral: Floats  # m/s², + left; NaN unknown
    accel_source: Ints  # 0 none, 1 accelerometer, 2 speed
    moving: Ints  # 1 moving, 0 standing, -1 unknown
    step: Floats  # m driven since the previous sample (0 over an unmeasured gap)
    limit: Floats  # m/s, the limit that holds here; NaN none known
    limit_source: Ints  # 0 none, 1 device, 2 road, 3 class
    driver: Ints  # driver number at the wheel, -1 unknown
    night: Ints  # 1 between 22:00 and 05:00 in the fleet's time zone
    quality: Ints  # bits, see streams.condition


SAID = tuple(signal.name for signal in SIGNALS)
DERIVED_FLOATS = ("dt", "v", "accel", "lateral", "step", "limit")
DERIVED_INTS = ("accel_source", "moving", "limit_source", "driver", "night", "quality")


def assemble(samples: Samples, slots: Ints, drivers: Ints) -> tuple[Batch, int]:
    """The batch of ``samples`` and the number of conflicts met.

    ``slots`` (len(samples.vehicles),) gives each vehicle's slot and ``drivers`` (len(samples.drivers),) each
    driver's number. Two readings of one (vehicle, t) merge field by field; where both measured, the value with
    the larger big-endian IEEE 754 bytes wins, so the order of arrival does not matter.
    """
    slot = slots[samples.vehicle]
    order = _order(slot, samples.t)
    rows = Rows.of(samples, slot, drivers) if order is None else Rows.of(samples, slot, drivers).take(order)
    raise NotImplementedError

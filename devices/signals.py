"""Signals: the one table of what a vehicle can say; codecs, recordings and docs are made from it."""

from typing import NamedTuple


class Signal(NamedTuple):
    """One measured quantity: its name on the wire and in recordings, and its name and unit inside.

    ``scale`` turns the wire unit into the inner one (km/h -> m/s); ``low`` and ``high`` bound what is
    plausible, in the wire unit, both ends included.
    """

    column: str  # wire and recording name, unit included: speed_kmh
    name: str  # inner name, SI: speed
    scale: float
    low: float
    high: float
    vss: str  # VSS 6.0 path, without the leading "Vehicle."
    meaning: str


KMH = 1 / 3.6

SIGNALS = (
    Signal("speed_kmh", "speed", KMH, 0, 300, "Speed", "speed over ground or of the wheels"),
    Signal("lat_deg", "lat", 1, -90, 90, "CurrentLocation.Latitude", "latitude, WGS 84"),
    Signal("lon_deg", "lon", 1, -180, 180, "CurrentLocation.Longitude", "longitude, WGS 84"),
    Signal("heading_deg", "heading", 1, 0, 360, "CurrentLocation.Heading", "course, clockwise from north"),
    Signal("gnss_accuracy_m", "gnss_accuracy", 1, 0, 10_000, "CurrentLocation.HorizontalAccuracy", "one sigma"),
    Signal("satellites", "satellites", 1, 0, 120, "CurrentLocation.GNSSReceiver.SatelliteCount", "used in the fix"),
    Signal("accel_long_mps2", "accel_long", 1, -600, 600, "Acceleration.Longitudinal", "+ forward, gravity removed"),
    Signal("accel_lat_mps2", "accel_lat", 1, -600, 600, "Acceleration.Lateral", "+ left, gravity removed"),
    Signal("accel_vert_mps2", "accel_vert", 1, -600, 600, "Acceleration.Vertical", "+ up, gravity removed"),
    Signal("imu_x_mps2", "imu_x", 1, -600, 600, "", "accelerometer in the device's own frame, gravity included"),
    Signal("imu_y_mps2", "imu_y", 1, -600, 600, "", "accelerometer in the device's own frame, gravity included"),
    Signal("imu_z_mps2", "imu_z", 1, -600, 600, "", "accelerometer in the device's own frame, gravity included"),
    Signal("yaw_rate_dps", "yaw_rate", 1, -500, 500, "AngularVelocity.Yaw", "+ turning left"),
    Signal("brake_pedal_pct", "brake_pedal", 1, 0, 100, "Chassis.Brake.PedalPosition", "0 released, 100 pressed down"),
    Signal("brake_air_kpa", "brake_air", 1, 0, 2_000, "Chassis.Brake.AirPressure", "service brake air, gauge"),
    Signal(
        "brake_lining_pct", "brake_lining", 1, 0, 100, "Chassis.Brake.LiningRemaining", "left of the thinnest lining"
    ),
    Signal("abs_active", "abs_active", 1, 0, 1, "ADAS.ABS.IsEngaged", "1 while it works"),
    Signal("esc_active", "esc_active", 1, 0, 1, "ADAS.ESC.IsEngaged", "1 while it works"),
    Signal("speed_limit_kmh", "speed_limit", KMH, 1, 200, "", "posted limit known to the device"),
    Signal("ignition", "ignition", 1, 0, 1, "LowVoltageSystemState", "1 on, 0 off"),
    Signal("engine_rpm", "engine_rpm", 1, 0, 20_000, "Powertrain.CombustionEngine.Speed", "crankshaft speed"),
    Signal("coolant_c", "coolant", 1, -60, 200, "Powertrain.CombustionEngine.ECT", "coolant temperature"),
    Signal("oil_pressure_kpa", "oil_pressure", 1, 0, 2_000, "Powertrain.CombustionEngine.EOP", "engine oil, gauge"),
    Signal("battery_v", "battery", 1, 0, 60, "LowVoltageBattery.CurrentVoltage", "starter battery"),
    Signal("fuel_pct", "fuel", 1, 0, 100, "Powertrain.FuelSystem.RelativeLevel", "left in the tank"),
    Signal("odometer_km", "odometer", 1000, 0, 10_000_000, "TraveledDistance", "distance ever driven"),
    Signal("mass_kg", "mass", 1, 0, 200_000, "CurrentOverallWeight", "vehicle and load"),
    Signal("ambient_c", "ambient", 1, -60, 70, "Exterior.AirTemperature", "outside air"),
)

TYRE_SIGNALS = (
    Signal("pressure_kpa", "pressure", 1, 0, 2_000, "Chassis.Axle.Row*.Wheel.*.Tire.Pressure", "gauge pressure"),
    Signal("temp_c", "temp", 1, -60, 200, "Chassis.Axle.Row*.Wheel.*.Tire.AirTemperature", "air in the tyre"),
)

BY_COLUMN = {signal.column: signal for signal in SIGNALS}
BY_NAME = {signal.name: signal for signal in SIGNALS}

AXLES = 6
_POSITIONS = {"L": 0, "LO": 0, "LI": 1, "RI": 2, "R": 3, "RO": 3}
WHEELS = AXLES * len(set(_POSITIONS.values()))


def wheel_code(wheel: str) -> int:
    """Number of a wheel position (``1L``, ``2LO``, ``2LI`` ...), 0 to ``WHEELS - 1``, front left first.

    A single tyre (``2L``) and the outer one of a pair (``2LO``) are the same place. Raises
    ``ValueError`` for anything else.
    """
    axle, side = wheel[:1], wheel[1:]
    if not axle.isdecimal() or not 1 <= int(axle) <= AXLES or side not in _POSITIONS:
        raise ValueError(f"tyre {wheel!r} is no wheel position; expected axle 1-{AXLES} and L, R, LO, LI, RI or RO")
    return (int(axle) - 1) * 4 + _POSITIONS[side]


def axle_of(code: int) -> int:
    """Axle of a wheel's code, 0 the foremost."""
    return code // 4


def wheel_name(code: int, dual: bool = False) -> str:
    """Wheel position of a code; outer tyres are ``L`` and ``R``, or ``LO`` and ``RO`` on a dual axle."""
    side = (("LO", "LI", "RI", "RO") if dual else ("L", "LI", "RI", "R"))[code % 4]
    return f"{code // 4 + 1}{side}"

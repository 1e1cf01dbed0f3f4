"""Profiles: the kinds of devices there are - what each measures, how often, how coarsely and how well."""

from dataclasses import dataclass

from simulator.names import hint

KMH = 1 / 3.6  # m/s


class ProfileError(ValueError):
    """A device nobody makes."""


@dataclass(frozen=True)
class Profile:
    """One kind of device; steps are those of its numbers, 0 as fine as can be."""

    name: str
    meaning: str
    signals: frozenset[str]  # columns it reports
    hz: float = 1.0  # with the ignition on
    heartbeat: float = 60.0  # s between reports with the ignition off; inf none
    speed_noise: float = 0.06  # m/s
    speed_step: float = 0.1  # km/h
    accel_noise: float = 0.10  # m/s² driving; a third of it standing
    accel_step: float = 0.01  # m/s²
    drift: float = 2.5  # m of GNSS error, one sigma, that wanders
    drift_s: float = 30.0  # s between its independent values
    position_noise: float = 0.25  # m, from fix to fix
    course_noise: float = 1.2  # degrees
    canyon: float = 0.0  # share of a town's blocks where houses reflect
    canyon_drift: float = 15.0  # m of error between them
    imu_bias: float = 0.0  # m/s² an axis, one sigma, for good
    imu_noise: float = 0.0  # m/s²
    imu_step: float = 0.0  # m/s²
    stale_rate: float = 0.0  # times an hour driven that the bus adapter repeats what it said
    stale_s: float = 60.0  # s that takes, on average
    pressure_step: float = 2.5  # kPa
    tyre_loss: float = 0.0  # share of wheel sensors' telegrams that no aerial hears

    @property
    def feels(self) -> bool:
        """Whether it has an accelerometer, and so tells of a crash fifty times a second."""
        return bool(self.signals & (IMU | ALIGNED))

    @property
    def tyres(self) -> bool:
        """Whether it hears wheel sensors."""
        return "tyres" in self.signals


PLACE = frozenset({"speed_kmh", "lat_deg", "lon_deg", "heading_deg"})
QUALITY = frozenset({"gnss_accuracy_m", "satellites"})
IMU = frozenset({"imu_x_mps2", "imu_y_mps2", "imu_z_mps2"})
BUS = frozenset({"brake_pedal_pct", "ignition", "odometer_km", "ambient_c"})
ENGINE = frozenset({"engine_rpm", "coolant_c", "battery_v", "fault_codes"})
INSIDE = ENGINE | {"oil_pressure_kpa", "brake_air_kpa", "brake_lining_pct"}
ALIGNED = frozenset({"accel_long_mps2", "accel_lat_mps2"})
STANDARD = Profile(
    "standard", "speed, place, aligned accelerometer, limits and tyres once a second, without flaws of note",
    PLACE | ALIGNED | BUS | INSIDE | {"speed_limit_kmh", "tyres"},
)  # fmt: skip

PROFILES = {
    profile.name: profile
    for profile in (
        STANDARD,
        Profile(
            "obd_dongle", "in the diagnostic socket: whole km/h (SAE J1979, PID 0D), accelerometer in any position",
            PLACE | QUALITY | IMU | ENGINE | {"ignition"}, hz=5.0, speed_noise=0.1, speed_step=1.0, drift=3.0,
            canyon=0.2, stale_rate=0.3,
            imu_bias=0.39, imu_noise=0.07, imu_step=0.038,  # LIS2DH12: 40 mg offset, 4 mg a digit
        ),
        Profile(
            "tracker_30s", "a box with an aerial: place and speed of the receiver every 30 s, once an hour when parked",
            PLACE | QUALITY | {"ignition", "odometer_km"}, hz=1 / 30, heartbeat=3_600.0, speed_noise=0.14,
            speed_step=1.0, drift=2.5, canyon=0.25, position_noise=0.5,  # u-blox MAX-M8: 2.5 m CEP, 0.05 m/s
        ),
        Profile(
            "can_gateway_10hz", "on a lorry's bus (SAE J1939): wheel speed in 1/256 km/h (SPN 84), mass (SPN 1760)",
            PLACE | QUALITY | ALIGNED | BUS | INSIDE | {"yaw_rate_dps", "fuel_pct", "mass_kg", "tyres"}, hz=10.0,
            speed_noise=0.02, speed_step=1 / 256, accel_noise=0.15, accel_step=0.01, canyon=0.15, stale_rate=0.1,
            stale_s=120.0, pressure_step=4.0, tyre_loss=0.1,  # J1939 SPN 241: 4 kPa a bit
        ),
        Profile(
            "phone", "a telephone in a holder, anyhow: its own place and acceleration, while it drives",
            PLACE | QUALITY | IMU, hz=10.0, heartbeat=float("inf"), speed_noise=0.25, speed_step=0.01, drift=4.0,
            canyon=0.35, canyon_drift=25.0, position_noise=0.8, imu_bias=0.2, imu_noise=0.15, imu_step=0.01,
        ),
        Profile(
            "recorder_50hz", "an accident recorder: aligned accelerometer fifty times a second",
            PLACE | ALIGNED | BUS | {"yaw_rate_dps"}, hz=50.0, accel_noise=0.2, accel_step=0.02,
        ),
    )
}  # fmt: skip


def chosen(words: str) -> tuple[Profile, ...]:
    """The profiles of a list such as ``phone,obd_dongle``, which vehicles have in turn; ``mixed`` is all."""
    if words == "mixed":
        return tuple(PROFILES.values())
    return tuple(_named(word.strip()) for word in words.split(","))


def _named(name: str) -> Profile:
    if name not in PROFILES:
        raise ProfileError(f"no device is called {name!r}; {hint(name, PROFILES)}")
    return PROFILES[name]

"""Vehicles: what each class can do - power, brakes, grip, tyres - and the bounds beyond which a manoeuvre is harsh."""

from dataclasses import dataclass

G = 9.80665  # m/s²


@dataclass(frozen=True)
class Class:
    """Physical limits of a vehicle class, in SI, and the limits the law and its maker set it.

    ``harsh`` is (braking, acceleration, cornering) in g at level 2, ``severe`` at level 3; level 1 is 0.75 of
    level 2. Source of both: Verizon, nmfta, Geotab, GPS Insight and Bouncie thresholds by class, as published.
    """

    name: str
    mass: float  # kg, half laden
    gross: float  # kg, the most it may weigh
    power: float  # W at the wheels
    accel: float  # m/s², tractive limit at standstill
    brake: float  # m/s², full braking on a dry road
    lateral: float  # m/s², beyond it the vehicle slides or tips
    top: float  # m/s, by the maker or the limiter
    rural: float  # m/s, the law's limit for the class outside towns
    motorway: float  # m/s
    tyres: tuple[tuple[str, float], ...]  # wheel and placard pressure, kPa gauge, cold
    heat: float  # K above ambient that a tyre reaches for each m/s, once warm
    harsh: tuple[float, float, float]
    severe: tuple[float, float, float]


def _axles(front: float, rear: float, dual: bool) -> tuple[tuple[str, float], ...]:
    behind = ("2LO", "2LI", "2RI", "2RO") if dual else ("2L", "2R")
    return (("1L", front), ("1R", front), *((wheel, rear) for wheel in behind))


def _kmh(speed: float) -> float:
    return speed / 3.6


CLASSES = {
    kind.name: kind
    for kind in (
        Class(
            "car", 1_550, 2_000, 85e3, 3.9, 9.0, 6.0, _kmh(190), _kmh(100), _kmh(130),
            _axles(230, 230, False), 0.75, (0.36, 0.31, 0.40), (0.46, 0.40, 0.50),
        ),
        Class(
            "van", 2_500, 3_500, 100e3, 3.4, 8.2, 5.0, _kmh(150), _kmh(100), _kmh(130),
            _axles(340, 420, False), 0.80, (0.34, 0.29, 0.36), (0.42, 0.36, 0.45),
        ),
        Class(
            "truck", 13_000, 18_000, 260e3, 1.7, 6.0, 3.6, _kmh(90), _kmh(60), _kmh(80),
            _axles(830, 830, True), 1.10, (0.32, 0.25, 0.30), (0.41, 0.32, 0.38),
        ),
        Class(
            "bus", 14_000, 19_500, 220e3, 2.2, 6.2, 3.7, _kmh(100), _kmh(80), _kmh(100),
            _axles(830, 830, True), 1.00, (0.25, 0.20, 0.25), (0.32, 0.28, 0.32),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Vehicle:
    """One insured vehicle, the device in it, and where it lives."""

    vehicle_id: str
    fleet_id: str
    kind: Class
    plate: str
    year: int
    value: int  # in the region's currency
    work: str  # shifts.WORK: parcel, sales, regional, haul, line
    odometer: float  # m, at the start
    known_driver: str  # who says who is at the wheel: the device, dispatch, nobody
    password: str  # of its device's MQTT account; the user name is the vehicle id

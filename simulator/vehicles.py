"""Vehicles: what each class can do - power, brakes, grip, tyres - and the bounds beyond which a manoeuvre is harsh."""

from dataclasses import dataclass
from typing import NamedTuple

from simulator.dynamics import G

AIR = 1.2  # kg/m³ at 20 °C
DIESEL = 35.8e6  # J/l; EN 590
DRIVELINE = 0.92  # share of the crank's work that comes to the wheels
STEEP = 0.14  # 12 %, rolling resistance and a reserve
LADEN_BRAKES = 0.9


@dataclass(frozen=True)
class Class:
    """Physical limits of a vehicle class, in SI, and the limits the law and its maker set it.

    ``rolling`` is of labelled tyres (UN R117: cars 6.5 to 12, lorries 4 to 8 N/kN); ``front`` of the order of VECTO's
    lorries, the others of makers' data; fuel of Guzzella and Sciarretta, Vehicle Propulsion Systems, rounded.
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
    rolling: float  # N of rolling resistance for each N of weight
    front: float  # m², drag coefficient times frontal area
    idle: float  # l/h of fuel burnt standing
    efficiency: float  # share of the fuel's energy that each further J at the crank takes
    tank: float  # l

    @property
    def empty(self) -> float:
        """kg with its driver and nothing loaded."""
        return 2 * self.mass - self.gross

    @property
    def force(self) -> float:
        """N it pulls with at most: for its ``accel``, and to start on a slope of 12 % fully laden (97/27/EC)."""
        return max(self.accel * self.mass, STEEP * G * self.gross)

    @property
    def brakes(self) -> float:
        """N its brakes hold: a little less than its tyres when fully laden, more than the 5 m/s² of UN R13 then."""
        return LADEN_BRAKES * self.brake * self.gross

    @property
    def burn(self) -> float:
        """l for each J at the wheels."""
        return 1.0 / (DRIVELINE * self.efficiency * DIESEL)


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
            0.010, 0.65, 0.6, 0.36, 50,
        ),
        Class(
            "van", 2_500, 3_500, 100e3, 3.4, 8.2, 5.0, _kmh(150), _kmh(100), _kmh(130),
            _axles(340, 420, False), 0.80, (0.34, 0.29, 0.36), (0.42, 0.36, 0.45),
            0.010, 1.40, 0.8, 0.37, 75,
        ),
        Class(
            "truck", 13_000, 18_000, 260e3, 1.7, 6.0, 3.6, _kmh(90), _kmh(60), _kmh(80),
            _axles(830, 830, True), 1.10, (0.32, 0.25, 0.30), (0.41, 0.32, 0.38),
            0.0065, 5.50, 2.3, 0.40, 400,
        ),
        Class(
            "bus", 14_000, 19_500, 220e3, 2.2, 6.2, 3.7, _kmh(100), _kmh(80), _kmh(100),
            _axles(830, 830, True), 1.00, (0.25, 0.20, 0.25), (0.32, 0.28, 0.32),
            0.0070, 4.00, 2.5, 0.39, 300,
        ),
    )
}  # fmt: skip


class Renewed(NamedTuple):
    """A tyre that was changed: of which wheel, of which trailer, and UTC epoch s of when."""

    wheel: str
    trailer: str
    at: float


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
    filled: float = 1.0  # share of its tank, at the start
    codes: frozenset[str] = frozenset()  # trouble codes that are set then
    renewed: tuple[Renewed, ...] = ()  # tyres that were changed on the days before

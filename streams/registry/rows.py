"""Rows: what each file of the registry holds, column by column; docs/registry.md is checked against this."""

from decimal import Decimal
from typing import Annotated

import msgspec

from pricing.profile import ENERGIES
from streams.fleets.zones import KINDS as ZONE_KINDS
from streams.registry.base import Currency, Id, InFleet, Name, Note, OfFleet, Row, Since, Until, Vehicle, says
from streams.registry.claims import Claim
from streams.registry.contracts import Policy, Policyholder, PolicyVehicle

CLASSES = {"M1": "car", "N1": "van", "N2": "truck", "N3": "truck", "M2": "bus", "M3": "bus"}  # UNECE -> ours


class FleetRow(Row, frozen=True, kw_only=True):
    """Vehicles run together; its id is the first level of their topics."""

    KIND, KEY = "fleets", ("fleet_id",)
    fleet_id: Id
    name: Name
    policyholder_id: Annotated[str, says("who insures it", "policyholders")] = ""
    time_zone: Annotated[str, says("for night, days and reports: Europe/Berlin")]
    jurisdiction: Annotated[str, says("whose rules hold: two letters, ISO 3166")] = ""
    currency: Currency = ""
    alerts_mail: Annotated[
        str, says("its own addresses for pages and morning lists, with commas; empty: the service's `sinks.email_to`")
    ] = ""
    alerts_webhook: Annotated[
        str,
        says(
            "its own URL for the same; empty: the service's `sinks.webhook`; masked wherever it is shown", secret=True
        ),
    ] = ""


class Site(Row, frozen=True, kw_only=True):
    """A depot or yard."""

    KIND, KEY = "sites", ("site_id",)
    site_id: Id
    fleet_id: InFleet
    name: Name
    lat_deg: Annotated[float | None, says("latitude, WGS 84")] = None
    lon_deg: Annotated[float | None, says("longitude, WGS 84")] = None
    radius_m: Annotated[float | None, says("how far it reaches, m; empty: 100")] = None


Shape = "as WKT or GeoJSON, longitude first"


class Geofence(Row, frozen=True, kw_only=True):
    """An area that means something to a fleet, drawn as a shape or as a circle."""

    KIND, KEY, ONCE = "geofences", ("geofence_id", "from_"), ("geofence_id",)
    geofence_id: Id
    fleet_id: InFleet
    name: Name = ""
    kind: Annotated[
        str,
        says(
            "vehicles must stay inside (allowed) or outside (forbidden); or one may stand there",
            choices=tuple(ZONE_KINDS),
        ),
    ]
    shape: Annotated[str, says(f"a polygon {Shape}")] = ""
    lat_deg: Annotated[float | None, says("of a circle: latitude of its centre, WGS 84")] = None
    lon_deg: Annotated[float | None, says("of a circle: longitude of its centre, WGS 84")] = None
    radius_m: Annotated[float | None, says("of a circle: how far it reaches, m")] = None
    from_: Since = msgspec.field(name="from", default=None)
    to: Until = None


class RouteRow(Row, frozen=True, kw_only=True):
    """A way vehicles are to take: a line and how far to each side still belongs to it."""

    KIND, KEY, ONCE = "routes", ("route_id", "from_"), ("route_id",)
    route_id: Id
    fleet_id: InFleet
    name: Name = ""
    line: Annotated[str, says(f"a line {Shape}")]
    width_m: Annotated[float, says("to each side of the line, m")]
    from_: Since = msgspec.field(name="from", default=None)
    to: Until = None


class RouteStop(Row, frozen=True, kw_only=True):
    """A place where vehicles on a route are to stop."""

    KIND, KEY = "route_stops", ("route_id", "geofence_id")
    route_id: Annotated[str, says("route", "routes")]
    geofence_id: Annotated[str, says("where", "geofences")]


class TyrePlan(Row, frozen=True, kw_only=True):
    """Placard pressures of a wheel layout, a row a wheel."""

    KIND, KEY = "tyre_plans", ("plan_id", "wheel")
    plan_id: Id
    wheel: Annotated[str, says("position: axle from the front, L R LO LI RI RO, as in 1L or 2LO")]
    placard_kpa: Annotated[float, says("recommended pressure, cold, gauge, kPa")]


class VehicleRow(Row, frozen=True, kw_only=True):
    """A vehicle as it is from one date to another; a change of plate, class or depot is a new row."""

    KIND, KEY, ONCE = "vehicles", ("vehicle_id", "fleet_id", "from_"), ("vehicle_id", "fleet_id")
    vehicle_id: Id
    fleet_id: InFleet
    plate: Annotated[str, says("number plate")] = ""
    vin: Annotated[str, says("vehicle identification number, 17 characters")] = ""
    klass: Annotated[str, says("UNECE class; N2 and N3 are trucks, M2 and M3 buses", choices=tuple(CLASSES))] = (
        msgspec.field(name="class")
    )
    use: Annotated[str, says("what it is used for", choices=("own", "hire", "hazmat", "passenger"))] = "own"
    empty_kg: Annotated[float | None, says("mass, empty")] = None
    gross_kg: Annotated[float | None, says("permitted mass, loaded")] = None
    year: Annotated[int | None, says("of manufacture")] = None
    energy: Annotated[str, says("what drives it", choices=ENERGIES)] = ""
    value: Annotated[Decimal | None, says("today, in the fleet's currency")] = None
    home_depot: Annotated[str, says("where it stands at night", "sites")] = ""
    site: Annotated[str, says("where it works from", "sites")] = ""
    tyre_plan: Annotated[str, says("its wheels and pressures", "tyre_plans")] = ""
    from_: Since = msgspec.field(name="from", default=None)
    to: Until = None


class Device(Row, frozen=True, kw_only=True):
    """The box in a vehicle and the credential it logs in to the broker with."""

    KIND, KEY, ONCE = "devices", ("device_id", "from_"), ("device_id",)
    device_id: Id
    vehicle_id: Vehicle
    fleet_id: OfFleet = ""
    username: Annotated[
        str, says("login at the broker, or the common name of its certificate; one device, one name")
    ] = ""
    password: Annotated[
        str, says("its password, unless it has a certificate; masked wherever it is shown", secret=True)
    ] = ""
    from_: Since = msgspec.field(name="from", default=None)
    to: Until = None


class Driver(Row, frozen=True, kw_only=True):
    """A person at the wheel."""

    KIND, KEY = "drivers", ("driver_id",)
    driver_id: Id
    fleet_id: InFleet
    name: Name = ""
    licence: Annotated[str, says("classes held: C1E CE D")] = ""
    note: Note = ""


class DriverAssignment(Row, frozen=True, kw_only=True):
    """Who was at the wheel; km with nobody assigned stay a visible row of their own."""

    KIND, KEY = "driver_assignments", ("vehicle_id", "fleet_id", "driver_id", "from_")
    ONCE = ("vehicle_id", "fleet_id")
    vehicle_id: Vehicle
    fleet_id: OfFleet = ""
    driver_id: Annotated[str, says("driver", "drivers")]
    from_: Since = msgspec.field(name="from", default=None)
    to: Until = None
    source: Annotated[str, says("who says so: dispatch, tachograph, key card, declared")]


class RouteAssignment(Row, frozen=True, kw_only=True):
    """Which route a vehicle was to take."""

    KIND, KEY = "route_assignments", ("vehicle_id", "fleet_id", "route_id", "from_")
    ONCE = ("vehicle_id", "fleet_id")
    vehicle_id: Vehicle
    fleet_id: OfFleet = ""
    route_id: Annotated[str, says("route", "routes")]
    from_: Since = msgspec.field(name="from", default=None)
    to: Until = None


class Trailer(Row, frozen=True, kw_only=True):
    """A trailer: its tyres keep their history whichever tractor pulls it."""

    KIND, KEY = "trailers", ("trailer_id", "fleet_id")
    trailer_id: Id
    fleet_id: InFleet
    plate: Annotated[str, says("number plate")] = ""
    tyre_plan: Annotated[str, says("its wheels and pressures, its own axles counted from 1", "tyre_plans")] = ""
    note: Note = ""


class Coupling(Row, frozen=True, kw_only=True):
    """Which trailer a tractor pulled, and which of the axles it reports are the trailer's."""

    KIND, KEY, ONCE = "couplings", ("trailer", "fleet_id", "tractor", "from_"), ("trailer", "fleet_id")
    tractor: Annotated[str, says("vehicle that pulls", "vehicles")]
    trailer: Annotated[str, says("what it pulls", "trailers")]
    fleet_id: OfFleet = ""
    first_axle: Annotated[
        int | None,
        says(
            "number the tractor gives the trailer's first axle; empty: after those of its tyre plan, or 3 without one"
        ),
    ] = None
    from_: Since = msgspec.field(name="from", default=None)
    to: Until = None


KINDS: dict[str, type[Row]] = {
    row.KIND: row
    for row in (
        Policyholder,
        FleetRow,
        Site,
        Geofence,
        RouteRow,
        RouteStop,
        TyrePlan,
        VehicleRow,
        Device,
        Driver,
        Policy,
        PolicyVehicle,
        Claim,
        DriverAssignment,
        RouteAssignment,
        Trailer,
        Coupling,
    )
}

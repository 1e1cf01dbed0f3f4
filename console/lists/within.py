"""Within: what somebody sees, or a site has, as a condition of a query, so that nothing is read that is not shown."""

from sqlalchemy import ColumnElement, Table, and_, false, or_, true

from console.gate.access import Scope
from console.world import Known


def seen(scope: Scope, known: Known, table: Table) -> ColumnElement[bool]:
    """The rows of ``table`` (fleet_id, vehicle_id; of a driver's own also driver_id) that ``scope`` sees."""
    if scope.everything:
        return true()
    fleets = [table.c.fleet_id == one.fleet if one.fleet else true() for one in scope.grants if not one.site]
    sites = [at_site(known, table, one.site, one.fleet) for one in scope.grants if one.site]
    found = or_(false(), *fleets, *sites)
    return and_(found, table.c.driver_id == scope.driver_id) if scope.driver_id else found


def named(table: Table, column: str, name: str) -> ColumnElement[bool]:
    """The rows of ``FLEET/NAME``, or of a name in whatever fleet."""
    fleet_id, _, one = name.rpartition("/")
    found = table.c[column] == one
    return and_(table.c.fleet_id == fleet_id, found) if fleet_id else found


def at_site(known: Known, table: Table, site: str, fleet_id: str = "") -> ColumnElement[bool]:
    """The rows of vehicles that work from a site today, of one fleet or of any that has a site of this name."""
    vehicles = known.at_site(site)
    fleets = [fleet_id] if fleet_id else sorted(vehicles)
    return or_(
        false(), *[and_(table.c.fleet_id == one, table.c.vehicle_id.in_(vehicles.get(one, ()))) for one in fleets]
    )


def placed(known: Known, table: Table, fleet_id: str, site: str) -> ColumnElement[bool]:
    """The rows of a fleet, of a site, of a site of a fleet; empty: of any."""
    if site:
        return at_site(known, table, site, fleet_id)
    return table.c.fleet_id == fleet_id if fleet_id else true()

"""Quiet hours over HTTP: when a fleet wants only to be called for what cannot wait."""

import msgspec

from console.endpoint import Ask, Body, Endpoint, Reply, Shape
from console.fleets import fleet_row, last_word, of_fleet, refused, seen
from console.gate.access import ACTING, SEEING
from streams.desk import chosen, paging, quiet
from streams.desk.chosen import QUIET


class Hours(Shape):
    """Quiet hours, by the fleet's own clock."""

    fleet_id: str
    rev: str
    time_zone: str
    own: bool  # the fleet's, not the service's
    from_: str = msgspec.field(name="from")  # empty: there are none
    to: str
    wakes: str  # lowest priority that calls in spite of them; critical alerts always do
    now: bool  # it is quiet now
    by: str | None
    since: str | None


class SetHours(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Quiet hours; ``default``: those of the service again."""

    from_: str = msgspec.field(name="from", default="")
    to: str = ""
    wakes: str = paging.ALWAYS
    default: bool = False


def hours(ask: Ask) -> Reply:
    """When a fleet wants quiet."""
    world, fleet_id = ask.world, of_fleet(ask)
    zone, service = fleet_row(world.known.registry, fleet_id).time_zone, world.rules.paging
    with world.store.reading() as connection:
        now, rev = world.now(connection), chosen.rev(connection, fleet_id, QUIET)
        row = chosen.latest(connection, fleet_id, QUIET).get("")
        held = quiet.paging_of(connection, fleet_id, now, service)
    times = [f"{one:%H:%M}" for one in held.quiet or ()] or ["", ""]
    by, since = last_word(row)
    found = Hours(
        fleet_id=fleet_id,
        rev=rev,
        time_zone=zone,
        own=bool(row and row["value"]),
        from_=times[0],
        to=times[1],
        wakes=held.wakes,
        now=paging.is_quiet(now, zone, held),
        by=by,
        since=since,
    )
    return Reply(found, headers={"ETag": f'"{rev}"'})


def set_hours(ask: Ask) -> Reply:
    """Set them."""
    fleet_id, body, world = of_fleet(ask), ask.body, ask.world
    value = {} if body.default else {quiet.FROM: body.from_, quiet.TO: body.to, quiet.WAKES: body.wakes}
    with refused(lambda: hours(ask).value):
        quiet.change(world.store, fleet_id, value, ask.who.login, world.clock(), seen(ask))
    return hours(ask)


PATH = "/settings/{fleet}/quiet"
ENDPOINTS = (
    Endpoint("GET", PATH, hours, "settings", "When a fleet wants quiet", SEEING, Hours),
    Endpoint(
        *("POST", PATH, set_hours, "settings", "Set quiet hours; 409 if changed", ACTING, Hours),
        takes=SetHours,
        headers=("If-Match",),
    ),
)

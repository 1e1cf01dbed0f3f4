"""Access: who asks, in which roles, and which vehicles, drivers and places they may see by them."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from streams.web.tokens import Grant
from streams.words import say

VIEWER, MANAGER, DRIVER = "viewer", "manager", "driver"
UNDERWRITER, ACTUARY, ADMIN = "underwriter", "actuary", "admin"
ROLES = {
    VIEWER: "sees vehicles, alerts, trips and drivers of a fleet or a site",
    MANAGER: "the same, and decides about alerts, tasks and drivers",
    DRIVER: "sees their own score, trips and events, and may object to one",
    UNDERWRITER: "sees premiums with all that made them, accepts and refuses disputes, accepts who drove",
    ACTUARY: "sees exposure, tariff and results, without places",
    ADMIN: "all of it, and users, quarantine, registry, audit",
}
SEEING = frozenset({VIEWER, MANAGER, ADMIN})  # a fleet's live picture
ACTING = frozenset({MANAGER, ADMIN})
PRICING = frozenset({UNDERWRITER, ACTUARY, ADMIN})  # with expense and profit loads
RATED = PRICING | {VIEWER, MANAGER}  # premiums, without them
SCORED = RATED | {DRIVER}
OWN = SEEING | {DRIVER}
RUNNING = frozenset({ADMIN})
EVERYBODY = frozenset(ROLES)
PLACED = frozenset({VIEWER, MANAGER, DRIVER, ADMIN})  # who may see coordinates

Site = Callable[[str, str], str]  # (fleet, vehicle) -> the site it works from


class Who(NamedTuple):
    """Somebody who asks: signed in, or a program with a token."""

    login: str
    name: str
    grants: tuple[Grant, ...]
    driver_id: str = ""
    csrf: str = ""  # of their session; empty: a token's, which no other page can use
    session: str = ""  # its digest
    must_change: bool = False
    token: str = ""  # the digest of a program's

    @property
    def key(self) -> str:
        """Differs between any two who ask: names do not; empty: a stranger."""
        return self.session or self.token

    @property
    def role(self) -> str:
        """What they are: one thing, whatever the places; empty: nothing."""
        return self.grants[0].role if self.grants else ""


@dataclass(frozen=True)
class Scope:
    """What some grants let see: all, fleets, sites, or one driver."""

    grants: tuple[Grant, ...]
    driver_id: str  # of a driver who sees nothing else; empty: no such bound
    site: Site

    @property
    def roles(self) -> frozenset[str]:
        """By which this is seen."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def places(self) -> bool:
        """Whether coordinates are shown."""
        return bool(self.roles & PLACED)

    @property
    def loads(self) -> bool:
        """Whether expense and profit loads are shown."""
        return bool(self.roles & PRICING)

    @property
    def everything(self) -> bool:
        """Whether no fleet is left out."""
        return not self.driver_id and any(not grant.fleet for grant in self.grants)

    @property
    def key(self) -> tuple[str, ...]:
        """The same for all who see the same vehicles."""
        return ("*",) if self.everything else tuple(sorted({f"{one.fleet}/{one.site}" for one in self.grants}))

    @property
    def fleets(self) -> tuple[str, ...]:
        """Fleets of which anything is seen; none: all of them."""
        named = {grant.fleet for grant in self.grants}
        return () if "" in named else tuple(sorted(named))

    def fleet(self, fleet_id: str) -> bool:
        """Whether all of a fleet is seen."""
        return any(grant.fleet in ("", fleet_id) and not grant.site for grant in self.grants)

    def touches(self, fleet_id: str) -> bool:
        """Whether anything of a fleet is seen."""
        return any(grant.fleet in ("", fleet_id) for grant in self.grants)

    def sees(self, fleet_id: str, vehicle_id: str) -> bool:
        """Whether a vehicle is seen, by its fleet or by the site it works from."""
        if self.fleet(fleet_id):
            return True
        sites = {grant.site for grant in self.grants if grant.fleet == fleet_id}
        return bool(sites) and self.site(fleet_id, vehicle_id) in sites

    def row(self, row: "dict[str, str]") -> bool:
        """Whether a row of a vehicle, and perhaps a driver, is seen."""
        own = not self.driver_id or row.get("driver_id") == self.driver_id
        return own and self.sees(row["fleet_id"], row["vehicle_id"])


def scope_of(who: Who, roles: Collection[str], site: Site) -> Scope:
    """What ``who`` sees where ``roles`` may see."""
    grants = who.grants if not roles or who.role in roles else ()
    return Scope(grants, who.driver_id or "\0" if who.role == DRIVER else "", site)


def held(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Grants that hold together: of the first role, an administrator's only for everything, who prices for fleets.

    Two roles would lend each other their fleets and rights; who needs both has two logins. A policy is of a fleet:
    of a site there is no premium, no ledger and no km.
    """
    sound = [one for one in grants if one.role in ROLES and not (one.site and one.role in PRICING)]
    sound = [one for one in sound if not (one.role == ADMIN and one.fleet)]
    return tuple(one for one in sound if one.role == sound[0].role)


def parsed(text: str) -> tuple[Grant, ...]:
    """Grants of ``ROLE[@FLEET[/SITE]]``, with commas; ``ValueError`` for what is none."""
    found = tuple(_grant(one.strip()) for one in text.split(",") if one.strip())
    if held(found) != found:
        raise ValueError(say("one_role", value=repr(text), admin=ADMIN, underwriter=UNDERWRITER, actuary=ACTUARY))
    return found


def written(grants: Iterable[Grant]) -> str:
    """The same as text."""
    return ",".join(map(str, grants))


def _grant(text: str) -> Grant:
    role, at, where = text.partition("@")
    fleet, slash, site = where.partition("/")
    if role not in ROLES:
        raise ValueError(say("no_role", value=repr(role), known=", ".join(ROLES)))
    if (at and not fleet) or (slash and not site):
        raise ValueError(say("grant", value=repr(text)))
    return Grant(role, fleet, site)

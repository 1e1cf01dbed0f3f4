"""Disputed: the shapes of what fleets have dismissed and the insurer makes of it."""

from decimal import Decimal
from typing import Annotated

import msgspec

from console.endpoint import Body, Shape
from console.shapes import Event


class Dispute(Shape):
    """A dismissal by a fleet, and what the insurer makes of it; its ``action_id`` is for If-Match.

    Where pricing may know of driving no more than scores and km, nothing of what happened, why, and who says so.
    """

    action_id: int
    alert_id: str
    vehicle: str
    kind: str
    at: str
    actor: str
    why: str
    reason: str
    state: str  # waiting, accepted, refused; opened: its fleet has taken the dismissal back
    judged_by: str | None
    judgement: str | None
    first_seen: str | None  # of the alert, if it is on record as it was then
    last_seen: str | None
    level: int | None
    count: int | None
    objections: list[str]  # in the driver's words


class Effect(Shape):
    """A premium with what was dismissed and without it."""

    policy_id: str
    vehicle: str  # fleet/vehicle
    cover: str
    valid_from: str
    valid_to: str
    amount: Decimal
    without: Decimal
    currency: str
    status: str  # of its tariff: illustrative, filed


class DisputeDetail(Dispute):
    """A dismissal with all that is needed to judge it; no place of it."""

    events: list[Event]
    effects: list[Effect]  # on the premiums of the vehicle, and of those that its driver moves


class Judgement(Body, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why; it stays on record."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]

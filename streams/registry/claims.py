"""Claims: rows of what was reported, as often as somebody looked at it; what was known on a day stays known."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pricing.tariff import COVERS
from streams.registry.base import Id, OfFleet, Row, Vehicle, says

STATUSES = ("open", "closed")


class Claim(Row, frozen=True, kw_only=True):
    """A claim as it was valued at a moment; the next look at it is a row of its own."""

    KIND, KEY = "claims", ("claim_id", "valued_at")
    claim_id: Id
    policy_id: Annotated[str, says("policy", "policies")]
    vehicle_id: Vehicle
    fleet_id: OfFleet = ""
    driver_id: Annotated[str, says("who drove, if anybody did", "drivers")] = ""
    cover: Annotated[str, says("what is covered", choices=COVERS)]
    loss_at: Annotated[datetime, says("when it happened")]
    reported_at: Annotated[datetime | None, says("when it was heard of; empty: when first valued")] = None
    valued_at: Annotated[datetime, says("when somebody looked at it")]
    status: Annotated[str, says("whether more is to come", choices=STATUSES)] = "open"
    paid: Annotated[Decimal, says("paid so far")]
    reserve: Annotated[Decimal | None, says("outstanding: thought to come; empty: nothing")] = None
    recovery: Annotated[Decimal | None, says("had back from others, salvage too; empty: nothing")] = None
    at_fault: Annotated[str, says("whether the driver was", choices=("yes", "no"))] = ""

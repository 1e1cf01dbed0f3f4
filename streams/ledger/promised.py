"""Promised: what was offered and accepted, by which the policy that follows is first indicated and charged."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from pricing.canonical import plain
from pricing.exposure import Exposure, vehicle_days
from pricing.ledger.entry import Entry
from pricing.ledger.offered import ACCEPTED, WHOLE
from pricing.ledger.pen import Pen
from pricing.ledger.rated import made_from
from pricing.money import cents
from pricing.premium import ANSWER, OFFER, Risk
from pricing.score import Own
from pricing.stated import Stated
from pricing.tariff import Tariff
from streams.ledger import chains
from streams.registry.contracts import Policy

Promises = Mapping[tuple[str, str], Entry]  # accepted offers by vehicle and cover
APART = ("policy_id", "previous")


def promised(connection: Connection, policy: Policy) -> Promises:
    """The accepted offers of the policy that this one renews."""
    if not policy.renews:
        return {}
    pen = Pen(chains.of(connection, policy.renews), datetime.now(UTC))
    answers = pen.known(ANSWER, WHOLE, WHOLE)
    if not answers or answers[-1]["reason"] != ACCEPTED:
        return {}
    return {(entry["vehicle_id"], entry["cover"]): entry for entry in pen.all_known(OFFER)}


def before(risk: Risk, promise: Entry | None) -> Risk:
    """The risk with what was paid in the term before, for as many days, which a cap on change is held against.

    And with the claims coefficient that was offered and accepted, where the registry says none.
    """
    if promise is None:
        return risk
    offered = made_from(promise["made"]["renewed"])[0]
    days, of = (vehicle_days(one.valid_from, one.valid_to) for one in (risk, offered))
    paid = offered.previous
    said = risk.experience == risk.experience or offered.experience != offered.experience
    held = paid if paid is None or days == of else cents(paid * days / of)
    return replace(risk, experience=risk.experience if said else offered.experience, previous=held)


def as_offered(
    risk: Risk, tariff: Tariff, promise: Entry | None, private: bool
) -> tuple[Exposure, Own | Stated] | None:
    """What an accepted offer of just this risk was made from; None where anything is not as it was offered."""
    if promise is None or promise["made"]["renewed"]["tariff"] != tariff.digest:
        return None
    offered, exposure, own = made_from(promise["made"]["renewed"])
    same = _plain(offered) == _plain(risk) and isinstance(own, Stated) == private
    return (exposure, own) if same else None


def _plain(risk: Risk) -> dict[str, Any]:
    return {name: value for name, value in plain(risk).items() if name not in APART}

"""Promised: what was offered and accepted, by which the policy that follows is first indicated and charged."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import nan
from typing import Any

import polars as pl
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
from streams.registry import stored
from streams.registry.contracts import Policy

Promises = Mapping[tuple[str, str], Entry]  # accepted offers by vehicle and cover
APART = ("policy_id", "previous")
RATED = ("policy_id", "vehicle_id", "cover", "class")


def promised(connection: Connection, policy: Policy) -> Promises:
    """The accepted offers of the policy that this one renews."""
    if not policy.renews:
        return {}
    pen = Pen(chains.saying(connection, policy.renews, (OFFER, ANSWER)), datetime.now(UTC))
    answers = pen.known(ANSWER, WHOLE, WHOLE)
    if not answers or answers[-1]["reason"] != ACCEPTED:
        return {}
    return {(entry["vehicle_id"], entry["cover"]): entry for entry in pen.all_known(OFFER)}


def insured(connection: Connection, risks: pl.DataFrame, tariff: Tariff) -> pl.DataFrame:
    """Risks with the claims coefficients that they are posted with: where the registry says none, as accepted."""
    unsaid = risks.filter(pl.col("experience").is_null()).select(RATED).unique()
    following = [one for one in stored.of(connection, Policy) if one.renews and one.policy_id in unsaid["policy_id"]]
    offers = {(one.policy_id, *key): entry for one in following for key, entry in promised(connection, one).items()}
    rows = [(*row, _coefficient(offers[row[:3]], tariff, *row[2:])) for row in unsaid.rows() if row[:3] in offers]
    if not rows:
        return risks
    told = pl.DataFrame(rows, {**dict.fromkeys(RATED, pl.String), "accepted": pl.Float64}, orient="row")
    known = risks.join(told, on=RATED, how="left", maintain_order="left")
    return known.with_columns(pl.coalesce("experience", pl.col("accepted").fill_nan(None))).drop("accepted")


def before(risk: Risk, promise: Entry | None, tariff: Tariff) -> Risk:
    """The risk with what was paid in the term before, for as many days, which a cap on change is held against.

    And with the claims coefficient that was offered and accepted, where the registry says none: of a bonus-malus scale
    on that scale alone, and of none on none.
    """
    if promise is None:
        return risk
    offered = made_from(promise["made"]["renewed"])[0]
    days, of = (vehicle_days(one.valid_from, one.valid_to) for one in (risk, offered))
    paid = offered.previous
    held = paid if paid is None or days == of else cents(paid * days / of)
    known, own = risk.experience, _coefficient(promise, tariff, risk.cover, risk.klass)
    return replace(risk, experience=known if known == known or own != own else own, previous=held)


def _coefficient(promise: Entry, tariff: Tariff, cover: str, klass: str) -> float:
    """The one accepted; NaN if there is none, or another bonus-malus scale holds now, or none where one held."""
    made, scale = promise["made"]["renewed"], tariff.record(cover, klass)
    by = (made["claims"] or {}).get("scale")
    return made_from(made)[0].experience if by == (scale and scale.name) else nan


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

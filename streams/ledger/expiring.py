"""Expiring: what a vehicle and cover pay in the term that ends, against which a cap on change is held."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pricing.billing.per_km import Reading
from pricing.exposure import Exposure, vehicle_days
from pricing.ledger.charged import rates_of
from pricing.ledger.coverage import covered
from pricing.ledger.entry import Entry
from pricing.ledger.offered import WHOLE
from pricing.ledger.pen import Pen
from pricing.money import cents, decimal, micro
from pricing.premium import CHARGED, INDICATED
from streams.ledger.chains import LedgerError
from streams.registry.contracts import Policy

Row = Mapping[str, Any]  # of risks


def indication(pen: Pen, policy: Policy, row: Row) -> Entry:
    """That by which the days at the end of the term are charged; where none is charged so, that which stands."""
    last, account = policy.to.isoformat(), (row["vehicle_id"], row["cover"])
    found = [one for one in pen.known(INDICATED, *account) if one["valid_to"] == last]
    spans = covered(pen.known(CHARGED, *account), pen.by_hash)
    found += [span.indication for span in spans if span.end == policy.to]
    found += [pen.by_hash[bill["made"]["indication"]] for bill in _bills(pen, row) if bill["made"].get("indication")]
    if not found:
        raise LedgerError(f"{row['vehicle_id']} {row['cover']} has no indication: 'tripmeter ledger post' comes first")
    return found[-1]


def paid(
    pen: Pen, policy: Policy, rows: Sequence[Row], row: Row, days: int, driven: Exposure, rounding: str
) -> Decimal:
    """What ``days`` and km ``driven`` of a ``row`` would cost as the policy pays now.

    Of a deposit, its share among all ``rows`` insured to the end, by what is indicated.
    """
    bills = _bills(pen, row)
    if bills:
        seen, gap = (micro(decimal(driven[name])) for name in ("km_measured", "km_gap"))
        return rates_of(bills[-1]["made"]).earned(Reading(days, seen, gap))
    premium = indication(pen, policy, row).amount
    deposit = pen.known(CHARGED, WHOLE, WHOLE)
    if deposit:
        whole = sum(indication(pen, policy, one).amount for one in rows)
        premium *= sum(one.amount for one in deposit) / whole if whole else 1
    return cents(premium * days / vehicle_days(policy.from_, policy.to), rounding)


def _bills(pen: Pen, row: Row) -> Sequence[Entry]:
    """Of a vehicle and cover, as it is insured to the end of the term."""
    since = row["valid_from"].isoformat()
    found = pen.known(CHARGED, row["vehicle_id"], row["cover"])
    return [one for one in found if one["made"]["by"] == "billed" and one["made"].get("since") == since]

"""Statement: an offer as who is insured reads it - the policy, each fleet, each vehicle, and why it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from pricing.ledger.entry import Draft
from pricing.ledger.offered import levies_of
from pricing.renewal.reasons import NAMES

ILLUSTRATIVE = "ILLUSTRATIVE: made with a tariff that was fitted to nobody's portfolio and is not filed"
HEADS = ("vehicle", "cover", "this term", "next term", "change", "taxes and levies")
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
STYLE = (
    "body{font:15px/1.4 sans-serif;margin:2em auto;max-width:60em}table{border-collapse:collapse;width:100%}"
    "td,th{border-bottom:1px solid #ccc;padding:.2em .5em;text-align:left}.n{text-align:right}"
    ".illustrative{border:2px solid #a00;color:#a00;padding:.5em;font-weight:bold}"
)


@dataclass(frozen=True)
class Statement:
    """The offers of a policy, and what became of them."""

    policy_id: str
    holder: str
    answer: str  # "" while it is open
    offers: Sequence[Draft]

    @property
    def status(self) -> str:
        """Illustrative if the tariff of any offer is."""
        found = {offer.made["renewed"]["status"] for offer in self.offers}
        return "illustrative" if "illustrative" in found else min(found)

    @property
    def fleets(self) -> dict[str, list[Draft]]:
        """Offers by fleet, in order of vehicle and cover."""
        found: dict[str, list[Draft]] = {}
        for offer in sorted(self.offers, key=lambda offer: (_fleet(offer), offer.vehicle_id, offer.cover)):
            found.setdefault(_fleet(offer), []).append(offer)
        return found


def head(said: Statement) -> list[str]:
    """What stands above all."""
    first = said.offers[0]
    tariffs = sorted({offer.made["renewed"]["tariff_id"] for offer in said.offers})
    open_until = f"open until {first.valid_from}" if not said.answer else said.answer
    return [
        *([ILLUSTRATIVE] if said.status == "illustrative" else []),
        f"Renewal of policy {said.policy_id}{f', {said.holder}' if said.holder else ''}",
        f"{first.valid_from} to {first.valid_to}, end excluded; {open_until}",
        f"tariff {', '.join(tariffs)} ({said.status})",
        _sum("in all", said.offers),
    ]


def text(said: Statement) -> str:
    """The statement in lines."""
    found = head(said)
    for fleet_id, offers in said.fleets.items():
        found += ["", _sum(f"fleet {fleet_id}", offers)]
        for vehicle_id in dict.fromkeys(offer.vehicle_id for offer in offers):
            mine = [offer for offer in offers if offer.vehicle_id == vehicle_id]
            found += ["", _sum(f"vehicle {vehicle_id}", mine)]
            found += ["  " + "  ".join(cells[1:]) for cells in map(_cells, mine)]
            found += [f"  {line}" for line in why(mine)]
    return "\n".join(found)


def html(said: Statement) -> str:
    """The same as one page that needs nothing else; whatever a name holds is text."""
    lines = head(said)
    title = escape(lines[-4])
    body = [f"<h1>{title}</h1>", *(f"<p{_mark(line)}>{escape(line)}</p>" for line in lines if line != lines[-4])]
    for fleet_id, offers in said.fleets.items():
        body += [f"<h2>Fleet {escape(fleet_id)}</h2>", f"<p>{escape(_sum('fleet', offers))}</p>", _table(offers)]
        for vehicle_id in dict.fromkeys(offer.vehicle_id for offer in offers):
            mine = [offer for offer in offers if offer.vehicle_id == vehicle_id]
            items = "".join(f"<li>{escape(line)}</li>" for line in why(mine))
            body += [f"<h3>{escape(vehicle_id)}</h3>", f"<p>{escape(_sum('vehicle', mine))}</p>", f"<ul>{items}</ul>"]
    status = f"{title} ({said.status})"
    return f"{HEAD}<title>{status}</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"


def why(offers: Iterable[Draft]) -> list[str]:
    """Reasons for the change over all covers of a vehicle, the largest amount first."""
    sums: dict[str, Decimal] = {}
    details: dict[str, dict[str, None]] = {}
    for reason in (reason for offer in offers for reason in offer.made["reasons"]):
        name = reason["name"]
        sums[name] = sums.get(name, Decimal(0)) + Decimal(reason["amount"])
        details.setdefault(name, {})[reason["detail"]] = None
    ordered = sorted(sums, key=lambda name: (-abs(sums[name]), list(NAMES).index(name)))
    said = {name: "; ".join(one for one in details[name] if one) for name in ordered}
    return [f"{sums[name]:+,} {NAMES[name]}{f': {said[name]}' if said[name] else ''}" for name in ordered]


def _table(offers: Iterable[Draft]) -> str:
    heads = "".join(f"<th{' class=n' if i > 1 else ''}>{name}</th>" for i, name in enumerate(HEADS))
    return f"<table><tr>{heads}</tr>{''.join(map(_line, offers))}</table>"


def _line(offer: Draft) -> str:
    cells = (f"<td{' class=n' if i > 1 else ''}>{escape(cell)}</td>" for i, cell in enumerate(_cells(offer)))
    return f"<tr>{''.join(cells)}</tr>"


def _cells(offer: Draft) -> tuple[str, ...]:
    was = _was(offer)
    amounts = (f"{was:,}", f"{offer.amount:,}", f"{offer.amount - was:+,}", f"{levies_of(offer):,}")
    return (offer.vehicle_id, offer.cover, *amounts)


def _sum(name: str, offers: Sequence[Draft]) -> str:
    was, now = sum(map(_was, offers), Decimal(0)), sum((offer.amount for offer in offers), Decimal(0))
    levies, currency = sum(map(levies_of, offers), Decimal(0)), offers[0].currency
    share = f" ({(now / was - 1) * 100:+.1f} %)" if was else ""
    due = f"; with taxes and levies {now + levies:,}" if levies else ""
    return f"{name}: {was:,} {currency} this term, {now:,} {currency} the next, {now - was:+,}{share}{due}"


def _mark(line: str) -> str:
    return ' class="illustrative"' if line == ILLUSTRATIVE else ""


def _was(offer: Draft) -> Decimal:
    return Decimal(offer.made["expiring"]["amount"])


def _fleet(offer: Draft) -> str:
    fleet_id: str = offer.made["renewed"]["risk"]["fleet_id"]
    return fleet_id

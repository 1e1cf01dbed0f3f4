"""Cancellation: what is kept of a premium when a policy ends early, pro rata or by a short-rate document."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files

from pricing.billing.term import Term
from pricing.document import Table
from pricing.money import cents

RULES = ("returned", "kept")


@dataclass(frozen=True)
class ShortRate:
    """Either a share of the pro-rata return is given back, or a table says what is kept after so many days."""

    name: str
    source: str
    returned: Decimal = Decimal(1)  # of the pro-rata return
    year: int = 365  # days of the term the table is for
    kept: tuple[tuple[int, Decimal], ...] = ()  # (up to so many days, share of the premium), rising to 1

    def earned(self, premium: Decimal, on: date, term: Term) -> Decimal:
        """What the insurer keeps of ``premium`` if the policy ends on ``on``, never less than pro rata."""
        if not self.kept:
            return premium - cents((premium - term.earned(premium, on)) * self.returned, term.rounding)
        days = term.elapsed(on)
        # of a term that is shorter or longer than the table's the same part counts
        share = next(share for limit, share in self.kept if days * self.year <= limit * term.days)
        return cents(premium * share, term.rounding) if days else Decimal("0.00")

    def refund(self, premium: Decimal, on: date, term: Term) -> Decimal:
        """What is given back; cancelled from its start, all of it (flat)."""
        return premium if on == term.start else premium - self.earned(premium, on, term)


PRO_RATA = ShortRate("pro_rata", "by the day; where the insurer ends the policy")


def short_rate(name: str) -> ShortRate:
    """A document that comes with the package."""
    return parse((files("pricing.billing") / "cancellations" / f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def parse(text: str, where: str) -> ShortRate:
    """The rule a TOML text says; raises ``TariffError`` with ``where`` and the path of what is wrong."""
    root = Table.read(text, where)
    name, source = root.text("name"), root.text("source")
    if root.text("rule", RULES) == "returned":
        found = ShortRate(name, source, returned=root.number("share", 0, 1))
    else:
        year = int(root.number("days", 1, 3660))
        found = ShortRate(name, source, year=year, kept=_kept(root, year))
    root.done()
    return found


def _kept(root: Table, year: int) -> tuple[tuple[int, Decimal], ...]:
    kept = tuple((int(day), Decimal(str(share))) for day, share in root.pairs("kept"))
    shares = [share for _, share in kept]
    if kept[-1] != (year, Decimal(1)) or shares != sorted(shares):
        raise root.error("kept", f"shares must rise, and end with all of it after {year} days")
    if short := [day for day, share in kept if share * year < day]:
        raise root.error("kept", f"after {short[0]} days less would be kept than pro rata")
    return kept

"""Scales: the bonus-malus scales that come with the package, a document each, and how one is read."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from importlib.resources import files

from pricing.bonus_malus import RULES, BonusMalus
from pricing.document import Table
from pricing.money import ROUNDING


def names() -> list[str]:
    """Those that are shipped."""
    return sorted(path.name.removesuffix(".toml") for path in files(__name__).iterdir() if path.name.endswith(".toml"))


def standard(name: str) -> BonusMalus:
    """One that is shipped."""
    return read(Table.read(text(name), f"{name}.toml"))


def text(name: str) -> str:
    """The same as it is written."""
    return (files(__name__) / f"{name}.toml").read_text("utf-8")


def nested(name: str) -> str:
    """The same as a table of a tariff, ``[scales.NAME]``."""
    return f"\n[scales.{name}]\n" + re.sub(r"(?m)^#.*\n", "", text(name))


def read(table: Table) -> BonusMalus:
    """The scale that a table says; raises ``TariffError`` with the path of what is wrong."""
    name, source, rule = table.text("name"), table.text("source"), table.text("rule", RULES)
    found = _multiplied(table, name, source) if rule == "multiply" else _stepped(table, name, source)
    table.done()
    return found


def _multiplied(table: Table, name: str, source: str) -> BonusMalus:
    lowest, highest = table.range("range")
    return BonusMalus(
        name,
        source,
        "multiply",
        start=table.number("start", float(lowest), float(highest)),
        lowest=lowest,
        highest=highest,
        bonus=table.number("claim_free", 0.01, 1),
        malus=table.number("claim", 1, 10),
        least_days=_days(table),
        rounding=table.text("rounding", ROUNDING),
    )


def _stepped(table: Table, name: str, source: str) -> BonusMalus:
    classes = tuple(Decimal(str(y)) for _, y in table.pairs("classes"))
    if list(classes) != sorted(set(classes)):
        raise table.error("classes", "coefficients must rise from class to class")
    start = table.number("start")
    if start not in classes:
        raise table.error("start", f"{start} is no coefficient of a class")
    bonus, malus = table.number("claim_free", 1, len(classes)), table.number("claim", 1, len(classes))
    if bonus != int(bonus) or malus != int(malus):
        raise table.error("claim", "claim_free and claim are whole numbers of classes")
    ends, days = (classes[0], classes[-1]), _days(table)
    return BonusMalus(name, source, "steps", start, *ends, bonus, malus, days, ROUND_HALF_EVEN, classes)


def _days(table: Table) -> int:
    return int(table.number("least_days", 1, 365))

"""Bonus-malus: what a claim-free year and a claim do to the coefficient, as a scale read from a document."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from importlib.resources import files

from pricing.document import Table
from pricing.money import ROUNDING

RULES = ("multiply", "steps")


@dataclass(frozen=True)
class Scale:
    """A scale whose state is the coefficient itself (``multiply``) or a class of a list (``steps``)."""

    name: str
    source: str
    rule: str
    start: Decimal  # coefficient, or the coefficient of the first class
    lowest: Decimal
    highest: Decimal
    bonus: Decimal  # by which a claim-free year multiplies, or the number of classes down
    malus: Decimal  # by which each claim multiplies, or the number of classes up
    rounding: str = ROUND_DOWN
    classes: tuple[Decimal, ...] = ()  # rising coefficients

    def after(self, coefficient: Decimal, claims: int) -> Decimal:
        """Coefficient of the year after one with so many claims at fault."""
        if self.rule == "steps":
            return self._step(coefficient, claims)
        if claims == 0:
            return self._within(coefficient * self.bonus)
        for _ in range(claims):
            coefficient = self._within(coefficient * self.malus)
        return coefficient

    def path(self, claims: Iterable[int]) -> list[Decimal]:
        """Coefficient of the first year and of each year after one with the ``claims`` given."""
        found = [self.start]
        for count in claims:
            found.append(self.after(found[-1], count))
        return found

    def _within(self, coefficient: Decimal) -> Decimal:
        return min(max(coefficient.quantize(Decimal("0.01"), self.rounding), self.lowest), self.highest)

    def _step(self, coefficient: Decimal, claims: int) -> Decimal:
        moved = self.classes.index(coefficient) + int(self.malus * claims if claims else -self.bonus)
        return self.classes[min(max(moved, 0), len(self.classes) - 1)]


def scale(name: str) -> Scale:
    """A scale that comes with the package."""
    return parse((files("pricing.experience") / "scales" / f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def parse(text: str, where: str) -> Scale:
    """The scale a TOML text says; raises ``TariffError`` with ``where`` and the path of what is wrong."""
    root = Table.read(text, where)
    name, source, rule = root.text("name"), root.text("source"), root.text("rule", RULES)
    found = _multiplied(root, name, source) if rule == "multiply" else _stepped(root, name, source)
    root.done()
    return found


def _multiplied(root: Table, name: str, source: str) -> Scale:
    lowest, highest = root.range("range")
    return Scale(
        name,
        source,
        "multiply",
        start=root.number("start", float(lowest), float(highest)),
        lowest=lowest,
        highest=highest,
        bonus=root.number("claim_free", 0.01, 1),
        malus=root.number("claim", 1, 10),
        rounding=root.text("rounding", ROUNDING),
    )


def _stepped(root: Table, name: str, source: str) -> Scale:
    classes = tuple(Decimal(str(y)) for _, y in root.pairs("classes"))
    if list(classes) != sorted(set(classes)):
        raise root.error("classes", "coefficients must rise from class to class")
    start = root.number("start")
    if start not in classes:
        raise root.error("start", f"{start} is no coefficient of a class")
    bonus, malus = root.number("claim_free", 1, len(classes)), root.number("claim", 1, len(classes))
    if bonus != int(bonus) or malus != int(malus):
        raise root.error("claim", "claim_free and claim are whole numbers of classes")
    return Scale(name, source, "steps", start, classes[0], classes[-1], bonus, malus, ROUND_HALF_EVEN, classes)

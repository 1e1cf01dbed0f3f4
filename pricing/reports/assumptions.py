"""Assumptions: what an underwriter says of trend, development, large losses and credibility, as a readable TOML."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pricing.document import Table
from pricing.experience.fleet import Effects

ANY = "default"  # the table of covers that have none of their own


@dataclass(frozen=True)
class Given:
    """What is said of a cover; None: not said, and taken from the portfolio's claims."""

    cap: float | None = None  # most of a claim that counts as the fleet's own
    trend: float | None = None  # growth of cost a year
    development: tuple[float, ...] | None = None  # of losses whose year began 1, 2, ... years ago
    large: float | None = None  # what is above the cap, as a share of what is below
    mean_claim: float | None = None
    variation: float | None = None  # squared coefficient of variation of a capped claim


@dataclass(frozen=True)
class Assumptions:
    """The document; without one, everything comes from the portfolio's claims."""

    name: str = ""
    source: str = ""
    covers: Mapping[str, Given] = field(default_factory=dict)
    effects: Effects | None = None  # V_R and V_S
    deductibles: tuple[float, ...] = (0.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0)  # ours: what is commonly offered

    def of(self, cover: str) -> Given:
        """What is said of a cover."""
        return self.covers.get(cover) or self.covers.get(ANY) or Given()


def parse(text: str, where: str) -> Assumptions:
    """The assumptions of a TOML text; raises with ``where`` and the path of what is wrong."""
    root = Table.read(text, where)
    keys = set(root)
    name, source = root.text("name"), root.text("source")
    covers = _covers(root.table("covers")) if "covers" in keys else {}
    effects = _effects(root.table("credibility")) if "credibility" in keys else None
    options = root.amounts("deductibles") if "deductibles" in keys else Assumptions.deductibles
    root.done()
    return Assumptions(name, source, covers, effects, options)


def _covers(table: Table) -> dict[str, Given]:
    return {cover: _given(table.table(cover)) for cover in table}


def _given(table: Table) -> Given:
    keys = set(table)
    bounds = {"cap": (1.0, 1e12), "trend": (-0.5, 0.5), "large": (0.0, 10.0), "mean_claim": (0.01, 1e12)}
    bounds["variation"] = (0.0, 1e6)
    said = {name: float(table.number(name, *ends)) for name, ends in bounds.items() if name in keys}
    factors = table.amounts("development", 0.01, 100.0) if "development" in keys else None
    table.done()
    return Given(**said, development=factors)


def _effects(table: Table) -> Effects:
    found = Effects(float(table.number("fleet", 0, 10)), float(table.number("vehicle", 0, 10)))
    table.done()
    return found

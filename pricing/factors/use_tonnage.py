"""Use and tonnage: rates by use and band of permitted mass together, as Chinese commercial motor has them."""

from dataclasses import dataclass

from pricing.factors.base import Factor


@dataclass(frozen=True, eq=False)
class Banded(Factor):
    """Levels are a word and a band of a number: ``hire 2-5`` is hire above 2, up to 5."""

    def __post_init__(self) -> None:
        for name, _ in self.levels:
            _band(name)

    def level_of(self, value: str) -> str:
        """The level of a name, or of a word and a number in its band."""
        word, _, number = value.partition(" ")
        for name, _relativity in self.levels:
            own, low, high = _band(name)
            if value == name or (own == word and _is_number(number) and low < float(number) <= high):
                return name
        raise ValueError(f"factor {self.name}: no level {value!r}; known: {', '.join(dict(self.levels))}")


def _band(name: str) -> tuple[str, float, float]:
    """Word, lower and upper end of a level."""
    word, _, band = name.partition(" ")
    try:
        if band.startswith("<="):
            return word, float("-inf"), float(band[2:])
        if band.startswith(">"):
            return word, float(band[1:]), float("inf")
        low, _, high = band.partition("-")
        return word, float(low), float(high)
    except ValueError as error:
        raise ValueError(f"level {name!r}: expected a use and a band such as <=2, 2-5 or >10") from error


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


FACTOR = Banded(
    "use_tonnage",
    covariate="use_mass",
    unit="t",
    meaning="what the vehicle is used for, and its permitted maximum mass, together",
    base="own 2-5",
    levels=(
        ("own <=2", 0.85),
        ("own 2-5", 1.0),
        ("own 5-10", 1.15),
        ("own >10", 1.4),
        ("hire <=2", 1.1),
        ("hire 2-5", 1.35),
        ("hire 5-10", 1.6),
        ("hire >10", 2.1),
        ("hazmat <=2", 1.4),
        ("hazmat 2-5", 1.7),
        ("hazmat 5-10", 2.0),
        ("hazmat >10", 2.6),
        ("passenger <=2", 1.2),
        ("passenger 2-5", 1.4),
        ("passenger 5-10", 1.6),
        ("passenger >10", 1.9),
    ),
    source="illustrative; the shape of tables by use and tonnage band",
)

"""Document: a TOML text read table by table; whatever is unknown, missing or of the wrong kind says where it is."""

import difflib
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, ClassVar, Self


class TariffError(ValueError):
    """A tariff that cannot be used: what was found, and at which path."""


class Table:
    """One TOML table; ``done`` complains about keys that nobody asked for."""

    wrong: ClassVar[type[ValueError]] = TariffError  # what is raised

    def __init__(self, content: dict[str, Any], path: str) -> None:
        self._content, self._path, self._asked = content, path, set[str]()

    @classmethod
    def read(cls, text: str, where: str) -> Self:
        """The root table; numbers with a point become Decimal, as they are written."""
        try:
            return cls(tomllib.loads(text, parse_float=Decimal), f"{where}: ")
        except tomllib.TOMLDecodeError as error:
            raise cls.wrong(f"{where}: no valid TOML: {error}") from error

    def error(self, key: str, message: str) -> ValueError:
        """What is wrong with ``key``, with its path."""
        return self.wrong(f"{self._path}{key}: {message}")

    def __iter__(self) -> Iterator[str]:
        """Keys of the table as written."""
        return iter(self._content)

    def text(self, key: str, allowed: Iterable[str] = ()) -> str:
        """A string, one of ``allowed`` if any are given."""
        value: str = self._get(key, str, "a text")
        if allowed and value not in allowed:
            raise self.error(key, f"{value!r} is not known; use one of {', '.join(allowed)}")
        return value

    def number(self, key: str, low: float = 0.0, high: float = float("inf")) -> Decimal:
        """An exact number between ``low`` and ``high``, both included."""
        value = self._get(key, (int, Decimal), "a number")
        if not low <= value <= high:
            raise self.error(key, f"{value} is outside {low} to {high}")
        return Decimal(value)

    def positive(self, key: str) -> float:
        """A number above 0."""
        value = float(self.number(key))
        if value == 0.0:
            raise self.error(key, "0 is not allowed; it must be above 0")
        return value

    def flag(self, key: str) -> bool:
        """true or false."""
        return bool(self._get(key, bool, "true or false"))

    def day(self, key: str) -> date:
        """A date."""
        value: date = self._get(key, date, "a date such as 2026-01-01")
        return value

    def names(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """A list of names, each of them ``allowed``."""
        values = self._get(key, list, "a list of names")
        unknown = [value for value in values if value not in allowed]
        if unknown:
            raise self.error(key, f"{unknown[0]!r} is not known; use some of {', '.join(allowed)}")
        return tuple(values)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self._get(key, list, "a list of texts")
        if any(not isinstance(value, str) for value in values):
            raise self.error(key, f"{values!r} is not a list of texts")
        return tuple(values)

    def amounts(self, key: str, low: float = 0.0, high: float = float("inf")) -> tuple[float, ...]:
        """A list of numbers between ``low`` and ``high``."""
        values = self._get(key, list, "a list of numbers")
        odd = [x for x in values if isinstance(x, bool) or not isinstance(x, int | Decimal) or not low <= x <= high]
        if odd or not values:
            raise self.error(
                key, f"expected numbers between {low:g} and {high:g}{f', found {odd[0]!r}' if odd else ''}"
            )
        return tuple(float(value) for value in values)

    def pairs(self, key: str) -> tuple[tuple[float, float], ...]:
        """A list of [x, y], x rising and y above 0."""
        values = self._get(key, list, "a list of [covariate, relativity]")
        pairs = tuple((float(x), float(y)) for x, y in values)
        if not pairs or any(y <= 0 for _, y in pairs) or any(a >= b for (a, _), (b, _) in pairwise(pairs)):
            raise self.error(key, "covariates must rise and relativities be above 0")
        return pairs

    def ascending(self, key: str) -> tuple[Decimal, ...]:
        """A list of numbers that never fall."""
        values = self._get(key, list, "a list of numbers")
        if not values or not all(isinstance(x, int | Decimal) for x in values) or values != sorted(values):
            raise self.error(key, "expected numbers that never fall from one to the next")
        return tuple(map(Decimal, values))

    def range(self, key: str) -> tuple[Decimal, Decimal]:
        """[low, high] around 1."""
        values = self._get(key, list, "[low, high]")
        if len(values) != 2 or not 0 < values[0] <= 1 <= values[1]:
            raise self.error(key, f"{[str(value) for value in values]} is no range [low, high] around 1")
        return Decimal(values[0]), Decimal(values[1])

    def numbers(self, key: str, names: Iterable[str] = (), low: float = 0.0) -> dict[str, Decimal]:
        """A table of numbers >= ``low``; with ``names``, exactly these."""
        table = self.table(key)
        found = {name: table.number(name, low) for name in (names or table)}
        table.done()
        return found

    def table(self, key: str) -> Self:
        """The table under ``key``."""
        return type(self)(self._get(key, dict, "a table"), f"{self._path}{key}.")

    def each(self, key: str, read: Callable[[Self], Any]) -> tuple[Any, ...]:
        """What ``read`` makes of each table of the list under ``key``."""
        values = self._get(key, list, "a list of tables")
        tables = [type(self)(value, f"{self._path}{key}[{i}].") for i, value in enumerate(values)]
        found = []
        for table in tables:
            found.append(read(table))
            table.done()
        return tuple(found)

    def done(self) -> None:
        """Complain about the first key nobody asked for."""
        unknown = [key for key in self._content if key not in self._asked]
        if unknown:
            known = sorted(self._asked)
            meant = difflib.get_close_matches(unknown[0], known, 1, 0.5)
            hint = f"; did you mean {meant[0]!r}?" if meant else ""
            raise self.error(unknown[0], f"unknown key; known here: {', '.join(known)}{hint}")

    def _get(self, key: str, kind: type | tuple[type, ...], expected: str) -> Any:
        self._asked.add(key)
        if key not in self._content:
            written = difflib.get_close_matches(key, self._content.keys() - self._asked, 1, 0.7)
            raise self.error(key, f"missing; expected {expected}{f'; is {written[0]!r} meant?' if written else ''}")
        value = self._content[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(key, f"{value!r} is not {expected}")
        return value

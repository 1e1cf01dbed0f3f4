"""Book: the whole registry in memory, by kind and key, with the place each row was read from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import msgspec

from streams.registry.base import Row
from streams.registry.rows import KINDS

Some = TypeVar("Some", bound=Row)


class Place(NamedTuple):
    """Where a row stands: a file and its line, or the registry itself."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file} line {self.line}"


class Problem(NamedTuple):
    """One thing that is wrong: where, what was found, what to do."""

    place: Place
    column: str  # empty: the row as a whole
    what: str
    todo: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.place}{column}: {self.what}; {self.todo}"


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """By file, line and column."""
    return sorted(problems, key=lambda one: (one.place.file, one.place.line or 0, one.column))


class RegistryError(Exception):
    """A registry that cannot be taken; ``problems`` are all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Change(NamedTuple):
    """One difference between two registries; ``fields`` are those that changed."""

    what: str  # added, changed, removed
    kind: str
    key: str
    fields: tuple[str, ...] = ()


def _empty() -> dict[str, dict[str, Row]]:
    return {kind: {} for kind in KINDS}


@dataclass
class Registry:
    """Rows by kind and key."""

    rows: dict[str, dict[str, Row]] = field(default_factory=_empty)
    places: dict[tuple[str, str], Place] = field(default_factory=dict, compare=False)
    broken: set[tuple[str, str]] = field(default_factory=set, compare=False)  # (kind, id) said, but in no valid row

    def copy(self) -> "Registry":
        """The same rows, to be changed."""
        return Registry({kind: dict(rows) for kind, rows in self.rows.items()})

    def of(self, kind: type[Some]) -> list[Some]:
        """All rows of a kind, by key."""
        return [row for _, row in sorted(self.rows[kind.KIND].items()) if isinstance(row, kind)]

    def put(self, row: Row) -> None:
        """Add ``row``, or put it in the place of the one with its key."""
        self.rows[row.KIND][row.key] = row

    def find(self, kind: str, name: str) -> list[Row]:
        """The row of this key, or all rows of this id."""
        rows = self.rows[kind]
        if name in rows:
            return [rows[name]]
        return [row for key, row in sorted(rows.items()) if key.startswith(f"{name}/")]

    def place(self, row: Row) -> Place:
        """Where the row was read, for a complaint."""
        return self.places.get((row.KIND, row.key), Place(f"{row.KIND} {row.key}"))


def diff(before: Registry, after: Registry) -> list[Change]:
    """What leads from one registry to the other, by kind and key."""
    changes = []
    for kind in KINDS:
        old, new = before.rows[kind], after.rows[kind]
        for key in sorted(old.keys() | new.keys()):
            if key not in new:
                changes.append(Change("removed", kind, key))
            elif key not in old:
                changes.append(Change("added", kind, key))
            elif old[key] != new[key]:
                a, b = msgspec.structs.asdict(old[key]), msgspec.structs.asdict(new[key])
                changed = tuple(name.rstrip("_") for name in a if a[name] != b[name])
                changes.append(Change("changed", kind, key, changed))
    return changes

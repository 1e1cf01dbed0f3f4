"""Person: whose data is to become nobody's, and the token that stands where their id stood."""

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

from devices import renaming
from devices.renaming import SHORTEST

TOKEN = "erased-"  # noqa: S105  begins the id of nobody


@dataclass(frozen=True)
class Person:
    """A driver of a fleet; ``names`` are other words for them in what people wrote."""

    fleet_id: str
    driver_id: str
    names: tuple[str, ...]
    token: str

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """The person in a row of the erasures table."""
        said = json.loads(row["person"])
        return cls(row["fleet_id"], said["driver"], tuple(said["names"]), row["token"])

    def written(self) -> str:
        """As the row keeps it until all is done."""
        return json.dumps({"driver": self.driver_id, "names": self.names})

    def is_in(self, body: bytes) -> bool:
        """Whether a body may name them: escaped letters may hide it."""
        return b"\\" in body or any(word in body for word in self._sought)

    @cached_property
    def _sought(self) -> tuple[bytes, ...]:
        return tuple(word.encode() for word in self.words)

    @property
    def words(self) -> tuple[str, ...]:
        """Their id, and the names that are long enough to be told from other words."""
        return (self.driver_id, *(name for name in self.names if len(name) >= SHORTEST))

    def text(self, said: str) -> str:
        """What people wrote, with the token for every word for them."""
        for word in self.words:
            said = renaming.text(said, word, self.token)
        return said

    def body(self, body: bytes) -> bytes:
        """A payload, with the token for their id."""
        return renaming.renamed(body, self.driver_id, self.token)

    def row(self, said: Any) -> Any:
        """A row told as JSON, with the token for their id, if it is of their fleet."""
        if isinstance(said, list):
            return [self.row(one) for one in said]
        if not isinstance(said, dict) or said.get("fleet_id", self.fleet_id) != self.fleet_id:
            return said
        told = {name: self.text(value) if isinstance(value, str) else value for name, value in said.items()}
        return told | ({"driver_id": self.token} if said.get("driver_id") == self.driver_id else {})


def new_token() -> str:
    """Made by chance: nothing leads back from it to anybody."""
    return TOKEN + secrets.token_hex(8)


def seal_of(rows: Iterable[dict[str, Any]]) -> str:
    """Stands for rows of exposure without whose they are: the sum of their SHA-256, in any order."""
    return summed(_sha256({name: row[name] for name in row if name != "driver_id"}) for row in rows)


def summed(seals: Iterable[str]) -> str:
    """The seal of all that several stand for: of the same person in several partitions."""
    return f"{sum(int(seal, 16) for seal in seals) % 2**256:064x}"


def _sha256(row: dict[str, Any]) -> str:
    return sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()

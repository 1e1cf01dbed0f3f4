"""Unaccepted: the days of vehicles whose record was made by what the insurer has not accepted - rules, trailers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from sqlalchemy import Connection

from streams.ledger import books, pinned
from streams.ledger.books import Vehicle
from streams.ledger.pinned import EVER, Strange


@dataclass(frozen=True)
class Unaccepted:
    """What is known of all vehicles."""

    rules: Sequence[Strange]
    trailers: Mapping[Vehicle, Sequence[Strange]]

    @classmethod
    def read(cls, connection: Connection, versions: Collection[str]) -> Self:
        """Where premiums read by rule sets of these ``versions``."""
        return cls(pinned.strange(connection, versions), books.strange(connection))

    def __bool__(self) -> bool:
        return bool(self.rules or self.trailers)

    @cached_property
    def first(self) -> int:
        """The first such day of any vehicle."""
        return -EVER if self.trailers else min((one.first for one in self.rules), default=EVER)

    def by_rules(self, vehicle: Vehicle) -> Sequence[Strange]:
        """Rule sets that judge a vehicle otherwise."""
        return self._by_fleet.get(vehicle[0], self._everybodys)

    def of(self, vehicle: Vehicle) -> Sequence[Strange]:
        """All of a vehicle's."""
        return [*self.by_rules(vehicle), *self.trailers.get(vehicle, ())]

    @cached_property
    def _everybodys(self) -> Sequence[Strange]:
        return [one for one in self.rules if one.fleets is None]

    @cached_property
    def _by_fleet(self) -> Mapping[str, Sequence[Strange]]:
        named = {fleet_id for one in self.rules for fleet_id in one.fleets or ()}
        return {
            fleet_id: [one for one in self.rules if one.fleets is None or fleet_id in one.fleets] for fleet_id in named
        }

"""Plan: how many vehicles report how often, when each payload is due, and which of them hold an event."""

from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Number = TypeVar("Number", float, npt.NDArray[np.float64])

BRAKE, SOS = "harsh_braking", "sos"  # kinds of planted events: driven, or raised by the device
FELT = 0.6  # s that a harsh braking lasts at least (Damoov)
PAIRED = (1.0, 1.6)  # Hz at which a braking lasts for two samples and more, which are further apart than that
EDGE = 0.04  # share of the time at either end without an event


class Plan(NamedTuple):
    """What one process does; ``first`` of the fleet's vehicles is its own first, and every ``stride``-th is its own."""

    fleet: str
    first: int
    stride: int
    vehicles: int  # of this process
    hz: float
    batch: float  # s of driving in a payload, and between two of a vehicle's
    duration: float  # s
    ramp: float  # s in which vehicles connect and say their first payload
    codec: str  # json, msgpack
    shared: int  # connections; 0: one for each vehicle
    events: float  # a second, of this process
    turn: int = 0  # of how often this fleet was driven: other vehicles have the events
    seed: int = 7
    drain: float = 30.0  # s to wait for the last acknowledgements

    @property
    def samples(self) -> int:
        """In a payload."""
        return max(1, round(self.hz * self.batch))

    @property
    def payloads(self) -> int:
        """Of all vehicles, without their first."""
        return int(self.duration / self.batch * self.vehicles)

    @property
    def kind(self) -> str:
        """Of the planted events: a brake, in one payload or in several of one sample, else the device's own alarm."""
        whole = self.hz >= PAIRED[0] and self.samples - 2 > FELT * self.hz  # from the second sample to the last
        return BRAKE if whole or self.before else SOS

    @property
    def before(self) -> int:
        """Payloads that a brake needs before the one that shows it: one where payloads of one sample come often."""
        return int(self.samples == 1 and PAIRED[0] <= self.hz <= PAIRED[1])

    def brakes(self, planted: Ints) -> Ints:
        """(n,) sample of its vehicle at which each braking begins: the second of its payload, or in one before."""
        rounds = planted // self.vehicles
        return rounds - 1 if self.before else rounds * self.samples + 1

    def due(self, number: Number) -> Number:
        """s after the beginning at which payload ``number`` is due; they come evenly, vehicle after vehicle."""
        return number * self.batch / self.vehicles

    def vehicle(self, k: int) -> str:
        """Id of this process's ``k``-th vehicle."""
        return f"L-{self.first + k * self.stride:06d}"

    def planted(self) -> Ints:
        """(n,) numbers of the payloads that hold an event, ascending; a vehicle has one at most."""
        rng = np.random.default_rng([self.seed, 9, self.first, self.turn])
        span = self.payloads * (1 - 2 * EDGE)
        count = min(int(self.events * self.duration), self.vehicles, int(span))
        numbers = (self.payloads * EDGE + span * (np.arange(count) + rng.random(count)) / max(count, 1)).astype(
            np.int64
        )
        first = 2 * self.before * self.vehicles  # a round comes after a gap, so that no brake can begin in it
        numbers = numbers[numbers >= first]
        _, once = np.unique(numbers % self.vehicles, return_index=True)
        return np.sort(numbers[once])

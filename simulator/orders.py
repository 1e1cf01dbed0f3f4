"""Orders: what a day is to have beside its work - other ways, other drivers, another trailer."""

from typing import NamedTuple

from simulator.drivers import Driver
from simulator.trailers import Trailer


class Orders(NamedTuple):
    """What a day is to have beside its work; legs are numbered from stop to stop, 0 the first, and ascend."""

    detours: tuple[int, ...] = ()  # legs driven another way than planned
    reliefs: tuple[tuple[int, Driver], ...] = ()  # legs from which somebody else drives
    changes: tuple[int, ...] = ()  # legs from which the other one of the trailers is pulled
    trailers: tuple[Trailer, ...] = ()  # the morning's and the other one; none is pulled

    @property
    def last(self) -> int:
        """The last leg from which the way or the driver is another because of them; 0 none is."""
        return max((*self.detours, *(leg for leg, _ in self.reliefs)), default=0)

    @property
    def before(self) -> "Orders":
        """Those that come to pass before that leg."""
        detours = tuple(leg for leg in self.detours if leg < self.last)
        return self._replace(detours=detours, reliefs=tuple(one for one in self.reliefs if one[0] < self.last))


NONE = Orders()

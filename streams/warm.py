"""Warm: the one compile step, done ahead and shown, so that no first sample has to wait for it."""

from collections.abc import Callable

import numpy as np

from devices.samples import Samples
from streams import chain
from streams.batch import Batch, assemble
from streams.chain import FOLDS, LINKS, PARAMS, STATE, Rooms
from streams.compiled import CACHE
from streams.detectors.base import CHANGE, Changes, thresholds
from streams.fleet import Fleet, Known

Progress = Callable[[str, int, int], None]  # what comes next, links done, links in all


class _Anyone:
    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        return Known()


def is_warm() -> bool:
    """Whether this version has been compiled on this machine before."""
    return any(CACHE.rglob("chain.run*.nbi"))


def warm(progress: Progress = lambda _name, _done, _total: None) -> None:
    """Compile every link, then the chain; a second or less where that was done before."""
    batch, fleet = _nothing()
    columns = fleet.columns()
    state = np.zeros(2, STATE)  # of one row a field is contiguous: another type
    params = tuple(thresholds(of_link) for of_link in PARAMS.values())
    outs = {name: Changes(np.zeros(1, dtype), np.zeros(1, np.int64)) for name, dtype in OUTS.items()}
    for k, link in enumerate(LINKS):
        progress(link.name, k, len(LINKS) + 1)
        rest = [int(word) if word.isdigit() else outs[word] for word in link.rest.split(", ") if word]
        link.kernel(batch, columns, state[link.name], params[k], *rest)
    progress("all together", len(LINKS), len(LINKS) + 1)
    chain.run(batch, columns, state, params, Rooms(1))
    progress("done", len(LINKS) + 1, len(LINKS) + 1)


OUTS = dict(zip(("changes", "trips", "intervals", "segments", "points"), (CHANGE, *FOLDS.values()), strict=True))


def _nothing() -> tuple[Batch, Fleet]:
    """A batch without rows; its types are all that compilation looks at."""
    fleet = Fleet(_Anyone())
    slots = fleet.slots([("nobody", "nothing")])
    none = Samples([("nobody", "nothing")], np.empty(0, np.int64), np.empty(0), {})
    return assemble(none, slots, np.empty(0, np.int64))[0], fleet


if __name__ == "__main__":
    warm()

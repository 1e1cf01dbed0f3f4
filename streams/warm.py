"""Warm: the one compile step, done ahead and shown, so that no first sample has to wait for it."""

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree

import numpy as np
from filelock import FileLock

from compiled.kept import CACHE, folder
from compiled.kernels import COMPILES
from devices.samples import Samples
from streams.detectors.base import CHANGE, Changes
from streams.fleets.batch import Batch, assemble
from streams.fleets.fleet import Fleet, FleetColumns, Known
from streams.kernels.params import Records, thresholds
from streams.pipeline import chain
from streams.pipeline.chain import FOLDS, LINKS, PARAMS, STATE, Rooms

Progress = Callable[[str, int, int], None]  # what comes next, links done, links in all
KEPT_S = 30 * 86_400.0  # s that what was compiled is kept


class _Anyone:
    def known(self, _fleet_id: str, _vehicle_id: str) -> Known:
        return Known()


def is_warm() -> bool:
    """Whether this version has been compiled on this machine before, or never will be."""
    return not COMPILES or any(folder(Path(chain.__file__)).glob("chain.run*.nbi"))


def warm(progress: Progress = lambda _name, _done, _total: None) -> None:
    """Compile every link that has changed, on all processors, then the chain; a second or less where nothing has."""
    if not COMPILES:
        return
    total = len(LINKS) + 1
    if not is_warm():
        CACHE.mkdir(parents=True, exist_ok=True)
        with FileLock(CACHE / "lock"):  # whoever else wants the same waits for it
            if not is_warm():
                _compile_all(progress)
    _run()
    progress("done", total, total)


def _compile_all(progress: Progress) -> None:
    _forget()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for k, name in enumerate(pool.map(_compile, range(len(LINKS)))):
            progress(name, k + 1, len(LINKS) + 1)
    progress("all together", len(LINKS), len(LINKS) + 1)
    _run()


def _run() -> None:
    batch, columns, state, params, _ = _nothing()
    chain.run(batch, columns, state, params, Rooms(1))


def _forget() -> None:
    """Take away what was compiled long ago: it may be of a version that is no longer here."""
    for old in CACHE.iterdir():
        if old.is_dir() and old.stat().st_mtime < time.time() - KEPT_S:
            rmtree(old, ignore_errors=True)


def _compile(k: int) -> str:
    """Compile one link into the cache; its name."""
    batch, columns, state, params, outs = _nothing()
    link = LINKS[k]
    rest = [int(word) if word.isdigit() else outs[word] for word in link.rest.split(", ") if word]
    link.kernel(batch, columns, state[link.name], params[k], *rest)
    return link.name


OUTS = dict(zip(("changes", "trips", "intervals", "segments", "points"), (CHANGE, *FOLDS.values()), strict=True))


def _nothing() -> tuple[Batch, FleetColumns, Records, tuple[Records, ...], dict[str, Changes]]:
    """What a link is called with, without rows; types are all that compilation looks at."""
    fleet = Fleet(_Anyone())
    slots = fleet.slots([("nobody", "nothing")])
    none = Samples([("nobody", "nothing")], np.empty(0, np.int64), np.empty(0), {})
    state = np.zeros(2, STATE)  # of one row a field is contiguous: another type
    params = tuple(thresholds(of_link) for of_link in PARAMS.values())
    outs = {name: Changes(np.zeros(1, dtype), np.zeros(1, np.int64)) for name, dtype in OUTS.items()}
    return assemble(none, slots, np.empty(0, np.int64))[0], fleet.columns(), state, params, outs


if __name__ == "__main__":
    warm()

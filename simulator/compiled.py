"""Compiled: the one njit of the simulator, kept by what its files of kernels say."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
import platformdirs
from numba.core.caching import UserProvidedCacheLocator

HERE = Path(__file__).parent
KERNELS = (
    "ailments.py",
    "airbrakes.py",
    "dynamics.py",
    "engines.py",
    "grip.py",
    "health.py",
    "manoeuvres.py",
    "motion.py",
    "pedals.py",
    "swerves.py",
    "load/bodies.py",
    "load/herd.py",
)


class Locator(UserProvidedCacheLocator):
    """A folder for what the kernels' files say: numba alone does not notice a change below a cached caller."""

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        """The folder of a file's kernels."""
        return f"{Path(py_file).stem}-{_content()}"


@cache
def _content() -> str:
    said = b"".join((HERE / name).read_bytes() for name in KERNELS)
    return hashlib.sha256(numba.__version__.encode() + said).hexdigest()[:16]


SETTINGS = vars(numba.config)
OURS = {
    "CACHE_DIR": str(Path(platformdirs.user_cache_dir("tripmeter")) / "compiled"),
    "CACHE_LOCATOR_CLASSES": f"{__name__}.{Locator.__name__}",
}


def kernel(function: Callable[..., Any]) -> Any:
    """Compile ``function`` at its first call: no Python inside, no lock held, no fastmath (NaN means missing)."""
    before = {name: SETTINGS[name] for name in OURS}
    SETTINGS.update(OURS)  # whichever room was imported first: numba looks for the place now
    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # there is no place to keep it, as in a container that may write nowhere
        return numba.njit(nogil=True)(function)
    finally:
        SETTINGS.update(before)

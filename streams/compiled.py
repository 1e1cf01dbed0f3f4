"""Compiled kernels: the one njit everybody uses, cached per user and per version of the kernels' source."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import platformdirs


def _fingerprint() -> str:
    """Hash of every file that holds a kernel: a cached caller does not notice a change in its callee's file."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        source = path.read_bytes()
        if b"@kernel" in source or b"@inner" in source:
            digest.update(source)
    return digest.hexdigest()[:16]


CACHE = Path(platformdirs.user_cache_dir("tripmeter")) / "kernels" / _fingerprint()
numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile ``function`` at its first call: no Python inside, no lock held, no fastmath (NaN means missing)."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def inner(function: Callable[..., Any]) -> Any:
    """A kernel only kernels call: without a way in from Python, from where a call would crash, it compiles faster."""
    options: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)

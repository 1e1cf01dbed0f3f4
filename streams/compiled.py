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
        if any(mark in source for mark in (b"@kernel", b"@inner", b"@conductor")):
            digest.update(source)
    return digest.hexdigest()[:16]


FULL, LITTLE = 3, 1  # levels of LLVM
CACHE = Path(platformdirs.user_cache_dir("tripmeter")) / "kernels" / _fingerprint()
numba.config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile ``function`` at its first call: no Python inside, no lock held, no fastmath (NaN means missing)."""
    return _compiled(function, FULL)


def inner(function: Callable[..., Any]) -> Any:
    """A kernel only kernels call: without a way in from Python, from where a call would crash, it compiles faster."""
    return _compiled(function, FULL, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def conductor(function: Callable[..., Any]) -> Any:
    """A kernel that only calls others: they are optimised already, and doing it again all together takes a minute."""
    return _compiled(function, LITTLE)


def _compiled(function: Callable[..., Any], level: int, **options: Any) -> Any:
    """``function`` compiled at an optimisation level of its own; without a compiler it stays what it is."""
    dispatcher = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    compile_ = getattr(dispatcher, "compile", None)
    if compile_ is not None:

        def at_level(signature: Any) -> Any:
            before, numba.config.OPT = numba.config.OPT, level  # type: ignore[attr-defined]
            try:
                return compile_(signature)
            finally:
                numba.config.OPT = before  # type: ignore[attr-defined]

        dispatcher.compile = at_level
    return dispatcher

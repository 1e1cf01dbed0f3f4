"""Kernels: the one njit that all rooms use."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.extending import register_jitable

from compiled.kept import SETTINGS

F = TypeVar("F", bound=Callable[..., Any])
FULL, LITTLE = 3, 1  # levels of LLVM
COMPILES = not SETTINGS["DISABLE_JIT"]


def kernel(function: Callable[..., Any]) -> Any:
    """Compile ``function`` at its first call: no Python inside, no lock held, no fastmath (NaN means missing)."""
    return _compiled(function, FULL)


def inner(function: Callable[..., Any]) -> Any:
    """A kernel only kernels call: without a way in from Python, from where a call would crash, it compiles faster."""
    return _compiled(function, FULL, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def conductor(function: Callable[..., Any]) -> Any:
    """A kernel that only calls others: they are optimised already, and doing it again all together takes a minute."""
    return _compiled(function, LITTLE)


def shared(function: F) -> F:
    """A function of single numbers for kernels that stays one of arrays for numpy, so that there is only one."""
    found: F = register_jitable(function)
    return found


def _compiled(function: Callable[..., Any], level: int, **options: Any) -> Any:
    """``function`` compiled at an optimisation level of its own; without a compiler it stays what it is."""
    dispatcher = _kept(function, nogil=True, error_model="numpy", **options)
    compile_ = getattr(dispatcher, "compile", None)
    if compile_ is not None:

        def at_level(signature: Any) -> Any:
            before, SETTINGS["OPT"] = SETTINGS["OPT"], level
            try:
                return compile_(signature)
            finally:
                SETTINGS["OPT"] = before

        dispatcher.compile = at_level
    return dispatcher


def _kept(function: Callable[..., Any], **options: Any) -> Any:
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:  # there is no place to keep it, as in a container that may write nowhere
        return numba.njit(**options)(function)

"""Splines: bases of cubic curves between knots, whose sum with the intercept is the curve."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def natural(x: Floats, knots: tuple[float, ...]) -> Floats:
    """Natural cubic spline, straight beyond the outer knots; as many columns as knots, less one.

    Source: Hastie, Tibshirani and Friedman 2009, equations 5.4 and 5.5, in units of the range of the knots.
    """
    at = (np.asarray(knots) - knots[0]) / (knots[-1] - knots[0])
    z = (x - knots[0]) / (knots[-1] - knots[0])
    cubes = np.maximum(z[:, None] - at, 0.0) ** 3
    bends = (cubes[:, :-1] - cubes[:, -1:]) / (at[-1] - at[:-1])
    return np.column_stack([z, bends[:, :-1] - bends[:, -1:]])


def bspline(x: Floats, knots: tuple[float, ...]) -> Floats:
    """Cubic B-spline, constant beyond the outer knots; knots + 1 columns, the first of the full basis left out.

    Source: de Boor 1978, chapter X, recursion (14).
    """
    ends = np.concatenate([[knots[0]] * 3, knots, [knots[-1]] * 3])
    z = np.clip(x, knots[0], knots[-1])[:, None]
    last = np.flatnonzero(ends[:-1] < ends[1:])[-1]
    inside = (ends[:-1] <= z) & (z < ends[1:])
    inside[:, last] |= z[:, 0] == knots[-1]
    basis = inside.astype(float)
    for degree in (1, 2, 3):
        basis = _raised(basis, z, ends, degree)
    return basis[:, 1:]


def _raised(basis: Floats, z: Floats, ends: Floats, degree: int) -> Floats:
    """The basis of the next degree."""
    span = ends[degree:] - ends[:-degree]
    share = np.divide(z - ends[:-degree], span, out=np.zeros((z.size, span.size)), where=span > 0)
    return share[:, :-1] * basis[:, :-1] + np.where(span[1:] > 0, 1.0 - share[:, 1:], 0.0) * basis[:, 1:]

"""Design: the terms of a spec as blocks, and what each column is called."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import polars as pl

from pricing.models import splines
from pricing.models.blocks import Block, Columns, Floats, Levels, times
from pricing.models.cells import Cells
from pricing.models.spec import ModelError, Spec, Term


@dataclass(frozen=True)
class Scale:
    """The levels a categorical term was fitted with, in order, and which of them is the base."""

    levels: tuple[str, ...]
    base: str

    @property
    def others(self) -> tuple[str, ...]:
        """Levels that have a coefficient."""
        return tuple(level for level in self.levels if level != self.base)


Scales = Mapping[str, Scale]  # by the term's name


@dataclass(frozen=True)
class Part:
    """A block with the term it is of and what its columns are called."""

    term: Term
    block: Block
    labels: tuple[str, ...]


def scales(spec: Spec, cells: Cells) -> dict[str, Scale]:
    """Levels and bases of all categorical terms; the base is the spec's, or the level with most weight."""
    return {term.name: _scale(term, cells) for term in spec.leaves if term.kind == "categorical"}


def _scale(term: Term, cells: Cells) -> Scale:
    weights = {level: weight for level, (weight,) in cells.by_level(term.name, "weight").items()}
    levels = term.levels or _in_order(list(weights))
    for extra in (term.missing, term.unseen):
        if extra is not None and extra not in levels:
            levels = (*levels, extra)
    if term.base and term.base not in levels:
        raise ModelError(f"term {term.name!r}: its base {term.base!r} is none of its levels: {', '.join(levels)}")
    empty = [level for level in levels if level not in weights]
    if empty:
        raise ModelError(
            f"term {term.name!r}: no row that is fitted is of level {', '.join(map(repr, empty))}; "
            f"leave the level out, or widen the bands so that each has rows"
        )
    return Scale(levels, term.base or max(levels, key=lambda level: weights[level]))


def _in_order(levels: list[str]) -> tuple[str, ...]:
    """By number if all are numbers, else by letter."""
    try:
        return tuple(sorted(levels, key=float))
    except ValueError:
        return tuple(sorted(levels))


def parts(spec: Spec, data: pl.DataFrame, fitted: Scales) -> list[Part]:
    """The blocks of all terms over rows or cells that have the terms' columns."""
    return [part for term in spec.terms for part in _parts(term, data, fitted)]


def _parts(term: Term, data: pl.DataFrame, fitted: Scales) -> list[Part]:
    if not term.of:
        return [_leaf(term, data, fitted)]
    leaves = [_leaf(leaf, data, fitted) for leaf in term.of]
    named = [replace(leaf, labels=tuple(_whole(leaf.term, label) for label in leaf.labels)) for leaf in leaves]
    return reduce(lambda made, leaf: [part for one in made for part in _times(term, one, leaf)], named[1:], named[:1])


def _whole(term: Term, label: str) -> str:
    """What a column is called beside those of other terms."""
    return f"{term.name}={label}" if term.kind == "categorical" else f"{term.name}{label}"


def _times(term: Term, a: Part, b: Part) -> list[Part]:
    blocks = times(a.block, b.block)
    if isinstance(a.block, Levels) != isinstance(b.block, Levels):
        levels, columns = (a, b) if isinstance(a.block, Levels) else (b, a)
        labels = [tuple(f"{level}:{column}" for level in levels.labels) for column in columns.labels]
    else:
        labels = [tuple(f"{x}:{y}" for x in a.labels for y in b.labels)]
    return [Part(term, block, own) for block, own in zip(blocks, labels, strict=True)]


def _leaf(term: Term, data: pl.DataFrame, fitted: Scales) -> Part:
    if term.kind == "categorical":
        scale = fitted[term.name]
        place = {level: k for k, level in enumerate(scale.others)} | {scale.base: len(scale.others)}
        codes = data[term.name].replace_strict(place, return_dtype=pl.Int64).to_numpy()
        return Part(term, Levels(codes, len(scale.others)), scale.others)
    matrix = _basis(term, data[term.number.name].to_numpy())
    several = matrix.shape[1] > 1
    ahead = "^" if term.kind == "polynomial" else "#"
    labels = tuple(f"{ahead}{k + 1}" for k in range(matrix.shape[1])) if several else ("",)
    return Part(term, Columns(matrix), labels)


def _basis(term: Term, x: Floats) -> Floats:
    """Columns of a numeric term."""
    if term.kind == "linear":
        return x[:, None]
    if term.kind == "log":
        if (odd := int((x <= 0.0).sum())) > 0:
            raise ModelError(
                f"column {term.number.column!r}: {odd:,} values of {x.size:,} are not above 0, and {term.name!r} takes "
                f"their logarithm; give the term a lower bound (min)"
            )
        return np.log(x)[:, None]
    if term.kind == "polynomial":
        return x[:, None] ** np.arange(1, term.degree + 1)
    return (splines.natural if term.shape == "natural" else splines.bspline)(x, term.knots)

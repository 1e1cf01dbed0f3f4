"""Peers: where a score stands among those of its class in a portfolio that was scored once and for all."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from textwrap import wrap

import polars as pl

from pricing.document import Table

KNOTS = 101  # scores kept of a class, from the least to the highest, at even steps of rank
WIDTH = 112  # of a line of scores as they are written
LEAST = 30  # subjects of a class below which there is no distribution

Distributions = Mapping[str, Mapping[str, tuple[float, ...]]]  # ascending scores by subject and vehicle class


@dataclass(frozen=True)
class Peers:
    """Scores of a portfolio; ``basis`` names the scale and behaviours by which they were made."""

    made: date
    about: str  # who they are, and how to make them again
    basis: str
    scores: Distributions

    def percentile(self, subject: str, klass: str | None, score: float) -> float | None:
        """Share of the peers below, in percent, and half of those level with it; None where the class has none."""
        knots = self.scores.get(subject, {}).get(klass or "")
        if not knots:
            return None
        return round(50 * (bisect_left(knots, score) + bisect_right(knots, score)) / len(knots), 1)


def gathered(scores: pl.DataFrame) -> dict[str, dict[str, tuple[float, ...]]]:
    """The distributions of a scores table, those that are provisional left out."""
    found: dict[str, dict[str, tuple[float, ...]]] = {}
    known = scores.filter(~pl.col("provisional"), pl.col("class").is_not_null())
    for (subject, klass), rows in sorted(known.partition_by("subject", "class", as_dict=True).items()):
        ordered = rows["score"].sort().to_list()
        if len(ordered) >= LEAST:
            places = [round(k * (len(ordered) - 1) / (KNOTS - 1)) for k in range(KNOTS)]
            found.setdefault(str(subject), {})[str(klass)] = tuple(ordered[place] for place in places)
    return found


def written(peers: Peers) -> str:
    """The tables of a tariff that say them."""
    lines = ["[peers]", f"made = {peers.made.isoformat()}", f"about = {json.dumps(peers.about, ensure_ascii=False)}"]
    lines.append(f'basis = "{peers.basis}"')
    for subject, classes in peers.scores.items():
        lines += ["", f"[peers.scores.{subject}]"]
        for klass, knots in classes.items():
            lines.append(f"{klass} = [")
            lines += wrap(", ".join(f"{one:.2f}" for one in knots), WIDTH, initial_indent="  ", subsequent_indent="  ")
            lines.append("]")
    return "\n".join(lines) + "\n"


def read(table: Table) -> Peers:
    """What ``written`` says."""
    said = table.table("scores")
    peers = Peers(
        table.day("made"),
        table.text("about"),
        table.text("basis"),
        {subject: _classes(said.table(subject)) for subject in said},
    )
    table.done()
    return peers


def _classes(table: Table) -> dict[str, tuple[float, ...]]:
    found = {klass: tuple(map(float, table.ascending(klass))) for klass in table}
    table.done()
    return found

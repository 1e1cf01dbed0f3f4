"""Shelf: a folder of models as actuaries have it: two that were fitted, one that is none, data to hold them against."""

from pathlib import Path

import numpy as np
import polars as pl

from pricing.models import document
from pricing.models.model import fit
from pricing.models.reading import parse

SPEC = 'name = "{name}"\nfamily = "poisson"\nresponse = "claims"\nexposure = "years"\n'
TERM = '[[terms]]\ntype = "categorical"\ncolumn = "area"\n'
MODELS = {"frequency": TERM, "flat": ""}


def rows(seed: int) -> pl.DataFrame:
    """2,000 rows in which area B has half as many claims again."""
    chance, n = np.random.default_rng(seed), 2_000
    area = chance.choice(["A", "B"], n)
    claims = chance.poisson(np.where(area == "A", 0.10, 0.15))
    return pl.DataFrame({"policy": np.arange(n) // 2, "area": area, "years": 1.0, "claims": claims, "premium": 100.0})


def fill(folder: Path) -> Path:
    """The folder, filled."""
    folder.mkdir()
    for name, terms in MODELS.items():
        spec = SPEC.format(name=name) + terms
        (folder / f"{name}.json").write_text(document.write(fit(parse(spec, name), rows(1)), spec, {"name": "rows"}))
    (folder / "other.json").write_text('{"format": "something"}')
    rows(2).write_parquet(folder / "holdout.parquet")
    (folder / "notes.txt").write_text("nothing of ours")
    return folder

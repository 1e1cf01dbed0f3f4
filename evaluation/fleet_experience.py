"""``python -m evaluation.fleet_experience``: two-level credibility on a real fleet portfolio it has not seen.

French commercial own damage 2011-2013 (``fleet_pg16``). Prior and variances come from four fifths of the policies, the
verdict from the others: each vehicle's year is foretold from the other years of its fleet.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from evaluation.recordings import SHARED
from pricing.credibility.panel import Codes, Floats
from pricing.experience.fleet import Effects
from pricing.experience.history import History
from pricing.experience.structure import lasting
from pricing.experience.trial import foretold
from pricing.models.model import fit, predict
from pricing.models.reading import parse
from pricing.monitoring.bootstrap import Interval
from pricing.monitoring.deviance import improvement

PRIOR = """
name = "fleet_pg16"
about = "Claim frequency by what is known of policy and vehicle"
family = "poisson"
response = "ClaimNb"
exposure = { column = "Exposure" }
l2 = 1e-5  # a level of 7 vehicle-years has no claim in one of the folds
"""
FACTORS = ("Area", "VehiclAge", "BusinessType", "VehiclPower", "PolicyCateg")
TERMS = "".join(f'[[terms]]\ntype = "categorical"\ncolumn = "{name}"\n' for name in FACTORS)
FOLDS = 5


class Verdict(NamedTuple):
    """Out of sample, all folds together."""

    effects: tuple[Effects, ...]  # of each fold
    improvement: Interval  # share of the prior's deviance, 95 % over policies
    claims: Floats
    prior: Floats  # a Poisson GLM
    coefficient: Floats


def verdict(draws: int = 1000) -> Verdict:
    """Two-level credibility against the GLM alone, on policies neither was fitted to."""
    rows = pl.read_parquet(SHARED / "pricing/fleet_pg16/exposures.parquet").sort("PolicyID", "LicNb", "Year")
    rows = rows.with_columns(pl.col(FACTORS).cast(pl.String))
    claims, spec = rows["ClaimNb"].to_numpy().astype(np.float64), parse(PRIOR + TERMS, "prior")
    policy = rows["PolicyID"].to_numpy()
    prior, coefficient, effects = np.zeros_like(claims), np.zeros_like(claims), []
    for fold in range(FOLDS):
        unseen = policy % FOLDS == fold
        expected = predict(fit(spec, rows.filter(pl.Series(~unseen))), rows).to_numpy()
        effects.append(lasting(_history(rows, expected, ~unseen)))
        prior[unseen], coefficient[unseen] = expected[unseen], foretold(_history(rows, expected, unseen), effects[-1])
    fleet = _codes(rows.select("PolicyID"))
    chance = np.random.default_rng(2016)
    found = improvement(claims, prior, prior * coefficient, fleet, chance, draws)
    return Verdict(tuple(effects), found, claims, prior, coefficient)


def _history(rows: pl.DataFrame, expected: Floats, chosen: np.ndarray) -> History:
    part = rows.filter(pl.Series(chosen))
    vehicle, claims = _codes(part.select("PolicyID", "LicNb")), part["ClaimNb"].to_numpy().astype(np.float64)
    fleet = np.zeros(int(vehicle.max()) + 1, np.int64)
    fleet[vehicle] = _codes(part.select("PolicyID"))
    return History(expected[chosen], claims, vehicle, part["Year"].to_numpy().astype(np.int64), fleet)


def _codes(keys: pl.DataFrame) -> Codes:
    return keys.select(pl.struct(pl.all()).rank("dense")).to_series().to_numpy().astype(np.int64) - 1


def main() -> None:
    """Print the verdict, and claims against the prior by size of the coefficient."""
    found = verdict()
    for fold, effects in enumerate(found.effects):
        print(f"fold {fold}: V_R {effects.fleet:.3f}, V_S {effects.vehicle:.3f}")
    print("improvement of deviance {:+.3%} [{:+.3%}, {:+.3%}]".format(*found.improvement))
    for low, high in ((0, 0.95), (0.95, 1.0), (1.0, 1.1), (1.1, 9)):
        band = (found.coefficient >= low) & (found.coefficient < high)
        claims, prior = found.claims[band].sum(), found.prior[band].sum()
        own = found.prior[band] @ found.coefficient[band] / prior
        print(f"{low:4} to {high:4}: {claims:.0f} claims, {claims / prior:.3f} of the prior, coefficient {own:.3f}")


if __name__ == "__main__":
    main()

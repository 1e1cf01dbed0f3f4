"""What the tests of credibility share: Hachemeister's five states."""

import polars as pl
import pytest

from pricing.credibility.panel import panel


@pytest.fixture(scope="session")
def hachemeister(shared_data):
    """Average bodily injury claims of five states in twelve quarters, and their numbers."""
    return pl.read_parquet(shared_data / "pricing/credibility/hachemeister.parquet").sort("state", "quarter")


@pytest.fixture(scope="session")
def states(hachemeister):
    """The panel of the five states."""
    state, average, claims = (hachemeister[name].to_numpy() for name in ("state", "avg_claim", "n_claims"))
    return panel(state - 1, average, claims)

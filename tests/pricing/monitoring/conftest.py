"""What the tests of monitoring share: a portfolio whose truth is known."""

from types import SimpleNamespace

import numpy as np
import pytest


@pytest.fixture(scope="session")
def portfolio():
    """20,000 policies of two rows each, claims drawn at ``truth``; ``noise`` is a rate that says nothing."""
    chance = np.random.default_rng(11)
    policy = np.repeat(np.arange(20_000), 2)
    exposure = chance.uniform(0.2, 1.0, policy.size)
    truth = np.exp(chance.normal(-1.5, 0.6, 20_000))[policy]
    claims = chance.poisson(truth * exposure).astype(np.float64)
    noise = chance.uniform(0.1, 0.3, policy.size)
    return SimpleNamespace(policy=policy, exposure=exposure, truth=truth, claims=claims, noise=noise)

"""Fixtures every room shares."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real recordings and claims, read in place."""
    if not SHARED.is_dir():
        pytest.skip("the recordings are not here: put the shared data folder beside the repository (../shared/data)")
    return SHARED

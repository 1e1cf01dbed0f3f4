"""Fixtures every room shares."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real recordings and claims, read in place."""
    if not SHARED.is_dir():
        pytest.skip("the recordings are not here: put the shared data folder beside the repository (../shared/data)")
    return SHARED


@pytest.fixture(scope="session")
def rivers() -> ModuleType:
    """Tools for tests of the whole river: tests/rivers.py."""
    spec = importlib.util.spec_from_file_location("rivers", Path(__file__).parent / "rivers.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["rivers"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

"""Fixtures every room shares."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

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
    return module("rivers")


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A real Kafka: tests/stack/kafka.py."""
    server = module("stack/kafka").Kafka(tmp_path_factory.mktemp("kafka")).start()
    yield server
    server.stop()


def module(name: str) -> ModuleType:
    """A file beside this one that holds no tests."""
    known = name.replace("/", "_")
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, Path(__file__).parent / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]

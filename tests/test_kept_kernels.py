"""Kernels of each room are kept by what that room's files say, whichever was imported first."""

import subprocess
import sys

import pytest

ASK = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from pricing import many, sheets
print({one._cache._impl.locator.__class__.__module__ for one in (many._credible, sheets._premium)})
"""
FIRST = ("pricing.many", "simulator.motion", "streams.kernels.compiled")


@pytest.mark.parametrize("first", FIRST)
def test_kernels_are_kept_by_their_own_room(first: str) -> None:
    said = subprocess.run([sys.executable, "-c", ASK, first], check=True, capture_output=True, text=True)
    assert said.stdout.strip() == "{'pricing.compiled'}"

"""Twin: the slow plain-Python pipeline and the compiled one agree on slices of each real data set."""

from pathlib import Path

import pytest

from .both import disagree

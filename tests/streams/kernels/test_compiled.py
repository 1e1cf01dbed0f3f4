"""Compiled: what is kept depends on what a kernel's file and those below it say, and on nothing else."""

from pathlib import Path

import pytest

from streams.conditioning import condition, motion
from streams.detectors import speeding
from streams.kernels import compiled

TOP, BELOW, BESIDE = "streams/top.py", "streams/low/below.py", "streams/beside.py"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree of files that may be written; which folder the top one's kernels have."""

    def at(where, **changes):
        files = {
            TOP: "from streams.low.below import thing\nfrom streams.low import below\n",
            BELOW: "thing = 1\n",
            BESIDE: "from streams import top\n",
        }
        for name, text in (files | changes.get("files", {})).items():
            path = tmp_path / where / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.setattr(compiled, "ROOT", tmp_path / where)
        compiled._read.cache_clear()
        compiled.folder.cache_clear()
        return compiled.folder(tmp_path / where / TOP).name

    yield at
    compiled._read.cache_clear()
    compiled.folder.cache_clear()


def test_where_the_files_lie_does_not_matter(tree):
    assert tree("here") == tree("there")


def test_a_change_below_matters_and_one_beside_does_not(tree):
    before = tree("a")
    assert tree("b", files={BELOW: "thing = 2\n"}) != before
    assert tree("c", files={BESIDE: "from streams import top, other\n"}) == before


def test_condition_stands_on_motion_and_no_detector():
    closure = compiled._closure(Path(condition.__file__))
    assert Path(motion.__file__).resolve() in closure
    assert Path(speeding.__file__).resolve() not in closure


def refuse(*_words, **_more):
    raise OSError(30, "Read-only file system")


def test_kernels_are_read_where_nobody_may_write(tmp_path, monkeypatch):
    def found():
        return compiled.Locator.from_function(refuse, speeding.__file__)

    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    assert Path(found().get_cache_path()).is_dir()
    monkeypatch.setattr(compiled.os, "access", lambda *_: False)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert found() is not None
    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path / "elsewhere"))
    assert found() is None

"""Kept: where a kernel is kept depends on what its file and those below it say, and on nothing else."""

from pathlib import Path

import pytest

from compiled import kept
from pricing import many, sheets
from simulator import health, motion
from streams.conditioning import condition
from streams.detectors import speeding

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
        monkeypatch.setattr(kept, "ROOT", tmp_path / where)
        kept._read.cache_clear()
        kept.folder.cache_clear()
        return kept.folder(tmp_path / where / TOP).name

    yield at
    kept._read.cache_clear()
    kept.folder.cache_clear()


def test_where_the_files_lie_does_not_matter(tree):
    assert tree("here") == tree("there")


def test_a_change_below_matters_and_one_beside_does_not(tree):
    before = tree("a")
    assert tree("b", files={BELOW: "thing = 2\n"}) != before
    assert tree("c", files={BESIDE: "from streams import top, other\n"}) == before


@pytest.mark.parametrize(
    ("room", "below", "beside"),
    [
        (condition, "streams/conditioning/motion.py", "streams/detectors/speeding.py"),
        (health, "simulator/ailments.py", "simulator/load/herd.py"),
        (motion, "simulator/grip.py", "simulator/load/herd.py"),
        (sheets, "pricing/fixed.py", "pricing/layout.py"),
        (many, "pricing/score.py", "pricing/sheets.py"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_kernels_stand_on_what_they_import(room, below, beside):
    closure = {path.relative_to(kept.ROOT).as_posix() for path in kept._closure(Path(room.__file__))}
    assert below in closure
    assert beside not in closure


def refuse(*_words, **_more):
    raise OSError(30, "Read-only file system")


def test_kernels_are_read_where_nobody_may_write(tmp_path, monkeypatch):
    def found():
        return kept.Locator.from_function(refuse, speeding.__file__)

    monkeypatch.setitem(kept.SETTINGS, "CACHE_DIR", str(tmp_path))
    assert Path(found().get_cache_path()).is_dir()
    monkeypatch.setattr(kept.os, "access", lambda *_: False)
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    assert found() is not None
    monkeypatch.setitem(kept.SETTINGS, "CACHE_DIR", str(tmp_path / "elsewhere"))
    assert found() is None

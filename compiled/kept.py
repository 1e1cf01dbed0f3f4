"""Kept: what was compiled stays, per user and per content of the files it was made from."""

import ast
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numba
import platformdirs
from numba.core.caching import UserProvidedCacheLocator

ROOT = Path(__file__).parents[1]
CACHE = Path(platformdirs.user_cache_dir("tripmeter")) / "compiled"
SETTINGS = vars(numba.config)


class Locator(UserProvidedCacheLocator):
    """A folder for what a kernel's file and all it imports say: a cached caller does not notice a change below it.

    Where the files lie does not matter, nor when they were written, nor what else has changed.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        """The folder of a file's kernels."""
        return folder(Path(py_file)).name

    def ensure_cache_path(self) -> None:
        """Made if it is not there; one that nobody may write to, as in a container, is read all the same."""
        path = self.get_cache_path()
        if os.access(path, os.W_OK) or not Path(path).is_dir():
            super().ensure_cache_path()


@cache
def folder(path: Path) -> Path:
    """Where the kernels of a file are kept."""
    digest = hashlib.sha256(numba.__version__.encode())
    for one in sorted(_closure(path)):
        digest.update(_read(one)[0])
    return CACHE / f"{path.stem}-{digest.hexdigest()[:16]}"


def _closure(path: Path) -> set[Path]:
    """A file and all files of ours that it imports, and those import."""
    found, waiting = set[Path](), [path.resolve()]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += _read(one)[1]
    return found


@cache
def _read(path: Path) -> tuple[bytes, tuple[Path, ...]]:
    """What a file says, and which of our files it imports."""
    source = path.read_bytes()
    return source, tuple(_imported(ast.parse(source)))


def _imported(tree: ast.Module) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            base = ROOT / node.module.replace(".", os.sep)
            names = [base / f"{alias.name}.py" for alias in node.names]
            yield from (name for name in names if name.is_file())
            if not all(name.is_file() for name in names):
                yield from (name for name in (base.with_suffix(".py"), base / "__init__.py") if name.is_file())


SETTINGS.update(CACHE_DIR=str(CACHE), CACHE_LOCATOR_CLASSES=f"{__name__}.{Locator.__name__}")

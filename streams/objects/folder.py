"""Folder: the archive in a local folder."""

import os
from collections.abc import Iterable
from pathlib import Path

from streams.objects.base import same


class Folder:
    """A local folder. A file is written beside its name, brought to disk, and then given it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.where = folder, str(folder)

    def put(self, name: str, body: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync(path.parent)
        same(name, path.read_bytes(), body)

    def get(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def has(self, name: str) -> bool:
        return (self.folder / name).is_file()

    def names(self) -> list[tuple[str, int]]:
        files = (path for path in self.folder.glob("**/*.parquet") if path.is_file())
        return sorted((path.relative_to(self.folder).as_posix(), path.stat().st_size) for path in files)

    def drop(self, names: Iterable[str]) -> None:
        for name in names:
            path = self.folder / name
            path.unlink(missing_ok=True)
            for folder in path.relative_to(self.folder).parents:  # and the folders it leaves empty
                if folder == Path() or not _is_empty(self.folder / folder):
                    break
                (self.folder / folder).rmdir()

    def under(self, place: str) -> "Folder":
        return Folder(self.folder / place)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _sync(folder: Path) -> None:
    """The names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

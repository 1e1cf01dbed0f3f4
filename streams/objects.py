"""Objects: where the archive lies - a local folder or a bucket - as named bytes that are there whole or not at all."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from streams.layers import ConfigError
from streams.settings import Archive


class Objects(Protocol):
    """Names are relative, with slashes. What cannot be read or written raises ``OSError``."""

    where: str  # as people call it

    def put(self, name: str, body: bytes) -> None:
        """Write an object in the place of what has its name; on return it has been read back and is the same."""

    def get(self, name: str) -> bytes:
        """What an object holds."""

    def has(self, name: str) -> bool:
        """Whether there is an object of this name."""

    def names(self) -> list[tuple[str, int]]:
        """All objects with their sizes (bytes), by name."""

    def drop(self, names: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error."""

    def under(self, place: str) -> "Objects":
        """Those whose names begin with ``place``, by the rest of their names."""


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


def opened(settings: Archive, folder: Path) -> Objects:
    """The archive of a configuration; ``folder`` is where it is if that names no other. Raises ``ConfigError``."""
    if not settings.url:
        return Folder(folder)
    if "://" not in settings.url:
        return Folder(Path(settings.url))
    try:
        from streams.bucket import Bucket
    except ModuleNotFoundError as error:
        raise ConfigError("archive.url names a bucket: pip install 'tripmeter[archive]'") from error
    return Bucket.of(settings)


def same(name: str, found: bytes, body: bytes) -> None:
    """Raise ``OSError`` unless what was read back is what was written."""
    if found != body:
        raise OSError(f"{name}: {len(found)} bytes were read back, other than the {len(body)} written")


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _sync(folder: Path) -> None:
    """The names in a folder to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

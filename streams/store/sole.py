"""Sole use: a data folder has one process that serves from it, or erases in it, at a time."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout


def sole_use(folder: Path) -> AbstractContextManager[Any]:
    """The right to serve from a data folder; ``OSError`` while another process has it. It ends with the process."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        return FileLock(folder / "service.lock").acquire(blocking=False)
    except Timeout as error:
        raise OSError(f"another tripmeter serves from {folder}: stop it, or give another --data folder") from error

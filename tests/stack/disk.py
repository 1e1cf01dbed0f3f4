"""Disk: a small one in memory, of its own, that can be full; only root can have one."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path


class Disk:
    """Use as a context; ``folder`` is its root, ``real`` whether it can be full."""

    def __init__(self, megabytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tripmeter-disk-"))
        self._size = f"size={megabytes}m,mode=0755"
        self._filler = self.folder / "filler"
        self.real = False

    def __enter__(self) -> "Disk":
        self.folder.chmod(0o755)  # PostgreSQL is nobody's root
        if os.geteuid() == 0:
            command = ["mount", "-t", "tmpfs", "-o", self._size, "tmpfs", str(self.folder)]
            self.real = subprocess.run(command, capture_output=True).returncode == 0
        return self

    def __exit__(self, *_error: object) -> None:
        if self.real:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
        shutil.rmtree(self.folder)

    def fill(self) -> None:
        """Take all there is."""
        with self._filler.open("wb", buffering=0) as file:
            for piece in (bytes(1 << 20), bytes(1 << 12)):
                with suppress(OSError):  # no space left
                    while True:
                        file.write(piece)

    def free(self) -> None:
        """Give it back."""
        self._filler.unlink(missing_ok=True)

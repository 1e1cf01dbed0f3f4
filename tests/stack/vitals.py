"""Vitals: memory, open files and threads of processes, looked at all the time, and whether they keep growing."""

import statistics
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

EVERY_S = 2.0
# that may be added from the middle third of the time to the last, and as a share of what there was: MB, files, threads;
# connections to PostgreSQL come and go, and each opens a file a table and index
ROOM, SHARE = (12.0, 16.0, 6.0), (0.05, 0.25, 0.0)


class Vital(NamedTuple):
    """Of a process and its children."""

    memory_mb: float  # what it shares with others counts by its share
    files: int
    threads: int


class Vitals:
    """Use as a context: ids of processes by name, and other numbers to look at."""

    def __init__(self, processes: dict[str, int], numbers: dict[str, Callable[[], float]]) -> None:
        self._processes, self._numbers = processes, numbers
        self.seen: dict[str, list[Vital]] = {name: [] for name in processes}
        self.counted: dict[str, list[float]] = {name: [] for name in numbers}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Vitals":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(EVERY_S):
            for name, pid in self._processes.items():
                self.seen[name].append(look(pid))
            for name, ask in self._numbers.items():
                self.counted[name].append(ask())

    def result(self) -> dict[str, Any]:
        """By process, each at first, in the middle and at last; other numbers as middle and highest."""
        found: dict[str, Any] = {
            name: {field: [_middle(third, field) for third in _thirds(some)] for field in Vital._fields}
            for name, some in self.seen.items()
        }
        spread = {name: {"p50": statistics.median(some), "max": max(some)} for name, some in self.counted.items()}
        return {"processes": found, "seen meanwhile": spread}

    def growing(self, heaps_mb: dict[str, float]) -> list[str]:
        """What has grown from the middle third of the time to the last by more than it may.

        ``heaps_mb`` of processes that fill a heap of a fixed size before they tidy up.
        """
        found = []
        for name, some in self.seen.items():
            _, before, after = _thirds(some)
            for field, room, share in zip(Vital._fields, ROOM, SHARE, strict=True):
                was, is_ = _middle(before, field), _middle(after, field)
                if field == "memory_mb":
                    was = max(was, heaps_mb.get(name, 0.0))
                if is_ > was * (1 + share) + room:
                    found.append(f"{name}: {field} from {was} to {is_}")
        return found


def look(pid: int) -> Vital:
    """A process and its children, now."""
    family = [pid, *_children(pid)]
    parts = [part for one in family if (part := _alone(Path(f"/proc/{one}"))) is not None]
    return Vital(*[sum(column) for column in zip(*parts, strict=True)])


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed] + [more for child in listed for more in _children(int(child))]


def _alone(folder: Path) -> Vital | None:
    try:
        memory = next(line for line in (folder / "smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
        return Vital(int(memory.split()[1]) / 1024, len(list((folder / "fd").iterdir())), _threads(folder))
    except (FileNotFoundError, ProcessLookupError, StopIteration):  # it has ended
        return None


def _threads(folder: Path) -> int:
    return len(list((folder / "task").iterdir()))


def _thirds(some: list[Vital]) -> list[list[Vital]]:
    third = len(some) // 3
    return [some[:third], some[third : 2 * third], some[2 * third :]]


def _middle(some: list[Vital], field: str) -> float:
    return round(statistics.median(getattr(one, field) for one in some), 1)

"""Meter: CPU time of this process from the first record it has seen to the last that is counted."""

import os
import time
from dataclasses import dataclass


@dataclass
class Meter:
    """``seen`` with every record or handful; ``done`` after ``count`` of them."""

    count: int
    records: int = 0
    _before: int = 0  # records of the first handful: their cost lies before the first look
    _cpu: float = 0.0
    _wall: float = 0.0
    _spent: tuple[float, float] = (0.0, 0.0)

    @property
    def name(self) -> str:
        """A consumer group that nobody was in before."""
        return f"bench-{os.getpid()}-{time.time_ns()}"

    @property
    def done(self) -> bool:
        """Whether enough has been seen."""
        return self.records >= self.count

    def seen(self, records: int = 1) -> None:
        """So many more."""
        if self.done or not records:
            return
        if not self.records:
            self._before, self._cpu, self._wall = records, time.process_time(), time.perf_counter()
        self.records += records
        if self.done:
            self._spent = time.process_time() - self._cpu, time.perf_counter() - self._wall

    def result(self) -> dict[str, float]:
        """Records, and the seconds they took."""
        return {"records": self.records - self._before, "cpu_s": self._spent[0], "wall_s": self._spent[1]}

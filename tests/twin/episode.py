"""Episode: what a detector tells of; the log keeps the last telling of each."""

from dataclasses import dataclass
from typing import Any

Log = dict[tuple[str, str, float], "Episode"]


@dataclass
class Episode:
    """docs/detectors.md, Episodes; ``level`` 0 is not told yet."""

    kind: str
    start: float
    driver: str | None
    speed: float
    lat: float
    lon: float
    source: int
    quality: set[str]
    peak: float
    subject: str = ""
    level: int = 0
    threshold: float = 0.0
    end: float | None = None
    over: dict[str, float] | None = None  # km over a posted limit, by how far

    def tell(self, log: Log, end: float | None = None) -> None:
        """OPEN or RAISE; CLOSE with ``end``."""
        values = {name: value for name, value in vars(self).items() if name != "end"}
        copies = {"quality": set(self.quality), "over": self.over and dict(self.over)}
        log[self.kind, self.subject, self.start] = Episode(**values | copies, end=end)


def begin(kind: str, s: Any, peak: float, source: int) -> Episode:
    """An episode begins at this sample."""
    return Episode(kind, s.t, s.driver, s.v, s.raw["lat"], s.raw["lon"], source, set(s.quality), peak)

"""Progress: since when partitions have stood where they stand, though Kafka has more for them."""

from collections.abc import Mapping


class Progress:
    """Looked at every few seconds."""

    def __init__(self) -> None:
        self._stood: dict[int, tuple[object, float]] = {}  # by partition: where, since when

    def forget(self) -> None:
        """Begin anew: nobody could have gone on."""
        self._stood = {}

    def standing(self, deal: int, positions: Mapping[int, int], lag: Mapping[int, int], now: float) -> dict[int, float]:
        """By partition that has ``lag``, how long it has stood, s; one that is not taken over has no position."""
        here = {number: (deal, positions.get(number)) for number, frames in lag.items() if frames}
        self._stood = {number: self._since(number, where, now) for number, where in here.items()}
        return {number: now - since for number, (_, since) in self._stood.items()}

    def _since(self, number: int, where: object, now: float) -> tuple[object, float]:
        before = self._stood.get(number)
        return before if before is not None and before[0] == where else (where, now)

"""Door: which sample is from which payload, what is let in, and what is set aside with its reason."""

from array import array
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from devices.codecs.base import Reading
from devices.plausible import Bools, outside, outside_time, scaled, whole_ms
from devices.samples import Floats, Ints, Payload, Rejected
from devices.signals import Signal


class Received(NamedTuple):
    """A payload, whose it is, and what it says."""

    payload: Payload
    fleet: str
    vehicle: str
    reading: Reading


class Door:
    """The rows (samples) of many payloads, in order; ``keep`` (n,) says which are in time."""

    def __init__(self, received: Sequence[Received], ahead: float | None, earliest: float | None) -> None:
        counts = np.array([len(item.reading.t) for item in received], np.int64)
        self.received, self.earliest = received, earliest
        self.ahead = float("inf") if ahead is None else ahead
        self.counts: Ints = counts  # rows of each payload
        self.starts: list[int] = [0, *np.cumsum(counts).tolist()]  # first row of each payload, end
        self.owner: Ints = np.repeat(np.arange(len(counts)), counts)  # (n,) payload of each row
        self.t = whole_ms(_instants(received))
        self._set_aside: list[tuple[int, Rejected]] = []
        self.keep = self._in_time()

    def rows(self, owners: Ints) -> Ints:
        """The rows of these payloads (k,), one payload's after the other's."""
        counts = self.counts[owners]
        ends = np.cumsum(counts)
        firsts = np.array(self.starts, np.int64)[owners] - ends + counts
        return np.arange(ends[-1] if ends.size else 0) + np.repeat(firsts, counts)

    def _in_time(self) -> Bools:
        arrived = np.array([item.payload.received_at for item in self.received], np.float64)
        received_at = np.repeat(arrived, self.counts)
        impossible, future = self.untimely(self.t, received_at)
        for reason, bad in (("implausible_time", impossible), ("far_future", future)):
            self.refuse_rows(reason, "t", np.flatnonzero(bad), self.t[bad], self.expected_time(reason))
        return ~(impossible | future)

    def untimely(self, t: Floats, received_at: Floats) -> tuple[Bools, Bools]:
        """Where ``t`` is an impossible instant, and where it is too far ahead of its arrival."""
        impossible = outside_time(t, self.earliest)
        return impossible, (t > received_at + self.ahead) & ~impossible

    def expected_time(self, reason: str) -> str:
        """What an instant refused for ``reason`` should have been."""
        if reason == "far_future":
            return f"expected at most {self.ahead:g} s after it was received"
        return "expected UTC epoch seconds of a device's lifetime"

    def refuse(self, owner: int, reason: str, detail: str) -> None:
        """Set a part of one payload aside."""
        payload = self.received[owner].payload
        part = Rejected(reason, detail, payload.topic, payload.body, payload.received_at)
        self._set_aside.append((owner, part))

    def refuse_rows(self, reason: str, name: str, rows: Ints, values: Floats, why: str) -> None:
        """Set ``values`` (k,) of ``name``, in its wire unit, said in ``rows`` (k,) aside: one part a payload."""
        owners, firsts, counts = np.unique(self.owner[rows], return_index=True, return_counts=True)
        for owner, first, count in zip(owners.tolist(), firsts.tolist(), counts.tolist(), strict=True):
            more = f" and {count - 1} more" if count > 1 else ""
            where = f"at sample {int(rows[first]) - self.starts[owner]}{more}"
            self.refuse(owner, reason, f"'{name}' is {values[first]:.13g} {where}, {why}")

    def plausible(self, values: Floats, signal: Signal, rows: Ints | None = None, prefix: str = "") -> Floats:
        """Wire ``values`` (k,) said in ``rows`` (None: in each row) -> (k,) in SI, NaN where out of range."""
        inner = scaled(values, signal)
        bad = outside(inner, signal)
        if bad.any():
            at = np.flatnonzero(bad) if rows is None else rows[bad]
            timely = self.keep[at]  # what came with an impossible instant is set aside already
            why = f"expected {signal.low:g} to {signal.high:g}"
            self.refuse_rows("out_of_range", prefix + signal.column, at[timely], values[bad][timely], why)
            inner = np.where(bad, np.nan, inner)
        return inner

    def set_aside(self) -> list[Rejected]:
        """Parts set aside so far, in the order of the payloads; in one payload, whoever came with it, by reason."""
        ordered = sorted(self._set_aside, key=lambda pair: (pair[0], pair[1].reason, pair[1].detail))
        return [part for _, part in ordered]


def floats(flat: Sequence[float | None]) -> Floats:
    """(n,) of a list; None becomes NaN."""
    return np.array(flat, np.float64)


def _instants(received: Sequence[Received]) -> Floats:
    """All instants, payload by payload."""
    if all(type(item.reading.t) is list for item in received):
        return floats(list(chain.from_iterable(item.reading.t for item in received)))
    times = [item.reading.t for item in received]
    return np.frombuffer(b"".join([t if type(t) is array else array("d", t) for t in times]))

"""Arrivals: which payloads of a handful are new, which were here before or are too old, all in one pass; their rows."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from devices.columns import Received
from devices.samples import Floats, Ints, Rejected
from streams import metrics
from streams.intake.intake import Accepted, extents, stored
from streams.pipeline.pipeline import DAY_S, Pipeline

PayloadRow = tuple[Any, ...]  # slot, received_at, first, last, digest, body
Reading = Callable[[], AbstractContextManager[Connection]]


def slots_of(received: Sequence[Received], pipeline: Pipeline) -> Ints:
    """Slot of the vehicle of each payload."""
    return pipeline.fleet.slots([(one.fleet, one.vehicle) for one in received])


def sort_out(
    accepted: Accepted, pipeline: Pipeline, reading: Reading, horizon_s: float, earliest: float | None
) -> list[PayloadRow]:
    """Leave in ``accepted.received`` what is new and within the horizon of settling; its rows of the payloads table.

    ``earliest`` as the door has it: what lies before that is not old, its clock is wrong, and the door says so.
    """
    slots = slots_of(accepted.received, pipeline)
    first, last = extents(accepted.received)
    watermark = pipeline.watermarks(slots)
    before = _here_before(accepted, slots, last, first <= watermark, reading)
    old = (last < watermark - horizon_s) & ~before
    if earliest is not None:
        old &= last >= earliest
    _turn_away(accepted, np.flatnonzero(old), horizon_s)
    new = ~(before | old)
    if not new.all():
        accepted.repeated.extend(accepted.received[k] for k in np.flatnonzero(~new).tolist())
        kept = np.flatnonzero(new)
        slots, first, last = slots[kept], first[kept], last[kept]
        accepted.keep(kept.tolist())
    payloads = [one.payload for one in accepted.received]
    arrived, bodies = [one.received_at for one in payloads], [one.body for one in payloads]
    columns = slots.tolist(), arrived, first.tolist(), last.tolist(), accepted.digests, bodies
    return list(zip(*columns, strict=True))


def _here_before(
    accepted: Accepted, slots: Ints, last: Floats, behind: npt.NDArray[np.bool_], reading: Reading
) -> npt.NDArray[np.bool_]:
    """Which of those that do not lie ahead of their vehicle are stored already."""
    found = np.zeros(slots.size, bool)
    rows = np.flatnonzero(behind).tolist()
    if rows:
        asked = [(int(slots[k]), float(last[k]), accepted.digests[k]) for k in rows]
        with reading() as connection:
            known = stored(connection, asked)
        found[rows] = [one in known for one in asked]
    return found


def _turn_away(accepted: Accepted, rows: Ints, horizon_s: float) -> None:
    """Set aside what lies beyond the horizon of settling."""
    why = f"more than {horizon_s / DAY_S:g} days behind the vehicle's newest sample"
    for k in rows.tolist():
        payload = accepted.received[k].payload
        accepted.rejected.append(Rejected("beyond_retention", why, payload.topic, payload.body, payload.received_at))


def count(accepted: Accepted) -> None:
    """Tell the metrics what has become of a handful that is on record now."""
    metrics.PAYLOADS.labels("accepted").inc(len(accepted.received))
    metrics.PAYLOADS.labels("repeated").inc(len(accepted.repeated))
    now = time.time()
    for part in accepted.rejected:
        metrics.QUARANTINED.labels(part.reason).inc()
    metrics.TO_COMMIT.observe_all(now - np.array([one.payload.received_at for one in accepted.received]))

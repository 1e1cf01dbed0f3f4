"""Made: the reports of a fleet that were really made, as the audit log has them; the next is held against the last."""

import json
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from streams.desk.report import Span
from streams.store import audit

ACTION = "reports.made"


class Last(NamedTuple):
    """A report that was made: of which days, when (UTC epoch s), by whom."""

    span: Span
    at: float
    by: str


def record(connection: Connection, fleet_id: str, sites: Sequence[str], span: Span, actor: str) -> None:
    """Put on record, in the caller's transaction, that somebody has made a report; no ``sites``: of the whole fleet."""
    detail = {"first": span.first.isoformat(), "end": span.end.isoformat(), "sites": sorted(sites)}
    audit.record(connection, [audit.Entry(actor, ACTION, fleet_id, "fleet report", detail)])


def last(connection: Connection, fleet_id: str, sites: Sequence[str], span: Span) -> Last | None:
    """The report of the same vehicles that was made last, of those whose days were over when ``span`` began."""
    for row in reversed(audit.read(connection, fleet_id=fleet_id, action=ACTION)):
        said = json.loads(row["detail"] or "{}")  # empty: erased
        if said.get("sites") == sorted(sites):
            found = Span(date.fromisoformat(said["first"]), date.fromisoformat(said["end"]))
            if found.end <= span.first:
                return Last(found, row["at"], row["actor"])
    return None

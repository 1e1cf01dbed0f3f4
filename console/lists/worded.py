"""Worded: what a cell of a list says in a reader's language, out of the one catalogue."""

from typing import Annotated, Any, Literal

import msgspec

from streams import words

Language = Annotated[
    Literal["", "en", "zh-CN"], msgspec.Meta(description="headings in this language; empty: as in JSON")
]
# what a column's words are of; where lists differ, by the name of the list too
COLUMNS = {"priority": "priority", "condition": "condition", "state": "state", "kind": "kind", "class": "class",
           "use": "use", "cover": "cover", "held": "held", "outcome": "outcome", "status": "filed",
           "factor": "factor", "tasks.kind": "task", "tasks.state": "task_state", "objections.state": "objection",
           "trips.status": "trips", "disputes.state": "dispute", "claims.status": "claim",
           "alerts.reason": "dismissal", "disputes.why": "dismissal",
           "hours.first": "kind", "runs.action": "deed", "audit.action": "deed",
           "ledger.kind": "premium", "ledger.reason": "posting",
           "premiums.kind": "premium", "vehicles.status": "status", "devices.status": "status"}  # fmt: skip


def worded(language: str, of: str, name: str, said: Any) -> Any:
    """What a cell says, in words if the catalogue has any for what stands in a column of this name."""
    key = f"{COLUMNS.get(f'{of}.{name}') or COLUMNS.get(name)}.{said}"
    return words.catalogue(language).get(key, said) if language else said

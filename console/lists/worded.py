"""Worded: what a cell of a list says in a reader's language, out of the one catalogue."""

import json
import re
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
           "reasons.name": "factor", "caps": "factor", "levels.level": "use",
           "alerts.task": "task", "risk": "priority", "quality": "flag",
           "ledger.kind": "premium", "ledger.reason": "posting",
           "premiums.kind": "premium", "vehicles.status": "status", "devices.status": "status"}  # fmt: skip
PHRASED = ("level", "note")  # columns of sentences, or of stretches
LOGGED = ("detail",)  # of what a log holds, as JSON
SEVERAL = {"caps": "{}_cap", "quality": "{}"}  # of several words, each as the catalogue has it


def worded(language: str, of: str, name: str, said: Any) -> Any:
    """What a cell says, in words if the catalogue has any for what stands in a column of this name."""
    if not language:
        return said
    known, families = words.catalogue(language), (COLUMNS.get(f"{of}.{name}"), COLUMNS.get(name))
    found = next((known[key] for family in families if (key := f"{family}.{said}") in known), said)
    sentence = found == said and name in PHRASED and isinstance(said, str)  # an alert's level is a number
    return words.phrase(language, said) if sentence else found


def spelt(language: str, of: str, name: str, said: Any) -> Any:
    """The same of what is made of several: values with their names; what is a log's JSON too."""
    if isinstance(said, bool):
        return words.catalogue(language)["report.yes" if said else "report.no"]
    if isinstance(said, list):
        apart = " | " if any(isinstance(one, dict) for one in said) else ", "
        return apart.join(str(spelt(language, of, name, one)) for one in said)
    if isinstance(said, dict):
        parts = ((_head(language, of, part), spelt(language, name, part, one)) for part, one in said.items())
        return "; ".join(f"{head}: {'–' if one in (None, '') else one}" for head, one in parts)
    if isinstance(said, str) and name in LOGGED and said.startswith("{"):
        return spelt(language, of, name, json.loads(said))
    if isinstance(said, str) and name in SEVERAL:
        named = (SEVERAL[name].format(one) for one in re.split(r"[, ]+", said) if one)
        return ", ".join(str(worded(language, of, name, one)) for one in named)
    return worded(language, of, name, said)


def _head(language: str, of: str, name: str) -> str:
    known = words.catalogue(language)
    found = (f"file.{of}.{name}", f"file.{name}", f"rows.{name}", f"cell.{name}")
    return next((known[key] for key in found if key in known), name.replace("_", " "))

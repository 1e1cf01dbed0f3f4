"""Runs over HTTP: what was posted, sealed, judged and taken away as a file, by whom; and the seals themselves."""

import json
from typing import Any

from console.api.ledger import whole
from console.endpoint import Ask, Endpoint, Shape
from console.files.exports import MADE
from console.gate.access import PRICING
from console.lists.pages import Paged, page
from console.shapes import Page
from pricing.ledger.seal import Seal
from streams.ledger import chains
from streams.messages import iso
from streams.store import audit

POSTED = "ledger.post"
FAMILIES = ("ledger", "exports", "rules", "erasure")  # of the audit log: what moves a premium, or leaves with one
Row = dict[str, Any]


class Run(Shape):
    """Something done with premiums."""

    at: str
    actor: str
    action: str
    about: str
    detail: str
    path: str | None  # of a file: below /api/v1, to have it made again
    query: dict[str, str]  # how it was asked for; of a posting its tariff, its parameters and the code's version
    rows: int | None
    sha256: (
        str | None
    )  # of the file as it was, another one now means that what it holds has changed; of a posting's hashes


class SealRow(Shape):
    """A day's seal: the heads of all chains, signed."""

    number: int
    day: str
    policies: int
    entries: int
    text: str
    signature: str


def runs(ask: Ask) -> Page[Run]:
    """What was posted, sealed, accepted and exported, the newest first."""
    whole(ask)
    with ask.world.store.reading() as connection:
        found = [row for family in FAMILIES for row in audit.read(connection, action=family)]
    found.sort(key=lambda row: -row["id"])
    return page(found, ask.query, lambda row: str(row["id"]), _run)


def seals(ask: Ask) -> Page[SealRow]:
    """The seals, the newest first."""
    whole(ask)
    with ask.world.store.reading() as connection:
        found = list(enumerate(chains.sealed(connection), 1))[::-1]
    return page(found, ask.query, lambda pair: str(pair[0]), lambda pair: _seal(*pair))


def _run(row: Row) -> Run:
    said = json.loads(row["detail"]) if row["action"] in (MADE, POSTED) and row["detail"] else {}
    same = {name: row[name] for name in ("actor", "action", "about", "detail")}
    path = row["about"] if row["action"] == MADE else None
    of = {"path": path, "query": said.get("query", {}), "rows": said.get("rows"), "sha256": said.get("sha256")}
    return Run(at=iso(row["at"]), **same, **of)


def _seal(number: int, seal: Seal) -> SealRow:
    said = json.loads(seal.text)
    heads = said["heads"].values()
    counts = {"policies": len(heads), "entries": sum(head["seq"] for head in heads)}
    return SealRow(number=number, day=said["day"], **counts, text=seal.text, signature=seal.signature)


LISTS = (
    Endpoint(
        "GET", "/pricing/runs", runs, "ledger", "What was run, sealed and exported", PRICING, Page[Run], query=Paged
    ),
    Endpoint("GET", "/pricing/seals", seals, "ledger", "Seals", PRICING, Page[SealRow], query=Paged),
)

"""Runs over HTTP: what was posted, sealed, judged and taken away as a file, by whom; and what differs between two."""

import json
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection

from console.api.ledger import whole
from console.endpoint import Ask, Endpoint, Query, Shape
from console.files.exports import MADE
from console.gate.access import PRICING
from console.gate.problems import Problem
from console.lists.sorting import Sorted, by, page
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

    id: int
    at: str
    actor: str
    action: str
    about: str
    detail: str
    path: str | None  # of a file: below /api/v1, to have it made again
    query: dict[str, str]  # how it was asked for; of a posting its tariff and its parameters
    code: str | None  # version that made it
    as_of: str | None  # of a file: up to when the record was known that it was made of
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


class Other(Shape):
    """What two runs say otherwise; null: one of them does not say it."""

    name: str  # actor, code, query.tariff, entries.POLICY, ...
    old: str | None
    new: str | None


class Runs(Shape):
    """Two runs held against each other, the earlier one first."""

    old: Run
    new: Run
    asked_alike: bool  # the same thing was done with the same parameters
    same: bool | None  # what came out is the same to the byte; null: one of them has no hash
    differences: list[Other]


class Two(Query, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Numbers of two runs."""

    old: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    new: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]


RUNS, SEALS = by(Run, "runs"), by(SealRow, "seals")


def runs(ask: Ask) -> Page[Run]:
    """What was posted, sealed, accepted and exported, the newest first."""
    whole(ask)
    with ask.world.store.reading() as connection:
        found = _every(connection)
    return page([_run(row) for row in found], ask.query, lambda run: f"{run.id:012}", lambda run: run, RUNS)


def compared(ask: Ask) -> Runs:
    """What is another in the later of two runs: who, how it was asked for, by which code, what came out."""
    whole(ask)
    with ask.world.store.reading() as connection:
        known = {row["id"]: row for row in _every(connection)}
    two = sorted({ask.query.old, ask.query.new})
    if missing := [number for number in two if number not in known]:
        raise Problem(404, "no_run", f"there is no run {missing[0]}")
    old, new = known[two[0]], known[two[-1]]
    was, now = _run(old), _run(new)
    hashes = (was.sha256, now.sha256)
    return Runs(
        old=was,
        new=now,
        asked_alike=(was.action, was.about, was.query) == (now.action, now.about, now.query),
        same=None if None in hashes else hashes[0] == hashes[1],
        differences=_differences(_said(old), _said(new)),
    )


def seals(ask: Ask) -> Page[SealRow]:
    """The seals, the newest first."""
    whole(ask)
    with ask.world.store.reading() as connection:
        found = [_seal(*pair) for pair in list(enumerate(chains.sealed(connection), 1))[::-1]]
    return page(found, ask.query, lambda one: f"{one.number:012}", lambda one: one, SEALS)


def _every(connection: Connection) -> list[Row]:
    found = [row for family in FAMILIES for row in audit.read(connection, action=family)]
    return sorted(found, key=lambda row: -row["id"])


def _run(row: Row) -> Run:
    said = _detail(row) if row["action"] in (MADE, POSTED) else {}
    same: Row = {name: row[name] for name in ("id", "actor", "action", "about", "detail")}
    query = dict(said.get("query", {}))
    code = said.get("code") or (query.pop("code", None) if row["action"] == POSTED else None)
    of: Row = {name: said.get(name) for name in ("as_of", "rows", "sha256")}
    path = row["about"] if row["action"] == MADE else None
    return Run(at=iso(row["at"]), path=path, query=query, code=code, **same, **of)


def _detail(row: Row) -> Row:
    found = json.loads(row["detail"]) if row["detail"] else {}
    return found if isinstance(found, dict) else {}


def _said(row: Row) -> dict[str, str]:
    """All that a run says, a value a name."""
    run = _run(row)
    plain = {name: getattr(run, name) for name in ("at", "actor", "action", "about", "code", "as_of", "rows", "sha256")}
    more = {name: value for name, value in _detail(row).items() if name not in (*plain, "query")}
    return {name: str(value) for name, value in _flat(plain | {"query": run.query} | more) if value not in (None, "")}


def _flat(said: Row, above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in said.items():
        found += _flat(value, f"{above}{name}.") if isinstance(value, dict) else [(f"{above}{name}", value)]
    return found


def _differences(old: dict[str, str], new: dict[str, str]) -> list[Other]:
    names = dict.fromkeys((*old, *new))
    return [Other(name=name, old=old.get(name), new=new.get(name)) for name in names if old.get(name) != new.get(name)]


def _seal(number: int, seal: Seal) -> SealRow:
    said = json.loads(seal.text)
    heads = said["heads"].values()
    counts = {"policies": len(heads), "entries": sum(head["seq"] for head in heads)}
    return SealRow(number=number, day=said["day"], **counts, text=seal.text, signature=seal.signature)


_RUNS = ("GET", "/pricing/runs", runs, "ledger", "What was run, sealed and exported", PRICING, Page[Run])
_COMPARE = ("GET", "/pricing/runs/compare", compared, "ledger", "Two runs, what is another", PRICING, Runs)
LISTS = (
    Endpoint(*_RUNS, query=Sorted),
    Endpoint("GET", "/pricing/seals", seals, "ledger", "Seals", PRICING, Page[SealRow], query=Sorted),
)
ENDPOINTS = (Endpoint(*_COMPARE, query=Two),)

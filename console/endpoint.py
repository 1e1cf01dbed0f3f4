"""Endpoint: one path of the API - who may ask, what it takes, what it gives, who answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from console.gate.access import Scope, Who
from console.world import World

PAIRS = ("vehicle", "driver")  # parts of a path that may name a fleet too: acme/truck-7, its slash escaped or not


class Query(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parameters after the ``?``; a page of rows begins after ``cursor``."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a request that writes says."""


class Shape(msgspec.Struct, kw_only=True):
    """What is answered."""


@dataclass(frozen=True)
class Ask:
    """A request that may be answered: by whom, about what."""

    world: World
    picture: Any  # console.live.picture.Picture: what is live
    who: Who
    scope: Scope  # what of it all they see by the roles that let them in
    parts: Mapping[str, str]  # of the path
    query: Any
    body: Any
    headers: Mapping[str, str]
    peer: str = ""

    def pair(self, name: str) -> tuple[str, str]:
        """(fleet, name) that a part of the path says; without a fleet, the one that is seen and has it."""
        said = self.parts[f"{name}_id"]
        fleets = self.world.known.fleets(name, said)
        return self.parts.get(f"{name}_fleet") or next(filter(self.scope.touches, fleets), ""), said


@dataclass(frozen=True)
class Reply:
    """An answer with a status and headers of its own, or with bytes instead of JSON."""

    value: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media: str = "application/json"
    cookies: tuple[str, ...] = ()


def attachment(name: str) -> dict[str, str]:
    """The header of a file to be saved under a name in any script (RFC 6266)."""
    plain = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    more = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": f'attachment; filename="{plain}"{more}'}


@dataclass(frozen=True)
class Endpoint:
    """``gives`` is the type of the answer (None: nothing; bytes: a file), ``roles`` empty: whoever is signed in."""

    method: str
    path: str  # below /api/v1
    answer: Callable[[Ask], Any]
    tag: str
    summary: str
    roles: frozenset[str] = frozenset()
    gives: Any = None
    takes: type[Body] | None = None
    query: type[Query] = Query
    headers: tuple[str, ...] = ()  # that matter besides an Idempotency-Key: If-Match
    open: bool = False  # to those who are not signed in
    status: int = 200  # of an answer that is as asked
    media: tuple[str, ...] = ()  # that an answer may be of besides JSON
    places: bool = False  # the answer holds coordinates
    long: bool = False  # reads much: a session has two of these at work, the rest wait
    hashes: bool = False  # a password: slow on purpose, on threads of its own
    before_change: bool = False  # for those too who have a password that somebody else has set

    @property
    def routes(self) -> list[str]:
        """The path as Starlette has it: a vehicle or driver with its fleet, and without."""
        paths = [self.path]
        for name in PAIRS:
            if f"{{{name}}}" in self.path:
                said = (f"{{{name}_id}}", f"{{{name}_fleet}}/{{{name}_id}}")
                paths = [self.path.replace(f"{{{name}}}", one) for one in said]
        return paths

    @property
    def parts(self) -> list[str]:
        """Names of the parts of the path that vary."""
        return [part.partition("}")[0] for part in self.path.split("{")[1:]]

    @property
    def name(self) -> str:
        """Its ``operationId``."""
        words = [word.strip("{}") for word in self.path.replace(":", "/").replace(".", "/").split("/") if word]
        return "_".join([self.method.lower(), *words])

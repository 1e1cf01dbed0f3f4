"""App: the console as one ASGI application - shell, static files, API, stream - with what every answer must have."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import anyio
import msgspec
from anyio import to_thread
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from console import shell as shells
from console import tiles
from console.api import ENDPOINTS, PREFIX
from console.endpoint import Ask, Body, Endpoint, Reply
from console.gate.access import Who, scope_of
from console.gate.pace import Lanes
from console.gate.problems import Problem, problem_of, response_of
from console.gate.sessions import SAFE, who_of
from console.live.stream import Hub
from console.live.streaming import streamed
from console.once import once
from console.openapi import document
from console.reckoning.trials import trials
from console.world import World

logger = logging.getLogger(__name__)

HEAVY = ("pricing", "ledger", "drivers", "reports")  # what works long on a thread
LIGHT_AT_ONCE, HEAVY_AT_ONCE, HASHING_AT_ONCE = 8, 2, 2  # with the hub's two as many as the database has connections
LARGEST = 1_000_000  # bytes of a request
PAGES = ("/", "/{page:path}")  # the browser's own routes: all of them are the shell's


def create_app(world: World, shell: shells.Shell | None = None) -> Starlette:
    """The console of ``world``; its hub is ``app.state.hub``."""
    shell = shell or shells.Shell(world.config.map.tiles)
    hub, tls = Hub(world), bool(world.config.console.cert_file)
    described = msgspec.json.encode(document(ENDPOINTS, PREFIX))
    threads = Threads()
    api = [Route(path, _answering(one, world, hub, threads), methods=[one.method]) for one, path in _ordered(ENDPOINTS)]
    api += [
        Route("/openapi.json", lambda _: Response(described, media_type="application/json")),
        Route("/stream", streamed(world, hub)),
    ]
    routes = [
        Mount(PREFIX, Router(api, redirect_slashes=False, default=_nothing)),
        Mount(f"{shells.FILES}/{shell.version}", shells.Immutable(directory=shell.folder, check_dir=False)),
        Mount(shells.FILES, StaticFiles(directory=shell.folder, check_dir=False)),
        *([Route(tiles.ADDRESS, tiles.served(world))] if tiles.is_file(world.config.map.tiles) else []),
        Route("/healthz", lambda _: Response(b'{"ok":true}', media_type="application/json")),
        *[Route(path, lambda _: shell.answer()) for path in PAGES],
    ]

    @contextlib.asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as group:
            group.start_soon(hub.run)
            yield
            await to_thread.run_sync(trials(world).stop)
            group.cancel_scope.cancel()

    middleware = [Middleware(Guarded, tls=tls), Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)]
    app = Starlette(
        routes=routes, middleware=middleware, lifespan=running, exception_handlers={HTTPException: _refused}
    )
    app.state.hub = hub
    return app


def _ordered(endpoints: Sequence[Endpoint]) -> list[tuple[Endpoint, str]]:
    """Endpoints with their paths, those that end in a word before those that would take the word for a name."""
    paths = [(one, path) for one in endpoints for path in one.routes]
    return sorted(paths, key=lambda pair: (pair[1].endswith("}"), pair[1].count("{")))


class Guarded:
    """Puts the headers on every answer that tell browsers what not to do."""

    def __init__(self, app: Any, tls: bool) -> None:
        self._app, self._tls = app, tls

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on, with headers added."""

        async def sent(told: Any) -> None:
            if told["type"] == "http.response.start":
                shells.guarded(MutableHeaders(scope=told), self._tls)
            await send(told)

        await self._app(scope, receive, sent)


class Threads:
    """How many requests of a sort are at work at once, and the lanes in which those of one login wait."""

    def __init__(self) -> None:
        self.light, self._heavy = anyio.CapacityLimiter(LIGHT_AT_ONCE), anyio.CapacityLimiter(HEAVY_AT_ONCE)
        self._hashing = anyio.CapacityLimiter(HASHING_AT_ONCE)  # each takes 64 MB
        self._works, self._lists, self._writes, self._doors = Lanes(), Lanes(), Lanes(), Lanes()

    @contextlib.asynccontextmanager
    async def turn(self, one: Endpoint, ask: Ask) -> AsyncIterator[anyio.CapacityLimiter]:
        """Wait until it is the turn of ``ask``; by which limiter it works."""
        if one.hashes:
            lanes, limiter = self._doors, self._hashing
        elif one.tag in HEAVY or one.gives is bytes:
            lanes, limiter = self._works, self._heavy
        elif one.long or one.method not in SAFE:  # a repeated one waits on its thread for the first
            lanes, limiter = self._lists if one.long else self._writes, self.light
        else:
            yield self.light
            return
        async with lanes.turn(ask.who.login or ask.peer):  # of strangers, those from one address
            yield limiter


def _answering(one: Endpoint, world: World, hub: Hub, threads: Threads) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            first = _perhaps if one.open else _who
            who = await to_thread.run_sync(first, one, world, request, limiter=threads.light)
            ask = await _asked(one, world, hub, request, who)
            async with threads.turn(one, ask) as limiter:
                return _response(await to_thread.run_sync(once, one, ask, limiter=limiter), one.status)
        except Exception as error:  # noqa: BLE001  told as a problem, or logged as ours
            return response_of(problem_of(error))

    return answer


def _perhaps(_one: Endpoint, world: World, request: Request) -> Who | None:
    """Who asks what strangers may ask too."""
    try:
        return who_of(world.store, request, world.holders) if request.method in SAFE else None
    except Problem:
        return None


def _who(one: Endpoint, world: World, request: Request) -> Who:
    """Who asks, if they may."""
    who = who_of(world.store, request, world.holders)
    if who is None:
        raise Problem(401, "signed_out", "sign in first")
    wait = world.pace.wait(who.login)
    if wait > 0:
        raise Problem(429, "too_often", f"wait {wait:.2f} s", {"Retry-After": str(int(wait) + 1)})
    if who.must_change and not one.before_change:
        raise Problem(403, "must_change_password", "choose a password of your own first")
    if one.gives is bytes and request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise Problem(403, "cross_site", "a file is on record as taken away: another site's page cannot take it")
    if one.roles and who.role not in one.roles:
        raise Problem(403, "role", f"this is for {', '.join(sorted(one.roles))}")
    return who


async def _asked(one: Endpoint, world: World, hub: Hub, request: Request, who: Who | None) -> Ask:
    query = msgspec.convert(dict(request.query_params), one.query, strict=False)
    body = None
    if one.takes is not None:
        body = _read(await _body(request), one.takes)
    who = who or Who("", "", ())
    scope = scope_of(who, one.roles, world.known.site)
    peer = request.client.host if request.client else ""
    return Ask(world, hub.picture, who, scope, request.path_params, query, body, request.headers, peer)


def _read(body: bytes, wanted: type[Body]) -> Body:
    try:
        return msgspec.json.decode(body, type=wanted)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"expected UTF-8, {error}") from error


async def _body(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise Problem(415, "media_type", "send application/json")  # a form of another site cannot
    found = b""
    async for part in request.stream():
        found += part
        if len(found) > LARGEST:
            raise Problem(413, "too_large", f"at most {LARGEST} bytes")
    return found


def _response(found: Any, status: int) -> Response:
    reply = found if isinstance(found, Reply) else Reply(found, status)
    headers = {"Cache-Control": "no-store", **reply.headers}
    if reply.value is None:
        made = Response(b"", 204 if reply.status == 200 else reply.status, headers)
    else:
        raw = isinstance(reply.value, bytes)
        made = Response(reply.value if raw else msgspec.json.encode(reply.value), reply.status, headers, reply.media)
    for cookie in reply.cookies:
        made.headers.append("Set-Cookie", cookie)
    return made


async def _refused(_request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: a method, a path."""
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})  # which methods there are
    return response_of(Problem(error.status_code, f"http_{error.status_code}", str(error.detail), headers))


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    answer = response_of(Problem(404, "no_path", "there is no such path; see /api/v1/openapi.json"))
    await answer(scope, receive, send)

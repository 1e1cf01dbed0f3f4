"""Streaming: the stream as an answer to a request, for those who may have it."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from console.gate.access import EVERYBODY, Who, scope_of
from console.gate.problems import Problem, problem_of, response_of
from console.gate.sessions import who_of
from console.live.stream import TOPICS, Hub
from console.world import World

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx: pass it on at once


def streamed(world: World, hub: Hub) -> Callable[[Request], Awaitable[Response]]:
    """``GET /stream?topics=...``: text/event-stream."""

    async def answer(request: Request) -> Response:
        try:
            who = await run_in_threadpool(_who, world, request)
            wait = world.pace.wait(who.login)
            if wait > 0:
                raise Problem(429, "too_often", f"wait {wait:.2f} s", {"Retry-After": str(int(wait) + 1)})
        except Exception as error:  # noqa: BLE001  told as a problem, or logged as ours
            return response_of(problem_of(error))
        topics = heard(who, request.query_params.get("topics", ",".join(TOPICS)))
        last = request.headers.get("last-event-id", request.query_params.get("last", ""))

        def still() -> bool:
            try:
                return _who(world, request) == who
            except Problem:
                return False

        told = hub.follow(scope_of(who, EVERYBODY, world.known.site), topics, last, still, who.login)
        return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS)

    return answer


def heard(who: Who, asked: str) -> frozenset[str]:
    """Of the topics asked for (with commas), those that may be heard."""
    return frozenset(name for name, roles in TOPICS.items() if name in asked.split(",") and who.role in roles)


def _who(world: World, request: Request) -> Who:
    """Who listens, if they may."""
    who = who_of(world.store, request, world.holders)
    if who is None:
        raise Problem(401, "signed_out", "sign in first")
    if who.must_change:
        raise Problem(403, "must_change_password", "choose a password of your own first")
    return who

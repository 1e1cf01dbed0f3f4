"""Streaming: the stream as an answer to a request, for those who may have it."""

from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from console.access import EVERYBODY, scope_of
from console.problems import Problem, problem_of, response_of
from console.sessions import who_of
from console.stream import TOPICS, Hub
from console.world import World

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx: pass it on at once


def streamed(world: World, hub: Hub) -> Callable[[Request], Awaitable[Response]]:
    """``GET /stream?topics=...``: text/event-stream."""

    async def answer(request: Request) -> Response:
        try:
            who = await run_in_threadpool(who_of, world.store, request, world.holders)
            if who is None:
                raise Problem(401, "signed_out", "sign in first")
            topics = frozenset(filter(None, request.query_params.get("topics", ",".join(TOPICS)).split(",")))
        except Exception as error:  # noqa: BLE001  told as a problem, or logged as ours
            return response_of(problem_of(error))
        scope = scope_of(who, EVERYBODY, world.known.site)
        last = request.headers.get("last-event-id", request.query_params.get("last", ""))
        told: AsyncIterator[bytes] = hub.follow(scope, topics, last)
        return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS)

    return answer

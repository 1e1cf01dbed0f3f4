"""Tiles: a map of streets in one file of this machine, given part by part to whoever is signed in."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from console.problems import Problem, response_of
from console.sessions import who_of
from console.world import World
from streams.layers import ConfigError

ADDRESS = "/map.pmtiles"
ENDING = ".pmtiles"
KEPT = {"Cache-Control": "private, max-age=3600"}  # a browser asks anew for a file that has become another: its ETag


def served(world: World) -> Callable[[Request], Awaitable[Response]]:
    """Answers requests for ranges of the file that ``map.tiles`` names."""

    async def answer(request: Request) -> Response:
        if await to_thread.run_sync(who_of, world.store, request, world.holders) is None:
            return response_of(Problem(401, "signed_out", "sign in first"))
        return FileResponse(world.config.map.tiles, 200, KEPT, "application/octet-stream")

    return answer


def is_file(tiles: str) -> bool:
    """Whether ``map.tiles`` is a file of this machine, and no address."""
    return tiles.endswith(ENDING) and "://" not in tiles


def check(tiles: str) -> None:
    """Raises ``ConfigError`` where the file is not there."""
    if is_file(tiles) and not Path(tiles).is_file():
        raise ConfigError(f"map.tiles is {tiles}: there is no such file")


def address(tiles: str) -> str:
    """Where a browser finds them."""
    return ADDRESS if is_file(tiles) else tiles

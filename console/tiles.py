"""Tiles: a map of streets in one file of this machine, given part by part to whoever is signed in."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from console.gate.problems import Problem, response_of
from console.gate.sessions import who_of
from console.world import World
from streams.layers import ConfigError

ADDRESS = "/map.pmtiles"
ENDING = ".pmtiles"
MAGIC = b"PMTiles\x03"  # what version 3 of the format begins with
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
    """Raises ``ConfigError`` where the file is not there, or is something else."""
    if not is_file(tiles):
        return
    try:
        with Path(tiles).open("rb") as file:
            begins = file.read(len(MAGIC))
    except OSError as error:
        raise ConfigError(f"map.tiles is {tiles}: it cannot be read ({error.strerror})") from error
    if begins != MAGIC:
        raise ConfigError(f"map.tiles is {tiles}: that is no PMTiles archive of version 3")


def address(tiles: str) -> str:
    """Where a browser finds them."""
    return ADDRESS if is_file(tiles) else tiles

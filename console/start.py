"""Start: the console of a running service, on a thread of its own, at an address that is known before it answers."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import uvicorn
from starlette.applications import Starlette

from console import tiles
from console.app import create_app
from console.gate import accounts
from console.gate.patience import Patient
from console.world import LIVE, REPLAY, SIMULATED, World
from streams.config import Config
from streams.layers import ConfigError
from streams.pipeline.fixes import Fixes
from streams.rules import Rules
from streams.settings import Console
from streams.sinks.base import Message
from streams.store import marks
from streams.store.store import Store, open_store
from streams.web.doors import holders, is_here

__all__ = ["LIVE", "REPLAY", "SIMULATED", "Told", "alone", "beside", "free", "serving"]

PATIENCE_S = 5  # for open streams to end
LOGIN = "sign in as {login} with {password}: said this once, choose your own at once"


class Told:
    """A sink that says to the hub which alerts have changed; the hub reads them from the record."""

    name = "console"

    def __init__(self) -> None:
        self.heard: Callable[[Sequence[str]], None] = lambda _ids: None

    def write(self, messages: Sequence[Message]) -> None:
        """Pass the ids on."""
        self.heard([json.loads(message.body)["alert_id"] for message in messages if message.body])


class Running(Protocol):
    """The service that a console shows."""

    def fixes(self) -> Fixes: ...

    def vitals(self) -> dict[str, float]: ...


class Serving(NamedTuple):
    """Where a console answers, and the first user's password if it has just been made."""

    url: str
    password: str | None

    @property
    def welcome(self) -> str:
        """What is printed."""
        said = f"console: {self.url}"
        login = LOGIN.format(login=accounts.FIRST, password=self.password)
        return f"{said}\n{login}" if self.password else said


@contextmanager
def beside(service: Running, settings: Config, rules: Rules, mode: str, told: Told) -> Iterator[Serving]:
    """The console of a service that runs, with connections of its own: who reads must not keep the river waiting."""
    store, known = open_store(settings.data.dir), holders(settings)
    try:
        world = World(store, settings, rules, service.fixes, mode, service.vitals, holders=known)
        with serving(world, told) as shown:
            yield shown
    finally:
        store.close()


def alone(store: Store, settings: Config, rules: Rules) -> World:
    """What a console looks at when other processes run the river: the record, and nobody tells it what is new."""
    with store.reading() as connection:
        mode = REPLAY if marks.is_fed(connection) else LIVE
    return World(store, settings, rules, mode=mode, holders=holders(settings), told=False)


@contextmanager
def serving(world: World, told: Told) -> Iterator[Serving]:
    """The console of ``world`` while the context lasts. ``ConfigError``, or ``OSError`` where its port is taken."""
    said = world.config.console
    tiles.check(world.config.map.tiles)
    listening = listener(said)
    password = accounts.first(world.store, must_change=world.mode != SIMULATED)
    app = create_app(world)
    told.heard = app.state.hub.picture.heard
    server = uvicorn.Server(_config(app, said))
    thread = threading.Thread(target=server.run, args=([listening],), name="console", daemon=True)
    thread.start()
    try:
        yield Serving(_url(said, listening), password)
    finally:
        app.state.hub.stop()
        server.should_exit = True
        thread.join(PATIENCE_S + 1)
        listening.close()


def listener(said: Console) -> socket.socket:
    """The socket it answers at. Raises ``ConfigError`` where a password would cross a network in the clear."""
    if not is_here(said.host) and not said.cert_file and not said.proxies:
        raise ConfigError(
            f"console.host is {said.host}: passwords would cross the network in the clear. Set console.cert_file, or "
            "console.proxies where a proxy speaks TLS, or console.host=127.0.0.1"
        )
    family = socket.AF_INET6 if ":" in said.host else socket.AF_INET
    return socket.create_server((said.host, said.port), family=family, backlog=256)


def free(port: int) -> int:
    """``port`` if nobody has it on this machine, else 0: any."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return port
    except OSError:
        return 0


def _config(app: Starlette, said: Console) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Patient,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=PATIENCE_S,
        proxy_headers=bool(said.proxies),
        forwarded_allow_ips=said.proxies if said.proxies else None,
        ssl_certfile=said.cert_file or None,
        ssl_keyfile=said.key_file or None,
        limit_concurrency=1_000,
    )


def _url(said: Console, listening: socket.socket) -> str:
    host = f"[{said.host}]" if ":" in said.host else said.host
    return f"{'https' if said.cert_file else 'http'}://{host}:{listening.getsockname()[1]}"

"""Health: /metrics for Prometheus, /healthz (is it alive) and /readyz (may it be given work) over HTTP."""

import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from streams.metrics import exposition
from streams.web.guard import Guard

logger = logging.getLogger(__name__)

Checks = dict[str, bool]  # what is looked at -> whether it is well

WATCHERS = ("metrics", "operator")  # roles that may look
PATIENCE_S = 10.0  # for a request to be said
AT_ONCE = 32  # connections; more are hung up on
CLOSES_S = 0.05  # s within which it hears that it is to stop


class Health:
    """A small HTTP server on its own thread; ``alive`` and ``ready`` are asked at every request.

    Whether all is well anybody may ask, what is not only who may see the metrics.
    """

    def __init__(
        self,
        host: str,
        port: int,
        alive: Callable[[], Checks],
        ready: Callable[[], Checks],
        *,
        guard: Guard | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        routes = {"/healthz": alive, "/readyz": ready}
        self._server = _Server((host, port), _handler(routes, guard or Guard()), tls)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(CLOSES_S,), name="health", daemon=True)
        self._url = ("https" if tls else "http") + (f"://[{host}]" if ":" in host else f"://{host}")

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"{self._url}:{self.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    """Threads for a bounded number of connections; one that is slow, even to begin with TLS, holds up nobody else."""

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None
    ) -> None:
        self._tls, self._room = tls, threading.BoundedSemaphore(AT_ONCE)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, handler)

    def get_request(self) -> tuple[Any, Any]:
        connection, peer = super().get_request()
        connection.settimeout(PATIENCE_S)
        if self._tls is not None:  # the handshake is for the connection's own thread
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, peer

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._room.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, *_request: Any) -> None:
        logger.debug("http: a request came to nothing", exc_info=True)


def _handler(routes: dict[str, Callable[[], Checks]], guard: Guard) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "tripmeter", ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            verdict = guard.verdict(self.headers["Authorization"], WATCHERS)
            if path in routes:
                checks = routes[path]()
                told = {"ok": all(checks.values())} | ({"checks": checks} if verdict.status == 200 else {})
                self._say(200 if told["ok"] else 503, told)
            elif path != "/metrics":
                self._say(404, {"error": "there is /metrics, /healthz and /readyz"})
            elif verdict.status == 200:
                self._answer(200, "text/plain; version=0.0.4; charset=utf-8", exposition())
            else:
                self._say(verdict.status, {"error": verdict.why})
                guard.refused(self.headers["Authorization"], verdict.status, path, str(self.client_address[0]))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            self._answer(status, "application/json", json.dumps(told).encode())

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if status == 401:
                self.send_header("WWW-Authenticate", 'Bearer realm="tripmeter"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class named it
            logger.debug(format, *args)

    return Handler

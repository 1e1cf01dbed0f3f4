"""Health: /metrics for Prometheus, /healthz (is it alive) and /readyz (may it be given work) over HTTP."""

import json
import logging
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from streams.metrics import exposition

logger = logging.getLogger(__name__)

Checks = dict[str, bool]  # what is looked at -> whether it is well


class Health:
    """A small HTTP server on its own thread; ``alive`` and ``ready`` are asked at every request."""

    def __init__(self, host: str, port: int, alive: Callable[[], Checks], ready: Callable[[], Checks]) -> None:
        routes = {"/healthz": alive, "/readyz": ready}
        self._server = ThreadingHTTPServer((host, port), _handler(routes))
        self._thread = threading.Thread(target=self._server.serve_forever, name="health", daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(routes: dict[str, Callable[[], Checks]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, "text/plain; version=0.0.4; charset=utf-8", exposition())
            elif self.path in routes:
                checks = routes[self.path]()
                body = json.dumps({"ok": all(checks.values()), "checks": checks}).encode()
                self._answer(200 if all(checks.values()) else 503, "application/json", body)
            else:
                self._answer(404, "application/json", b'{"error": "there is /metrics, /healthz and /readyz"}')

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class named it
            logger.debug(format, *args)

    return Handler

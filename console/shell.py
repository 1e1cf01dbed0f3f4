"""Shell: the page that loads the console, its files under an address of their version, and what a browser may do."""

import base64
import hashlib
import mimetypes
import re
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
FILES = "/static"
HERE = re.compile(r"(?<=\")(?:\./|/)?static/")  # in index.html: where the files lie
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".pmtiles": "application/octet-stream"}
for ending, kind in TYPES.items():
    mimetypes.add_type(kind, ending)  # some systems say otherwise, and a module of another type is not run


class Immutable(StaticFiles):
    """Files that never change under their address."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        """The file, to be kept for a year."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


class Shell:
    """The page and its policy; ``tiles`` is where map tiles may come from."""

    def __init__(self, tiles: str, folder: Path = STATIC) -> None:
        self._tiles, self.folder = tiles, folder

    @cached_property
    def version(self) -> str:
        """Of the files: another as soon as one of them is another."""
        found = hashlib.sha256(version("tripmeter").encode())
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                found.update(
                    f"{path.relative_to(self.folder)} {path.stat().st_size} {path.stat().st_mtime_ns}".encode()
                )
        return found.hexdigest()[:12]

    @cached_property
    def page(self) -> str:
        """index.html, its files at the address of their version."""
        return HERE.sub(f"{FILES}/{self.version}/", (self.folder / "index.html").read_text("utf-8"))

    @cached_property
    def policy(self) -> str:
        """What the page may load and do."""
        scripts = [f"'sha256-{_hash(one)}'" for one in INLINE.findall(self.page)]
        host = _host(self._tiles)
        said = {
            "default-src": "'self'",
            "script-src": " ".join(["'self'", *scripts]),
            "style-src": "'self' 'unsafe-inline'",
            "img-src": f"'self' data: blob: {host}",
            "worker-src": "'self'",
            "connect-src": f"'self' {host}",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }
        return "; ".join(f"{name} {value}".strip() for name, value in said.items())

    def answer(self) -> Response:
        """The page."""
        headers = {"Content-Security-Policy": self.policy, "Cache-Control": "no-cache"}
        return Response(self.page, 200, headers, "text/html; charset=utf-8")


def guarded(headers: MutableHeaders, tls: bool) -> None:
    """Put what every answer says to browsers."""
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
    if tls:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _host(tiles: str) -> str:
    """Where tiles come from, if that is not here."""
    parts = urlsplit(tiles)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""

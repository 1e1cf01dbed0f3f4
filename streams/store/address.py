"""Address: what ``store.url`` says, as the driver of PostgreSQL wants it."""

import ssl
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


def url_arguments(said: str) -> dict[str, Any]:
    """What the driver wants of a URL; ``sslmode`` and ``sslrootcert`` as libpq has them. Raises ``ValueError``."""
    url = _parsed(said)
    query = dict(url.query)
    mode, authority = query.pop("sslmode", "prefer"), query.pop("sslrootcert", None)
    if query or mode not in ("disable", "prefer", "require", "verify-full"):
        raise ValueError(f"it has {sorted(query) or mode}; there is sslmode (disable to verify-full), sslrootcert")
    secure: Any = {"disable": False, "prefer": None, "require": True}.get(mode)
    if mode == "verify-full":
        secure = ssl.create_default_context(cafile=None if authority is None else str(authority))
    return {
        "user": url.username or "tripmeter",
        "password": url.password,
        "host": url.host or "127.0.0.1",
        "port": url.port or 5432,
        "database": url.database or "tripmeter",
        "ssl_context": secure,
        "application_name": "tripmeter",
    }


def _parsed(url: str) -> URL:
    try:
        said = make_url(url)
    except ArgumentError:
        raise ValueError("no URL; expected postgresql://user@host/database") from None
    if said.get_backend_name() != "postgresql":
        raise ValueError(f"it begins with {said.drivername}://, expected postgresql://")
    return said

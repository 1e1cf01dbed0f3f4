"""Wire: messages of a stream as EventSource reads them."""

PING = b": ping\n\n"


def message(event: str, data: bytes, name: str = "") -> bytes:
    """One event; ``name`` is what a tab says when it comes back."""
    mark = f"id: {name}\n" if name else ""
    return f"event: {event}\n{mark}data: ".encode() + data + b"\n\n"


RESYNC = message("resync", b"{}")  # ask for everything again
FULL = b"retry: 30000\n\n"  # there are too many: come back later

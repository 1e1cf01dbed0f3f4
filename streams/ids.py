"""Ids: names that depend on what happened, to whom and when, and on nothing about how it was computed."""

from hashlib import blake2b


def identify(fleet_id: str, vehicle_id: str, kind: str, subject: str, start: float) -> str:
    """32 hex digits of hash(fleet, vehicle, kind, subject, start in ms); ``start`` is UTC epoch s."""
    parts = (fleet_id, vehicle_id, kind, subject, str(round(start * 1000)))
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def digest(body: bytes) -> bytes:
    """16 bytes that tell two payloads apart."""
    return blake2b(body, digest_size=16).digest()

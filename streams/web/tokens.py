"""Tokens: who may ask what over HTTP; kept as hashes, compared in constant time."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Iterable
from typing import NamedTuple

from streams.layers import ConfigError

ROLES = {
    "metrics": "read /metrics and the reasons of /readyz: Prometheus",
    "operator": "the same, for whoever runs the service",
    "viewer": "of the console: vehicles, alerts, trips, drivers",
    "manager": "of the console: the same, and decisions about them",
    "underwriter": "of the console: premiums and all that made them, disputes",
    "actuary": "of the console: exposure, tariff, results, without places",
    "admin": "of the console: all of it, users, quarantine, registry",
}
HASH = "sha256:"
SHORTEST = 16  # characters of a token somebody has thought up
_LINE = "expected NAME ROLE[@FLEET[/SITE]][,ROLE...] sha256:HEX; 'tripmeter token NAME --role ROLE' makes such a line"


class Grant(NamedTuple):
    """A role, the fleet it is for (empty: all of them), and the site of it (empty: all of it)."""

    role: str
    fleet: str = ""
    site: str = ""

    def __str__(self) -> str:
        return self.role + (f"@{self.fleet}" if self.fleet else "") + (f"/{self.site}" if self.site else "")


class Holder(NamedTuple):
    """Who has a token, and what comes with it."""

    name: str
    grants: tuple[Grant, ...]
    digest: bytes  # SHA-256 of the token: it is long and by chance, so nobody finds it from that

    def may(self, roles: Collection[str], fleet: str = "") -> bool:
        """Whether one of ``roles`` is theirs for ``fleet``; empty: for all fleets at once."""
        return any(grant.role in roles and grant.fleet in ("", fleet) and not grant.site for grant in self.grants)


def holder_of(token: str, holders: Iterable[Holder]) -> Holder | None:
    """Whose token it is; every hash is compared, whichever fits, so that time tells nothing."""
    digest, found = hashlib.sha256(token.encode(errors="replace")).digest(), None
    for holder in holders:
        if hmac.compare_digest(digest, holder.digest):
            found = holder
    return found


def made() -> str:
    """A new token: 256 bits of chance."""
    return f"tm_{secrets.token_urlsafe(32)}"


def line(name: str, grants: Iterable[Grant], token: str) -> str:
    """What a file says of a token, without the token."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f"{name} {','.join(map(str, grants))} {HASH}{digest}"


def parse(text: str, *, plain: bool) -> tuple[Holder, ...]:
    """The holders of ``text``: a line each, or with ``;`` between them; ``#`` begins a remark.

    ``plain`` tokens instead of their hashes are taken where nothing of it is on a disk. Raises ``ConfigError``, which
    repeats no secret.
    """
    said = [one.split("#")[0].strip() for one in text.replace(";", "\n").splitlines()]
    holders = [_holder(number, one.split(), plain) for number, one in enumerate(said, 1) if one]
    digests = [holder.digest for holder in holders]
    if len(set(digests)) < len(digests):
        raise ConfigError("http.tokens: two lines have the same token; whose is it?")
    return tuple(holders)


def granted(text: str) -> Grant:
    """The grant that ``ROLE[@FLEET[/SITE]]`` spells."""
    role, _, where = text.partition("@")
    return Grant(role, *where.split("/", 1))


def _holder(number: int, words: list[str], plain: bool) -> Holder:
    where = f"http.tokens line {number}"
    if len(words) != 3:
        raise ConfigError(f"{where}: {_LINE}")
    name, roles, secret = words
    if "@" in (one[-1:] for one in roles.split(",")):  # a fleet left out by mistake must not mean all of them
        raise ConfigError(f"{where}: {name} has an @ without a fleet in {roles!r}; leave it away for all fleets")
    grants = tuple(granted(one) for one in roles.split(","))
    for grant in grants:
        if grant.role not in ROLES:
            raise ConfigError(f"{where}: {name} is to be {grant.role!r}; there is {', '.join(ROLES)}")
    return Holder(name, grants, _digest(where, secret, plain))


def _digest(where: str, secret: str, plain: bool) -> bytes:
    if secret.startswith(HASH):
        try:
            digest = bytes.fromhex(secret.removeprefix(HASH))
        except ValueError:
            digest = b""
        if len(digest) != hashlib.sha256().digest_size:
            raise ConfigError(f"{where}: {HASH} is followed by 64 hexadecimal digits")
        return digest
    if not plain:
        raise ConfigError(f"{where}: the token itself is in a file; {_LINE}")
    if len(secret) < SHORTEST:
        raise ConfigError(f"{where}: the token has {len(secret)} characters, expected at least {SHORTEST}")
    return hashlib.sha256(secret.encode()).digest()

"""Keys: the days' seals are signed with Ed25519, so that whoever checks them cannot sign."""

from pricing.ledger.seal import Good, Sign
from streams.ledger.chains import LedgerError

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ModuleNotFoundError as error:
    raise LedgerError("seals need pip install 'tripmeter[seal]'") from error


def pair() -> tuple[str, str]:
    """A new key to sign with and its public half, 64 hex digits each."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw().hex(), key.public_key().public_bytes_raw().hex()


def public(seal_key: str) -> str:
    """The public half of a key."""
    return _private(seal_key).public_key().public_bytes_raw().hex()


def signer(seal_key: str) -> Sign:
    """Signs with a key; raises ``LedgerError`` if it is none."""
    key = _private(seal_key)
    return lambda said: key.sign(said.encode()).hex()


def checker(check_key: str) -> Good:
    """Checks with the public half; raises ``LedgerError`` if it is none."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(check_key))
    except ValueError as error:
        raise LedgerError("ledger.check_key: expected 64 hex digits, as 'tripmeter ledger key' prints them") from error

    def good(said: str, signature: str) -> bool:
        try:
            key.verify(bytes.fromhex(signature), said.encode())
        except (InvalidSignature, ValueError):
            return False
        return True

    return good


def _private(seal_key: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seal_key))
    except ValueError as error:
        raise LedgerError("ledger.seal_key: expected 64 hex digits, as 'tripmeter ledger key' prints them") from error

"""Keys: seals of the ledger and tariffs are signed with Ed25519, so that whoever checks them cannot sign."""

from collections.abc import Callable

from streams.layers import ConfigError

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
except ModuleNotFoundError as error:
    raise ConfigError("signatures need pip install 'tripmeter[seal]'") from error

EXPECTED = "expected 64 hex digits, as 'tripmeter ledger key' prints them"


def pair() -> tuple[str, str]:
    """A new key to sign with and its public half, 64 hex digits each."""
    key = Ed25519PrivateKey.generate()
    return key.private_bytes_raw().hex(), key.public_key().public_bytes_raw().hex()


def public(sign_key: str, where: str = "ledger.seal_key") -> str:
    """The public half of a key; ``where`` it was said, for who has said none."""
    return _private(sign_key, where).public_key().public_bytes_raw().hex()


def signer(sign_key: str, where: str = "ledger.seal_key") -> Callable[[str], str]:
    """Signs with a key; raises ``ConfigError`` if it is none."""
    key = _private(sign_key, where)
    return lambda said: key.sign(said.encode()).hex()


def checker(check_key: str, where: str = "ledger.check_key") -> Callable[[str, str], bool]:
    """Checks with the public half; raises ``ConfigError`` if it is none."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(check_key))
    except ValueError as error:
        raise ConfigError(f"{where}: {EXPECTED}") from error

    def good(said: str, signature: str) -> bool:
        try:
            key.verify(bytes.fromhex(signature), said.encode())
        except (InvalidSignature, ValueError):
            return False
        return signature == bytes.fromhex(signature).hex()  # there is one way to write it

    return good


def _private(sign_key: str, where: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(sign_key))
    except ValueError as error:
        raise ConfigError(f"{where}: {EXPECTED}") from error

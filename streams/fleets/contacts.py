"""Contacts: where a fleet is reached, so that nobody is told of another's vehicles."""

import hashlib
import hmac
from collections.abc import Callable
from typing import NamedTuple


class Contact(NamedTuple):
    """What the registry says of a fleet; empty: it has none of its own, and is told by the service's channels."""

    mail: str = ""  # addresses, with commas
    webhook: str = ""  # URL


Contacts = Callable[[str], Contact]  # by fleet id


def nowhere(_fleet_id: str) -> Contact:
    """No fleet is reached anywhere of its own."""
    return Contact()


def key_of(secret: str, fleet_id: str) -> str:
    """The key that signs what is posted to a fleet of its own: who knows one knows neither the secret nor another."""
    return hmac.new(secret.encode(), fleet_id.encode(), hashlib.sha256).hexdigest() if secret else ""

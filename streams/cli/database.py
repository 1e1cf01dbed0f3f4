"""Database: the store of several processes, for commands that look at it or decide something."""

from sqlalchemy.exc import DBAPIError

from streams.layers import ConfigError
from streams.store.store import Store


def at(url: str) -> Store:
    """All partitions of the PostgreSQL database at ``url``. Raises ``ConfigError`` saying why it cannot be used."""
    try:
        from streams.store.layout import open_readers
    except ModuleNotFoundError as error:
        raise ConfigError("store.url needs a driver: pip install 'tripmeter[distributed]'") from error
    try:
        return open_readers(url)
    except (DBAPIError, ValueError) as error:
        raise ConfigError(f"the database of store.url cannot be used: {said(error)}") from error


def said(error: Exception) -> object:
    """The server's own sentence, without what the driver has around it."""
    found = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return found.args[0].get("M", found) if found.args and isinstance(found.args[0], dict) else found

"""Bucket: the archive in S3-compatible storage, where an upload that was cut off is never seen."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from streams.layers import ConfigError
from streams.objects.base import same
from streams.settings import Archive

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig

PATIENCE: "ClientConfig" = {"timeout": "60s", "connect_timeout": "10s"}
AGAIN: "RetryConfig" = {"max_retries": 3, "retry_timeout": timedelta(seconds=120)}


class Bucket:
    """Objects of a bucket below a prefix. S3 shows an object once all of it has come, and at once to everybody."""

    def __init__(self, store: S3Store, where: str, prefix: str = "") -> None:
        self.store, self.where, self.prefix = store, where, prefix

    @classmethod
    def of(cls, settings: Archive) -> "Bucket":
        """That of a configuration; without keys in it those of the environment or of the machine's role."""
        said = urlsplit(settings.url)
        if said.scheme != "s3" or not said.netloc:
            raise ConfigError(f"archive.url is {settings.url!r}, expected s3://BUCKET/PREFIX or a folder")
        given = {
            "endpoint": settings.endpoint,
            "region": settings.region,
            "access_key_id": settings.access_key,
            "secret_access_key": settings.secret_key,
        }
        plain = settings.endpoint.startswith("http://")
        store = S3Store(
            said.netloc,
            retry_config=AGAIN,
            client_options={**PATIENCE, "allow_http": plain},
            virtual_hosted_style_request=not settings.endpoint,  # servers of one's own are asked by path
            **{name: value for name, value in given.items() if value},  # type: ignore[arg-type]
        )
        path = said.path.strip("/")
        return cls(store, settings.url.rstrip("/"), f"{path}/" if path else "")

    def put(self, name: str, body: bytes) -> None:
        with _told(self.where):
            obstore.put(self.store, self.prefix + name, body)
        same(name, self.get(name), body)

    def get(self, name: str) -> bytes:
        with _told(self.where):
            return bytes(obstore.get(self.store, self.prefix + name).bytes())

    def has(self, name: str) -> bool:
        with _told(self.where):
            try:
                obstore.head(self.store, self.prefix + name)
            except FileNotFoundError:
                return False
        return True

    def names(self) -> list[tuple[str, int]]:
        with _told(self.where):
            found = [one for some in obstore.list(self.store, self.prefix or None) for one in some]
        return sorted((one["path"].removeprefix(self.prefix), one["size"]) for one in found)

    def drop(self, names: Iterable[str]) -> None:
        with _told(self.where):
            for name in names:
                obstore.delete(self.store, self.prefix + name)

    def under(self, place: str) -> "Bucket":
        return Bucket(self.store, f"{self.where}/{place}", f"{self.prefix}{place}/")


@contextmanager
def _told(where: str) -> Iterator[None]:
    """What goes wrong as ``OSError`` in one line: the library's words go on for pages."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise OSError(f"{where}: {str(error).splitlines()[0]}") from error

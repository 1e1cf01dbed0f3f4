"""Objects: where the archive lies - a local folder or a bucket."""

from pathlib import Path

from streams.layers import ConfigError
from streams.objects.base import Objects
from streams.objects.folder import Folder
from streams.settings import Archive

__all__ = ["Folder", "Objects", "opened"]


def opened(settings: Archive, folder: Path) -> Objects:
    """The archive of a configuration; ``folder`` is where it is if that names no other. Raises ``ConfigError``."""
    if not settings.url:
        return Folder(folder)
    if "://" not in settings.url:
        return Folder(Path(settings.url))
    try:
        from streams.objects.bucket import Bucket
    except ModuleNotFoundError as error:
        raise ConfigError("archive.url names a bucket: pip install 'tripmeter[archive]'") from error
    return Bucket.of(settings)

"""Keeping: where what is known is kept, how often it is saved, and how long it stays."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.settings.setting import setting


@dataclass(frozen=True)
class Data:
    """Where Tripmeter keeps what it knows."""

    dir: Path = setting(  # noqa: RUF009  a Path does not change
        Path("tripmeter-data"), "folder of the database, made if it is not there"
    )


@dataclass(frozen=True)
class Store:
    """The database of several processes; alone, `tripmeter run` keeps its own in the data folder."""

    url: str = setting(
        "",
        "PostgreSQL: `postgresql://user:password@host/database?sslmode=verify-full`; empty for SQLite in `data.dir`",
        secret=True,
    )


@dataclass(frozen=True)
class Archive:
    """Where raw payloads of closed days go: a folder, or S3-compatible storage."""

    url: str = setting("", "`s3://bucket/prefix`, or a folder; empty: `data.dir`")
    endpoint: str = setting("", "address of a storage of one's own: `https://minio.example.org`; empty: Amazon's")
    region: str = setting("", "region of the bucket; empty: what the environment says")
    access_key: str = setting("", "id of the key; empty: that of the environment, or the role of the machine")
    secret_key: str = setting("", "the key", secret=True)


@dataclass(frozen=True)
class Commit:
    """How much work one transaction holds."""

    payloads: int = setting(100, "payloads in one commit at most", 1)
    linger_ms: float = setting(5.0, "longest wait for a fuller commit, ms", 0)
    snapshot_s: float = setting(5.0, "a vehicle's state is saved so long after it has moved on, s", 0)
    snapshot_samples: int = setting(1_000_000, "or after so many samples of all", 1)


@dataclass(frozen=True)
class Settle:
    """How long late data may still correct the record."""

    horizon_days: int = setting(7, "late data this old is still settled, days", 0)


def _days(what: str) -> Any:
    return setting(-1, f"{what}, days; 0 for good, -1 as the preset says", -1)


@dataclass(frozen=True)
class Retention:
    """How long what is kept; docs/data.md has what the presets say, and whose word it is."""

    preset: str = setting(
        "auto",
        "`auto`: by the fleet's jurisdiction in the registry, `custom` where it has none; or one for all fleets",
        choices=("auto", "eu", "de", "uk", "us", "china", "custom"),
    )
    payloads_days: int = _days("raw payloads in the archive, and quarantine")
    payloads_mb: float = setting(0.0, "the archive of raw payloads holds at most this, MB; 0 no bound", 0)
    positions_days: int = _days("coordinates of events and trips")
    trips_days: int = _days("trips, and of events what no premium is made of")
    evidence_days: int = _days("the samples around crashes")
    handling_days: int = _days("alerts, who was called, what people decided, tasks")
    hours_days: int = _days("driving and standing, for hours at the wheel")
    exposure_days: int = _days("what premiums are made of")

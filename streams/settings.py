"""Settings: the sections of the configuration as frozen dataclasses, each with its default, bounds and meaning."""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


def setting(
    default: Any,
    meaning: str,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    secret: bool = False,
) -> Any:
    """A field with what the reader of docs/configuration.md must know; bounds include both ends."""
    return field(
        default=default,
        metadata={"meaning": meaning, "low": low, "high": high, "choices": choices, "secret": secret},
    )


def differing(section: Any) -> str:
    """The settings of a section that are not as shipped, as JSON that is the same on every machine."""
    found = {part.name: getattr(section, part.name) for part in fields(section)}
    return json.dumps({name: value for name, value in found.items() if value != getattr(type(section)(), name)})


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
class Mqtt:
    """The broker that vehicles publish to."""

    broker: str = setting(
        "embedded",
        "`embedded` starts a broker with the service, on loopback; `external` connects to one that runs",
        choices=("embedded", "external"),
    )
    host: str = setting("127.0.0.1", "address of the broker")
    port: int = setting(1883, "port of the broker; 0 takes a free one when embedded", 0, 65535)
    username: str = setting("", "name the gateway logs in with; empty for none")
    password: str = setting("", "its password", secret=True)
    tls: bool = setting(False, "speak TLS to an external broker")
    ca_file: str = setting("", "PEM file of who signs its certificate; empty: whom this machine trusts")
    cert_file: str = setting("", "PEM file of a certificate of our own to log in with; empty: user name and password")
    key_file: str = setting("", "PEM file of its key; empty: it is in `cert_file`")


@dataclass(frozen=True)
class Kafka:
    """Where bridges and workers meet, when one process is not enough."""

    bootstrap: str = setting("127.0.0.1:9092", "addresses of its brokers, with commas")
    topic: str = setting("tripmeter.telemetry", "topic of what devices send; a bridge makes it if it is not there")
    group: str = setting("tripmeter", "consumer group of the workers; those of one group share the partitions")
    dead_letters: str = setting("tripmeter.dead-letters", "topic of frames that no worker can read")
    partitions: int = setting(16, "partitions of the topic: never changed once there is data", 1, 1_000)
    spread: str = setting(
        "fleet",
        "what stays together in a partition: a `fleet`, or each `vehicle` of one too large; never changed either",
        choices=("fleet", "vehicle"),
    )
    replicas: int = setting(1, "copies of a topic that is made; 3 where there are three brokers", 1)
    security: str = setting(
        "plaintext",
        "`ssl` and `sasl_ssl` encrypt, the `sasl` two log in",
        choices=("plaintext", "ssl", "sasl_plaintext", "sasl_ssl"),
    )
    mechanism: str = setting("SCRAM-SHA-512", "how the login goes", choices=("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"))
    username: str = setting("", "login")
    password: str = setting("", "its password", secret=True)
    ca_file: str = setting("", "PEM file of who signs the brokers' certificates; empty: whom this machine trusts")
    cert_file: str = setting("", "PEM file of a client's certificate; empty for none")
    key_file: str = setting("", "PEM file of its key")


@dataclass(frozen=True)
class Bridge:
    """From the broker of the vehicles to Kafka: `tripmeter bridge`."""

    client_id: str = setting("tripmeter-bridge", "its name at the broker, where its session waits; each bridge its own")
    share: str = setting("", "bridges with the same word here share the vehicles' payloads; empty: it takes all")
    linger_ms: float = setting(5.0, "longest wait for a fuller frame, ms; a crash or SOS does not wait", 0, 1000)
    frame_kb: float = setting(28.0, "a frame that has come to so much goes at once, kB", 1, 900)
    window: int = setting(10_000, "payloads on their way to Kafka before reading pauses", 1)


@dataclass(frozen=True)
class Http:
    """Metrics and health."""

    host: str = setting("127.0.0.1", "address that /metrics, /healthz and /readyz listen on")
    port: int = setting(8787, "their port; 0 takes a free one", 0, 65535)
    tokens: str = setting(
        "",
        "who may read the metrics: lines of `NAME ROLE sha256:HEX`, as `tripmeter token` prints them; needed where "
        "`host` is not this machine",
        secret=True,
    )
    cert_file: str = setting("", "PEM file of its certificate, to speak TLS; empty: in the clear")
    key_file: str = setting("", "PEM file of the key; empty: it is in `cert_file`")


@dataclass(frozen=True)
class Console:
    """The console in the browser, and its API."""

    enabled: bool = setting(True, "`tripmeter run` serves it")
    host: str = setting("127.0.0.1", "address it listens on; another than this machine needs `cert_file` or `proxies`")
    port: int = setting(8788, "its port; 0 takes a free one", 0, 65535)
    cert_file: str = setting("", "PEM file of its certificate, to speak TLS; empty: in the clear")
    key_file: str = setting("", "PEM file of the key; empty: it is in `cert_file`")
    proxies: str = setting("", "addresses of the proxies that speak TLS in front of it, with commas; empty: none")
    session_h: float = setting(12.0, "who has signed in is asked again after so long, h", 0.1, 24 * 31)

    @property
    def secure_cookie(self) -> bool:
        """Whether browsers reach it over TLS."""
        return bool(self.cert_file or self.proxies)


@dataclass(frozen=True)
class Map:
    """The map of the console."""

    tiles: str = setting(
        "",
        "address of raster tiles with `{z}`, `{x}` and `{y}` in it, or a `.pmtiles` file of this machine, which the "
        "console serves itself; empty: the map that comes with Tripmeter, which asks nobody",
    )
    attribution: str = setting("", "whose map that is, as its terms ask to be told")
    datum: str = setting(
        "wgs84",
        "what the tiles are drawn in; `gcj02` for maps of China: positions are moved on the screen only",
        choices=("wgs84", "gcj02"),
    )
    borders: str = setting("none", "borders of countries: `none`, `natural-earth`", choices=("none", "natural-earth"))


@dataclass(frozen=True)
class Gateway:
    """The door: what comes in."""

    inbox: int = setting(2000, "payloads held between the broker and the pipeline before reading pauses", 1)
    accept_unregistered: bool = setting(False, "take vehicles the registry does not know")
    device_payloads_s: float = setting(
        25.0, "payloads a second that a device may send in the long run; what is beyond is set aside; 0 no limit", 0
    )
    device_kb_s: float = setting(50.0, "the same in kB a second", 0)
    device_burst_s: float = setting(3600.0, "so many seconds' worth it may send at once, after it or we were away", 0)
    quarantine_kb_s: float = setting(
        5.0, "kept in quarantine of a device in the long run, kB a second, and 50 MB at once with 5; 0 no limit", 0
    )
    future_s: float = setting(300.0, "samples further ahead of their arrival than this are set aside, s", 0)


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


@dataclass(frozen=True)
class AlertSetting:
    """What a fleet changes in the alert rule of a kind; 0, -1 and nothing leave it as it is."""

    min_level: int = setting(0, "lowest level that alerts: 1 notable, 2 harsh, 3 severe; 0 as shipped", 0, 3)
    quiet_s: float = setting(-1.0, "an event later than this after the last opens a new alert, s; -1 as shipped", -1)
    pages: str = setting(
        "",
        "lowest priority that pages somebody at once, the rest waits for the morning list; `none`, or empty as shipped",
        choices=("", "none", "critical", "major", "minor", "warning", "info"),
    )
    at_night: str = setting(
        "",
        "whether it pages in quiet hours too: `yes`, `no` (critical alerts still do), or empty as shipped",
        choices=("", "yes", "no"),
    )


def _notice(kind: str) -> Any:
    return setting(-1.0, f"{kind}: warn so many minutes before the limit; -1 as shipped", -1)


@dataclass(frozen=True)
class Paging:
    """When somebody is called at once, and when the rest is told. Times of day are those of the fleet's time zone."""

    late_s: float = setting(900.0, "an alert heard of later than this after it happened pages nobody, s", 0)
    quiet_from: str = setting("22:00", "from then on only what cannot wait pages; empty: everything always does")
    quiet_to: str = setting("06:00", "until then; what came up meanwhile and still lasts pages now")
    morning: str = setting("06:00", "when the morning list is mailed")
    escalate_critical: str = setting(
        "10m 30m",
        "page again when nobody has acknowledged a critical alert after so long, and whom: `10m 30m:head@example.org`",
    )
    escalate_major: str = setting("2h", "the same for major alerts; empty: never")


@dataclass(frozen=True)
class Hours:
    """The rules for hours at the wheel."""

    rule: str = setting(
        "eu",
        "whose rules hold: `eu` (561/2006), `china`, `china_passenger`, `us_60_7`, `us_70_8` (395.3), `custom`, or "
        "`auto`: by the fleet's jurisdiction in the registry",
        choices=("eu", "china", "china_passenger", "us_60_7", "us_70_8", "custom", "auto"),
    )
    unassigned: str = setting(
        "all",
        "limits for a vehicle whose driver is unknown: `all`, or only those on `breaks` if several drive it a day",
        choices=("all", "breaks"),
    )
    duty_off_min: float = setting(
        420.0,
        "395.3: standing with the ignition on counts as on duty in stops shorter than this, minutes; 0: driving only",
        0,
    )
    drive_h: float = setting(0.0, "custom rule: longest driving without a break, h", 0)
    break_min: float = setting(0.0, "custom rule: break that ends it, minutes", 0)
    split_min: float = setting(0.0, "custom rule: first part of a break taken in two, minutes; 0 no splitting", 0)
    continuous_driving_notice_min: float = _notice("continuous_driving")
    daily_driving_notice_min: float = _notice("daily_driving")
    duty_window_notice_min: float = _notice("duty_window")
    night_continuous_notice_min: float = _notice("night_continuous")
    weekly_driving_notice_min: float = _notice("weekly_driving")
    fortnight_driving_notice_min: float = _notice("fortnight_driving")
    weekly_rest_notice_min: float = _notice("weekly_rest")


@dataclass(frozen=True)
class Tariff:
    """What premiums are rated with."""

    path: str = setting(
        "standard",
        "`standard` or `china` (illustrative, shipped), the path of a tariff file, or a folder of dated ones, "
        "in each currency one after another",
    )
    sign_key: str = setting("", "key that signs tariffs: from `tripmeter ledger key`", secret=True)
    check_key: str = setting("", "its public half: with it every tariff must be signed, by that key")


@dataclass(frozen=True)
class Pricing:
    """What pricing is told of driving."""

    privacy: str = setting(
        "full",
        "`full`: rates of each behaviour; `scores_and_km`: a vehicle's score and km alone, no event, place or driver",
        choices=("full", "scores_and_km"),
    )
    models: str = setting(
        "",
        "folder with models of `tripmeter fit` (.json) and data to hold them against (.parquet, .csv): for actuaries",
    )


@dataclass(frozen=True)
class Ledger:
    """What was indicated and charged: when an indication moves, and who signs for it."""

    band: float = setting(0.02, "an indication is written anew only if it moved by more than this share", 0, 1)
    step: float = setting(0.10, "and by no more than this share at a time", 0.001, 10)
    post: bool = setting(True, "the service posts by itself once a day has closed, and seals if it has a `seal_key`")
    offer_days: int = setting(45, "the next term of a policy is offered so many days before its end; 0: never", 0, 366)
    seal_key: str = setting("", "key that signs the days' seals: from `tripmeter ledger key`", secret=True)
    check_key: str = setting("", "its public half, with which anybody checks them and nobody signs")


@dataclass(frozen=True)
class Sinks:
    """Where alerts go besides the database."""

    mqtt: bool = setting(True, "publish alerts on the vehicle's alert topics")
    jsonl: str = setting("", "append alerts as JSON lines to this file; empty for none")
    webhook: str = setting("", "post pages to this URL; empty for none")
    webhook_secret: str = setting("", "key that signs them (HMAC-SHA256); empty: not signed", secret=True)
    webhook_all: bool = setting(False, "post every change of an alert too, not only pages")
    email_to: str = setting("", "mail pages and the morning list to these addresses, with commas; empty for none")
    email_from: str = setting("tripmeter@localhost", "sender of the mail")
    email_language: str = setting("en", "language of the mails: `en` or `zh-CN`")
    smtp_host: str = setting("127.0.0.1", "mail server")
    smtp_port: int = setting(587, "its port", 1, 65535)
    smtp_tls: bool = setting(True, "insist on STARTTLS")
    smtp_username: str = setting("", "login at the mail server; empty for none")
    smtp_password: str = setting("", "its password", secret=True)

    def all_to(self, sink: str) -> bool:
        """Whether a sink that calls people is told every change too."""
        return sink == "webhook" and self.webhook_all

"""Wires: what Tripmeter talks to and listens on - the broker, Kafka, HTTP, the console, and the door."""

from dataclasses import dataclass

from streams.settings.setting import setting


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

"""Doors: the gateway to the vehicles' broker, and HTTP for whoever watches, as the settings say."""

import ssl
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from devices.gateway import Gateway
from devices.limits import Edge, Limiter
from streams import settings
from streams.config import Config
from streams.layers import ConfigError
from streams.settings import Mqtt
from streams.store.audit import Entry
from streams.web import tokens
from streams.web.guard import Guard
from streams.web.health import Checks, Health
from streams.web.tokens import Holder

OPEN = """http.host is {host}: whoever reaches this machine could read /metrics. Set http.tokens - 'tripmeter token \
prometheus --role metrics' makes one - or http.host=127.0.0.1"""


def gateway(mqtt: Mqtt, **more: Any) -> Gateway:
    """A gateway to an external broker; ``more`` is what devices.gateway.Gateway takes besides."""
    return Gateway(
        mqtt.host, mqtt.port, username=mqtt.username or None, password=mqtt.password or None, tls=tls(mqtt), **more
    )


def tls(mqtt: Mqtt) -> ssl.SSLContext | None:
    """How the broker's certificate is verified, and ours shown; None: it is spoken to in the clear.

    Raises ``ConfigError``.
    """
    if not mqtt.tls:
        if mqtt.cert_file:
            raise ConfigError("mqtt.cert_file is set, but not mqtt.tls: there is nobody to show it to")
        return None
    try:
        context = ssl.create_default_context(cafile=mqtt.ca_file or None)
    except OSError as error:
        raise ConfigError(f"mqtt.ca_file: {mqtt.ca_file} is no PEM file that can be read ({error})") from error
    if mqtt.cert_file:
        _own(context, "mqtt", mqtt.cert_file, mqtt.key_file)
    return context


def edge(said: settings.Gateway) -> Edge:
    """How much each device may send."""
    return Edge(Limiter(said.device_payloads_s, said.device_kb_s * 1000, said.device_burst_s))


def http(
    config: Config,
    alive: Callable[[], Checks],
    ready: Callable[[], Checks],
    note: Callable[[Entry], None] | None = None,
) -> Health:
    """Metrics and health; ``note`` puts refused tokens into the audit log. Raises ``ConfigError``."""
    said = config.http
    known = holders(config)
    if not known and not is_here(said.host):
        raise ConfigError(OPEN.format(host=said.host or "empty"))
    context = None
    if said.cert_file:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _own(context, "http", said.cert_file, said.key_file)
    return Health(said.host, said.port, alive, ready, guard=Guard(known, note), tls=context)


def holders(config: Config) -> tuple[Holder, ...]:
    """Who has a token of ``http.tokens``. Raises ``ConfigError``.

    Tokens themselves may be said only where they are on no disk: by a variable that is no file's.
    """
    origin = config.origins.get("http.tokens", "")
    return tokens.parse(config.http.tokens, plain=origin.startswith("environment") and "__FILE" not in origin)


def is_here(host: str) -> bool:
    """Whether an address is this machine's own, which no other reaches."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _own(context: ssl.SSLContext, section: str, cert_file: str, key_file: str) -> None:
    try:
        context.load_cert_chain(cert_file, key_file or None)
    except OSError as error:
        files = f"{section}.cert_file, {section}.key_file: {cert_file}, {key_file or 'the same'}"
        raise ConfigError(f"{files} are no certificate and its key that can be read ({error})") from error

"""Doors: the gateway to the vehicles' broker, as the settings say."""

import ssl
from typing import Any

from devices.gateway import Gateway
from streams.layers import ConfigError
from streams.settings import Mqtt


def gateway(mqtt: Mqtt, **more: Any) -> Gateway:
    """A gateway to an external broker; ``more`` is what devices.gateway.Gateway takes besides."""
    return Gateway(
        mqtt.host, mqtt.port, username=mqtt.username or None, password=mqtt.password or None, tls=tls(mqtt), **more
    )


def tls(mqtt: Mqtt) -> ssl.SSLContext | None:
    """How the broker's certificate is verified; None: it is spoken to in the clear. Raises ``ConfigError``."""
    if not mqtt.tls:
        return None
    try:
        return ssl.create_default_context(cafile=mqtt.ca_file or None)
    except OSError as error:
        raise ConfigError(f"mqtt.ca_file: {mqtt.ca_file} is no PEM file that can be read ({error})") from error

"""Sinks: the ways out in use, in order - those that are told every change, and those that only call somebody."""

from pathlib import Path

from streams.layers import ConfigError
from streams.settings import Sinks
from streams.sinks.base import Sink
from streams.sinks.email import Email
from streams.sinks.jsonl import JsonLines
from streams.sinks.mqtt import Mqtt, Publish
from streams.sinks.webhook import Webhook


def tellers(said: Sinks, publish: Publish) -> list[Sink]:
    """Sinks that are told every change of an alert; ``publish`` as ``Mqtt`` has it."""
    found: list[Sink] = []
    if said.mqtt:
        found.append(Mqtt(publish))
    if said.jsonl:
        found.append(JsonLines(Path(said.jsonl)))
    return found


def callers(said: Sinks) -> list[Sink]:
    """Sinks for pages and the morning list."""
    found: list[Sink] = []
    if said.webhook:
        try:
            found.append(Webhook(said.webhook, said.webhook_secret))
        except ValueError as error:
            raise ConfigError(f"sinks.webhook: {error}") from error
    if said.email_to:
        found.append(Email(said))
    return found

"""Sinks: the ways out in use, in order - those that are told every change, and those that only call somebody."""

from collections.abc import Sequence
from pathlib import Path

from streams.fleets.contacts import Contact, Contacts, nowhere
from streams.layers import ConfigError
from streams.settings import Sinks
from streams.sinks.base import Sink
from streams.sinks.email import Email
from streams.sinks.jsonl import JsonLines
from streams.sinks.mqtt import Mqtt, Publish
from streams.sinks.webhook import Webhook
from streams.words import LANGUAGES


def tellers(said: Sinks, publish: Publish) -> list[Sink]:
    """Sinks that are told every change of an alert; ``publish`` as ``Mqtt`` has it."""
    found: list[Sink] = []
    if said.mqtt:
        found.append(Mqtt(publish))
    if said.jsonl:
        found.append(JsonLines(Path(said.jsonl)))
    return found


def callers(said: Sinks, contact: Contacts = nowhere, fleets: Sequence[Contact] = ()) -> list[Sink]:
    """Sinks for pages and the morning list: the service's, or those that ``fleets`` have of their own now.

    ``contact`` says where one of them is reached, whenever it is asked.
    """
    found: list[Sink] = []
    if said.email_language not in LANGUAGES:
        raise ConfigError(f"sinks.email_language is {said.email_language!r}; there is {', '.join(LANGUAGES)}")
    if said.webhook or any(one.webhook for one in fleets):
        try:
            found.append(Webhook(said.webhook, said.webhook_secret, contact=contact))
        except ValueError as error:
            raise ConfigError(f"sinks.webhook: {error}") from error
    if said.email_to or any(one.mail for one in fleets):
        found.append(Email(said, contact=contact))
    return found


CALLERS = (Webhook.name, Email.name)  # ways of calling people, whoever has which


def reached(said: Sinks, contact: Contact) -> set[str]:
    """Names of the sinks by which a fleet is called."""
    by = {Webhook.name: contact.webhook or said.webhook, Email.name: contact.mail or said.email_to}
    return {name for name, where in by.items() if where}

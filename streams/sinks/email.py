"""E-mail: one message a page and one a morning list, over SMTP with STARTTLS."""

import json
import smtplib
import ssl
from collections.abc import Sequence
from typing import Any

from streams.fleets.contacts import Contacts, nowhere
from streams.settings import Sinks
from streams.sinks.base import UNREADABLE, Message, RefusedError, SinkError
from streams.sinks.letters import letter

TIMEOUT_S = 15.0
FOREVER = 500  # from this answer on a server will not take the message later either
LOGIN = (530, 534, 535, 538)  # RFC 4954: it wants another login, which is not the message's fault


class Email:
    """Mails pages to the fleet's own addresses or ``said.email_to``; escalations to their target if that is one."""

    name = "email"

    def __init__(self, said: Sinks, context: ssl.SSLContext | None = None, contact: Contacts = nowhere) -> None:
        self.said, self.context, self.contact = said, context or ssl.create_default_context(), contact

    def write(self, messages: Sequence[Message]) -> None:
        taken = 0
        try:
            with smtplib.SMTP(self.said.smtp_host, self.said.smtp_port, timeout=TIMEOUT_S) as server:
                self._log_in(server)
                for taken, message in enumerate(messages):
                    self._send(server, message, taken)
        except (OSError, smtplib.SMTPException) as error:  # SMTPException is an OSError, named for the reader
            raise SinkError(f"{self.said.smtp_host}: {_said(error)}", taken) from error

    def _log_in(self, server: smtplib.SMTP) -> None:
        if self.said.smtp_tls:
            server.starttls(context=self.context)
        if self.said.smtp_username:
            server.login(self.said.smtp_username, self.said.smtp_password)

    def _send(self, server: smtplib.SMTP, message: Message, taken: int) -> None:
        if not message.body:
            return
        try:
            told = json.loads(message.body)
            to = self._receiver(message, told)
            mail = letter(told, self.said.email_language)
            mail["From"], mail["To"] = self.said.email_from, to
        except UNREADABLE as error:
            raise RefusedError(f"it cannot be written as a mail: {error!r}", taken) from error
        if not to:
            raise RefusedError("its fleet has nobody to mail it to any more", taken)
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            _give_up(min(codes), f"{to}: {error.recipients}", taken, error)
        except smtplib.SMTPResponseException as error:
            _give_up(error.smtp_code, _said(error), taken, error)

    def _receiver(self, message: Message, told: dict[str, Any]) -> str:
        return (
            message.address
            if "@" in message.address
            else self.contact(told.get("fleet_id", "")).mail or self.said.email_to
        )


def _give_up(code: int, why: str, taken: int, error: Exception) -> None:
    """Set aside what is refused for good, try the rest again."""
    if code >= FOREVER and code not in LOGIN:
        raise RefusedError(why, taken) from error
    raise SinkError(why, taken) from error


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__

"""Topics: who speaks and about what, as MQTT topics under ``tripmeter/v1/{fleet}/{vehicle}/``."""

import re
from functools import lru_cache
from typing import NamedTuple

ROOT = "tripmeter/v1"
ALL_TELEMETRY = f"{ROOT}/+/+/telemetry"
MAX_ID = 64

_LENGTHS = {"telemetry": (5,), "ack": (5,), "alert": (6, 7)}  # levels of a whole topic, by channel


class TopicError(ValueError):
    """A topic outside the scheme, or an id that cannot stand in one."""


class Topic(NamedTuple):
    """One topic, taken apart."""

    fleet: str
    vehicle: str
    channel: str  # telemetry (device -> us), ack (us -> device), alert (us -> fleet)
    kind: str = ""  # of the alert
    subject: str = ""  # of the alert; empty: the vehicle itself

    def __str__(self) -> str:
        levels = (ROOT, self.fleet, self.vehicle, self.channel, self.kind, self.subject)
        return "/".join(level for level in levels if level)


def telemetry(fleet: str, vehicle: str) -> str:
    """Topic a vehicle's device publishes its payloads to."""
    return str(Topic(check_id(fleet, "fleet"), check_id(vehicle, "vehicle"), "telemetry"))


@lru_cache(maxsize=65_536)
def ack(fleet: str, vehicle: str) -> str:
    """Topic that tells a device which payloads are committed."""
    return str(Topic(check_id(fleet, "fleet"), check_id(vehicle, "vehicle"), "ack"))


def alert(fleet: str, vehicle: str, kind: str, subject: str = "") -> str:
    """Topic of one alert; retained while the alert is open. Devices name kinds and subjects at will, see ``level``."""
    ids = check_id(fleet, "fleet"), check_id(vehicle, "vehicle")
    return str(Topic(*ids, "alert", level(kind), level(subject) if subject else ""))


@lru_cache(maxsize=65_536)  # 3 us a new topic, 0.1 us a known one
def parse(topic: str) -> Topic:
    """Take a topic apart; raises ``TopicError`` for anything outside the scheme."""
    levels = topic.split("/")
    if levels[:2] != ROOT.split("/"):
        raise TopicError(f"topic {_short(topic)} does not begin with {ROOT}/")
    channel = levels[4] if len(levels) > 4 else ""
    if len(levels) not in _LENGTHS.get(channel, ()):
        scheme = f"{ROOT}/{{fleet}}/{{vehicle}}/telemetry, ack or alert/{{kind}}[/{{subject}}]"
        raise TopicError(f"topic {_short(topic)} is not {scheme}")
    for name, level in zip(("fleet", "vehicle", "channel", "kind", "subject"), levels[2:], strict=False):
        check_id(level, name)
    return Topic(*levels[2:])


def check_id(value: str, what: str = "id") -> str:
    """``value`` if it can stand as one level of a topic, else ``TopicError``."""
    if not value:
        raise TopicError(f"the {what} is empty")
    if len(value) > MAX_ID:
        raise TopicError(f"the {what} {_short(value)} has {len(value)} characters, at most {MAX_ID} fit")
    if value[0] == "$" or any(sign in value for sign in "+#/\0"):
        raise TopicError(f"the {what} {_short(value)} holds one of + # / NUL, or begins with $")
    return value


def level(text: str) -> str:
    """``text`` as one level of a topic: what cannot stand there is ``_``, what is too long is cut.

    Brokers may end a connection over a control character or half a surrogate. Source: MQTT 3.1.1, 1.5.3.
    """
    return re.sub(r"^\$|[+#/\0-\x1f\x7f-\x9f\ud800-\udfff]", "_", text[:MAX_ID]) or "_"


def _short(text: str) -> str:
    return repr(text if len(text) <= 100 else text[:100] + "...")

"""Letters: a page, a morning list or a test as people read it in a mail, in the words of the console's catalogue."""

from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from streams.messages import plain
from streams.words import ENGLISH, catalogue, texts, word

SHOWN = 25  # of a list
Told = dict[str, Any]


def letter(told: Told, language: str) -> EmailMessage:
    """A mail without sender and receiver; the same message has the same Message-ID."""
    mail = EmailMessage()
    if "test" in told:
        title, text, name, written = *_test(told, language), told["list"], told["at"]
    elif "list" in told:
        title, text, name, written = _title(told, language), "\n".join(_list(told, language)), told["list"], told["at"]
    else:
        title, text = _page(told, language)
        name, written = f"{told['alert_id']}.{told['page']['step']}", told["page"]["due"]
    mail["Subject"] = plain(title)
    mail["Date"] = format_datetime(datetime.fromisoformat(written))
    mail["Message-ID"] = f"<{quote(name.replace(' ', '.'), safe='+')}@tripmeter>"
    mail.set_content(f"{text}\n", cte="quoted-printable")  # whatever servers it passes
    return mail


def _test(told: Told, language: str) -> tuple[str, str]:
    """Title and text of a message that somebody sends to see whether it arrives."""
    said = texts(language)
    return said("mail.test", fleet=told["fleet_id"]), said("mail.test_text", who=plain(told["test"]))


def _title(told: Told, language: str) -> str:
    where = " / ".join(filter(None, [told["fleet_id"], told["site"]]))
    return texts(language)("mail.morning", count=len(told["items"]), where=where)


def _list(told: Told, language: str) -> Iterator[str]:
    for number, item in enumerate(told["items"][:SHOWN], 1):
        yield f"{number:2}. {plain(item['vehicle_id'])}: {_what(item, language)} ({_mark(item, language)})"
        yield f"    {_action(item['kinds'][0][0] if item['kinds'] else '', item['action'], language)}"
    if len(told["items"]) > SHOWN:
        yield ""
        yield texts(language)("mail.more", count=len(told["items"]) - SHOWN)


def _what(item: Told, language: str) -> str:
    """Its alerts, or the task where there are none."""
    named = [_named(language, *one) for one in item["kinds"]]
    return ", ".join(named) or word(language, "task", item["task"])


def _named(language: str, kind: str, subject: str, count: int = 1, estimate: bool = False) -> str:
    guess = f"({texts(language)('mail.estimate')})" if estimate else ""
    times = f"x{count}" if count > 1 else ""
    return " ".join(filter(None, [word(language, "kind", kind), plain(subject), guess, times]))


def _mark(item: Told, language: str) -> str:
    priority = word(language, "priority", item["priority"]) if item["priority"] else ""
    return ", ".join(filter(None, [priority, _why(item["why"], language), item["assignee"]]))


def _why(why: str, language: str) -> str:
    """What brought it here; of what was held, why."""
    held, _, reason = why.partition(": ")
    return word(language, "held", reason) if held == "held" else word(language, "why", why)


def _action(kind: str, action: str, language: str) -> str:
    """What to do: in the reader's words where it is what the rules say as they are shipped."""
    key = f"action.{kind}"
    return catalogue(language)[key] if catalogue(ENGLISH).get(key) == action else action


def _page(told: Told, language: str) -> tuple[str, str]:
    t, page, event = texts(language), told["page"], told["event"]
    priority, what = word(language, "priority", told["priority"]), _named(language, told["kind"], told["subject"])
    why = f" ({word(language, 'held', page['why'])})" if page["why"] else ""
    seen = f"{word(language, 'condition', told['condition'])}, {t('mail.seen', count=told['count'])}"
    lines = {
        "do": _action(told["kind"], page["action"], language),
        "vehicle": f"{plain(told['vehicle_id'])}, {t('mail.fleet', fleet=plain(told['fleet_id']))}",
        "what": f"{what}, {priority}, {seen}{why}",
        "since": told["first_seen"],
        "peak": "" if event["peak"] is None else f"{event['peak']:.2f} {event['unit']}",
    }
    said = [f"{t(f'mail.{name}'):10} {line}" for name, line in lines.items() if line]
    known = told["alert_id"][:8]
    text = [said[0], "", *said[1:], "", f"tripmeter alerts acknowledge {known}", f"tripmeter explain {known}"]
    return f"[{priority}] {told['vehicle_id']}: {what}{why}", "\n".join(text)

"""E-mail: one message a page, to whom it is for; what a server refuses for good is set aside."""

import json
from dataclasses import replace
from email import message_from_string, policy

import pytest

from streams.alert_rules import RULES
from streams.layers import ConfigError
from streams.sinks import callers
from streams.sinks.base import Message, RefusedError, SinkError
from streams.sinks.email import Email
from streams.sinks.letters import SHOWN


def messages(*bodies, address=""):
    return [Message(number, address, json.dumps(body).encode()) for number, body in enumerate(bodies, 1)]


def test_a_page_says_what_to_do_first(mailbox, page):
    Email(mailbox.said).write(messages(page(), page(step="major+1")))
    (to, first), (_, second) = mailbox.got
    mail = message_from_string(first, policy=policy.default)
    assert (to, mail["To"], mail["From"]) == (["duty@example.org"], "duty@example.org", "tripmeter@localhost")
    assert mail["Subject"] == "[Major] HH-1: Tyre low 1L"
    text = mail.get_content()
    assert text.startswith("Do         check it")
    assert "27.50 %" in text
    assert "tripmeter alerts acknowledge a1" in text
    ids = [mail["Message-ID"], message_from_string(second)["Message-ID"]]
    assert ids == ["<a1.major@tripmeter>", "<a1.major+1@tripmeter>"]


def test_an_escalation_goes_to_its_own_target(mailbox, page):
    Email(mailbox.said).write(messages(page(), address="head@example.org"))
    Email(mailbox.said).write(messages(page(), address="night-desk"))
    assert [to for to, _ in mailbox.got] == [["head@example.org"], ["duty@example.org"]]


def test_several_receivers_are_one_message(mailbox, page):
    Email(replace(mailbox.said, email_to="a@example.org, b@example.org")).write(messages(page()))
    assert [to for to, _ in mailbox.got] == [["a@example.org", "b@example.org"]]


ITEM = {"vehicle_id": "HH-1", "task": "check_tyre", "what": "tyre low 1L x3", "why": "paged, not acknowledged"}
ITEM |= {
    "kinds": [["tyre_low", "1L", 3, False]],
    "action": RULES["tyre_low"].action,
    "priority": "major",
    "assignee": "Bo",
}
LIST = {"list": "morning north hull 2025-06-15", "fleet_id": "north", "site": "hull", "at": "2025-06-15T04:00:00Z"}


def mailed(mailbox, language, *bodies):
    Email(replace(mailbox.said, email_language=language)).write(messages(*bodies))
    mails = [message_from_string(text, policy=policy.default) for _, text in mailbox.got]
    return [(mail["Subject"], mail.get_content()) for mail in mails]


def test_a_morning_list_says_who_has_to_do_what(mailbox):
    held = ITEM | {"kinds": [], "why": "held: quiet", "priority": None, "action": "ours"}
    ((subject, text),) = mailed(mailbox, "en", LIST | {"items": [ITEM, held]})
    assert subject == "2 to do this morning, north / hull"
    assert text.splitlines() == [
        " 1. HH-1: Tyre low 1L x3 (Major, called, not acknowledged, Bo)",
        f"    {RULES['tyre_low'].action}",
        " 2. HH-1: Check the tyre (night, Bo)",
        "    ours",
    ]


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        ("en", "Test message for north", "Ann has asked for this message."),
        ("zh-CN", "车队 north 的测试消息", "Ann 请求发送此消息。"),
    ],
)
def test_a_test_message_is_written_in_the_language_of_mails(mailbox, language, subject, said):
    test = {"list": "test north 1.000", "fleet_id": "north", "at": "2025-06-15T04:00:00Z", "test": "Ann"}
    ((told, text),) = mailed(mailbox, language, test | {"title": "for machines", "text": "for machines"})
    assert (told, text.startswith(said), "machines" in text) == (subject, True, False)


def test_mails_are_written_in_the_language_that_is_set(mailbox, page):
    (subject, text), (morning, listed) = mailed(mailbox, "zh-CN", page(), LIST | {"items": [ITEM] * (SHOWN + 1)})
    assert subject == "[重要] HH-1: 胎压低 1L"
    assert "HH-1, 车队 north" in text
    assert morning == f"今晨待办 {SHOWN + 1} 项，north / hull"
    assert "胎压低 1L x3 (重要, 已呼叫，未确认, Bo)" in listed
    assert "另有 1 项" in listed
    with pytest.raises(ConfigError, match="email_language"):
        callers(replace(mailbox.said, email_language="xx"))


def test_a_server_that_is_busy_is_tried_again_from_where_it_stopped(mailbox, page):
    mailbox.answers = ["250 OK", "451 busy"]
    with pytest.raises(SinkError, match="busy") as error:
        Email(mailbox.said).write(messages(page(), page(step="major+1"), page(step="major+2")))
    assert (error.value.taken, isinstance(error.value, RefusedError)) == (1, False)


def test_what_a_server_refuses_for_good_is_not_tried_again(mailbox, page):
    mailbox.answers = ["250 OK", "554 no"]
    with pytest.raises(RefusedError, match="no") as error:
        Email(mailbox.said).write(messages(page(), page(step="major+1")))
    assert error.value.taken == 1


def test_without_the_encryption_that_was_asked_for_nothing_is_said(mailbox, page):
    with pytest.raises(SinkError, match="STARTTLS"):
        Email(replace(mailbox.said, smtp_tls=True, smtp_username="u")).write(messages(page()))
    assert mailbox.got == []


def test_a_page_leaves_encrypted_and_under_a_name(safe, page):
    Email(safe.said, safe.context).write(messages(page(), page(step="major+1")))
    assert [message_from_string(text)["Message-ID"] for _, text in safe.got] == [
        "<a1.major@tripmeter>",
        "<a1.major+1@tripmeter>",
    ]
    assert all(session.ssl is not None and session.authenticated for session in safe.sessions)
    assert safe.logins == [("fleet", "s3cret")]


def test_a_server_nobody_vouches_for_learns_neither_password_nor_page(safe, page):
    with pytest.raises(SinkError, match="CERTIFICATE_VERIFY_FAILED") as error:
        Email(safe.said).write(messages(page()))
    assert error.value.taken == 0
    assert (safe.got, safe.logins) == ([], [])


def test_a_certificate_of_another_name_is_none(safe, page):
    with pytest.raises(SinkError, match="localhost"):
        Email(replace(safe.said, smtp_host="localhost"), safe.context).write(messages(page()))
    assert (safe.got, safe.logins) == ([], [])


def test_a_server_that_wants_a_name_and_gets_none_is_tried_again(safe, page):
    with pytest.raises(SinkError, match="530") as error:
        Email(replace(safe.said, smtp_username="", smtp_password=""), safe.context).write(messages(page()))
    assert not isinstance(error.value, RefusedError)
    assert safe.got == []


def test_nobody_there_is_the_sinks_error(mailbox, page):
    with pytest.raises(SinkError, match=r"127\.0\.0\.1"):
        Email(replace(mailbox.said, smtp_port=1)).write(messages(page()))


def test_a_message_that_an_earlier_version_wrote_as_the_device_said_it_leaves_too(mailbox, page):
    Email(mailbox.said).write(messages(page() | {"subject": "line1\r\nBcc: x@y"}, page(step="major+1")))
    mails = [message_from_string(text, policy=policy.default) for _, text in mailbox.got]
    assert [(mail["Subject"], mail["Bcc"]) for mail in mails] == [
        ("[Major] HH-1: Tyre low line1 Bcc: x@y", None),
        ("[Major] HH-1: Tyre low 1L", None),
    ]

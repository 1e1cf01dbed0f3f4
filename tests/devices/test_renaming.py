"""Renaming: the driver is called otherwise, in the same bytes each time, and nothing else of a payload changes."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices.codecs import JSON_V1, MSGPACK_V1, TRACCAR_V1, DeviceReport, Reading
from devices.renaming import renamed, text

from .codecs.test_laws import any_reading, plain

TOKEN = "erased-0123456789abcdef"  # noqa: S105
WORD = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20)


@pytest.mark.parametrize("codec", [JSON_V1, MSGPACK_V1], ids=lambda codec: codec.name)
@given(reading=any_reading(), word=WORD)
def test_only_the_driver_changes(codec, reading, word):
    body = codec.encode(msgspec.structs.replace(reading, driver=word))
    after = renamed(body, word, TOKEN)
    assert plain(codec.decode(after)) == msgspec.structs.replace(reading, driver=TOKEN)
    assert renamed(body, word, TOKEN) == after
    assert renamed(after, word, TOKEN) == after


@pytest.mark.parametrize("codec", [JSON_V1, MSGPACK_V1], ids=lambda codec: codec.name)
@given(reading=any_reading())
def test_who_is_not_named_keeps_the_very_bytes(codec, reading):
    body = codec.encode(msgspec.structs.replace(reading, driver="somebody else"))
    assert renamed(body, "nobody here", TOKEN) == body


def test_traccars_driver_is_one_too_and_so_is_one_written_with_escapes():
    said = {"driverUniqueId": "Käthe-9", "alarm": "sos", "note": "Käthe-9 called"}
    body = json.dumps({"position": {"deviceTime": 1_700_000_000_000, "attributes": said}}).encode()
    assert b"\\u00e4" in body
    after = renamed(body, "Käthe-9", TOKEN)
    assert TRACCAR_V1.decode(after).driver == TOKEN
    assert "Käthe" not in str(json.loads(after))
    assert TRACCAR_V1.decode(after).events == TRACCAR_V1.decode(body).events


def test_what_is_recorded_of_an_event_may_be_named_after_them_but_its_kind_and_code_tell_it_apart():
    event = DeviceReport(1.0, "D-17", 2, code="D-17", media="https://clips/D-17/7.mp4")
    body = JSON_V1.encode(Reading("D-17", 1, [1.0], {}, driver="D-17", events=[event]))
    (after,) = JSON_V1.decode(renamed(body, "D-17", TOKEN)).events
    assert after == msgspec.structs.replace(event, media=f"https://clips/{TOKEN}/7.mp4")
    assert JSON_V1.decode(renamed(body, "D-17", TOKEN)).boot == "D-17"


def test_in_running_text_only_whole_words_of_some_length_are_taken():
    assert text("D-17, D-170 and XD-17: D-17", "D-17", "X") == "X, D-170 and XD-17: X"
    assert text("7 of 17", "7", "X") == "7 of 17"


@given(body=st.binary(max_size=60))
@example(body=b"\x86\x00")  # with what follows a map of six numbers to six numbers
def test_whatever_the_bytes_it_ends_well(body):
    assert b"Nadeschda" not in renamed(body + b" Nadeschda ", "Nadeschda", TOKEN)

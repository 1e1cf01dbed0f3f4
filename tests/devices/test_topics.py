"""Topics: parse undoes build, and nothing outside the scheme gets in."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import topics
from devices.topics import Topic, TopicError

ids = st.text(min_size=1, max_size=64).filter(lambda text: text[0] != "$" and not set("+#/\0") & set(text))

words = ids.filter(lambda text: not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", text))


@given(ids, ids, words, words | st.just(""))
def test_parse_undoes_build(fleet, vehicle, kind, subject):
    assert topics.parse(topics.telemetry(fleet, vehicle)) == Topic(fleet, vehicle, "telemetry")
    assert topics.parse(topics.ack(fleet, vehicle)) == Topic(fleet, vehicle, "ack")
    assert topics.parse(topics.alert(fleet, vehicle, kind, subject)) == Topic(fleet, vehicle, "alert", kind, subject)


@given(st.text())
def test_any_text_is_a_topic_or_a_topic_error(text):
    for candidate in (text, f"tripmeter/v1/{text}/telemetry", f"tripmeter/v1/f/{text}"):
        with suppress(TopicError):
            assert str(topics.parse(candidate)) == candidate


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "tripmeter/v1/f/telemetry",
        "tripmeter/v2/f/v/telemetry",
        "tripmeter/v1//v/telemetry",
        "tripmeter/v1/f/v/telemetry/",
        "tripmeter/v1/f/v/telemetry/x",
        "tripmeter/v1/f/v/alert",
        "tripmeter/v1/f/v/alert/",
        "tripmeter/v1/f/v/alert/speeding/a/b",
        "tripmeter/v1/f/v/other",
        "tripmeter/v1/$f/v/telemetry",
        "tripmeter/v1/f/" + "v" * 65 + "/telemetry",
        "/tripmeter/v1/f/v/telemetry",
    ],
)
def test_a_topic_outside_the_scheme_is_refused(topic):
    with pytest.raises(TopicError):
        topics.parse(topic)


@pytest.mark.parametrize("vehicle", ["", "a/b", "+", "#", "$v", "a\0", "v" * 65])
def test_an_id_that_would_change_the_topic_is_refused(vehicle):
    with pytest.raises(TopicError, match="vehicle"):
        topics.telemetry("f", vehicle)


def test_what_a_device_names_never_ends_the_brokers_connection():
    assert topics.alert("f", "V", "so\ns", "line1\nx/#+\0\ud800") == "tripmeter/v1/f/V/alert/so_s/line1_x_____"

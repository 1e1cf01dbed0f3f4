"""Address: what a URL of a database says, and what it cannot say."""

import pytest

from streams.store.address import url_arguments


def test_what_a_url_says():
    found = url_arguments("postgresql://me:pass%40word@db.example:6543/fleet?sslmode=disable")
    assert (found["user"], found["password"], found["host"], found["port"]) == ("me", "pass@word", "db.example", 6543)
    assert (found["database"], found["ssl_context"]) == ("fleet", False)
    found = url_arguments("postgresql://db?sslmode=verify-full")
    assert found["ssl_context"].check_hostname


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://db?sslmode=verify-ca", "sslmode"),
        ("postgresql://db?connect_timeout=3", "sslmode"),
        ("mysql://db/fleet", "begins with mysql://, expected postgresql://"),
        ("db.example", "no URL; expected postgresql://"),
    ],
)
def test_what_a_url_cannot_say(url, said):
    with pytest.raises(ValueError, match=said):
        url_arguments(url)

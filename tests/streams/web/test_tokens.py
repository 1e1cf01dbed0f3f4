"""Tokens: who may ask what, from lines that hold no secret."""

import pytest

from streams.layers import ConfigError
from streams.web import tokens
from streams.web.tokens import Grant

TOKEN = "a token long enough"[2:].replace(" ", "-") + "-1"


def parse(*lines, plain=False):
    return tokens.parse("\n".join(lines), plain=plain)


def test_a_line_holds_the_hash_and_the_token_is_known_by_it():
    token = tokens.made()
    said = tokens.line("ann", [Grant("manager", "acme"), Grant("metrics")], token)
    assert token not in said
    (holder,) = parse("# who may", "", f"{said}  # until May")
    assert holder[:2] == ("ann", (Grant("manager", "acme"), Grant("metrics")))
    assert tokens.holder_of(token, [holder]) is holder
    assert tokens.holder_of(token[:-1], [holder]) is None
    assert tokens.holder_of("\ud800", [holder]) is None


def test_no_two_tokens_are_the_same():
    assert len({tokens.made() for _ in range(100)}) == 100


def test_two_tokens_of_one_name_hold_while_one_takes_the_others_place():
    old, new = tokens.made(), tokens.made()
    holders = parse(*(tokens.line("ann", [Grant("metrics")], token) for token in (old, new)))
    assert {tokens.holder_of(token, holders).name for token in (old, new)} == {"ann"}


@pytest.mark.parametrize(
    ("grant", "fleet", "may"),
    [
        ("manager@acme", "acme", True),
        ("manager@acme", "other", False),
        ("manager@acme", "", False),  # all fleets at once
        ("manager", "acme", True),
        ("manager", "", True),
        ("actuary", "acme", False),
        ("metrics,manager@acme", "acme", True),
    ],
)
def test_a_role_is_for_a_fleet_or_for_all(grant, fleet, may):
    (holder,) = parse(f"ann {grant} {TOKEN}", plain=True)
    assert holder.may({"manager"}, fleet) is may


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ann metrics", "line 1: expected NAME ROLE"),
        (f"ann king {TOKEN}", "ann is to be 'king'; there is metrics, operator"),
        (f"ann operator@,metrics {TOKEN}", "ann has an @ without a fleet"),
        ("ann metrics sha256:abcd", "64 hexadecimal digits"),
        ("ann metrics sha256:" + "zz" * 32, "64 hexadecimal digits"),
        ("ann metrics short", "has 5 characters, expected at least 16"),
        (f"ann metrics {TOKEN}; bob operator {TOKEN}", "two lines have the same token"),
    ],
)
def test_what_is_no_line_is_told_without_the_secret(line, why):
    with pytest.raises(ConfigError, match=why) as error:
        parse(line, plain=True)
    assert TOKEN not in str(error.value)


def test_a_token_in_a_file_is_refused():
    with pytest.raises(ConfigError, match="the token itself is in a file"):
        parse(f"ann metrics {TOKEN}")

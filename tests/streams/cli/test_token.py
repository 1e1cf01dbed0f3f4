"""tripmeter token: the token for its owner, the line for the service."""

import json

import pytest

from streams.web import tokens


def test_the_line_knows_the_token_and_does_not_hold_it(typed):
    done = typed("token", "ann", "--role", "manager", "--role", "metrics", "--fleet", "acme")
    token, line = done.stdout.strip(), done.stderr.partition(": ")[2].strip()
    (holder,) = tokens.parse(line, plain=False)
    assert tokens.holder_of(token, [holder]) == holder
    assert holder.may({"manager"}, "acme")
    assert not holder.may({"metrics"})
    assert token not in line
    said = json.loads(typed("token", "ann", "--role", "metrics", "--json").stdout)
    assert tokens.holder_of(said["token"], tokens.parse(said["line"], plain=False))


@pytest.mark.parametrize("arguments", [("an n",), ("ann",), ("ann#", "--role", "metrics")])
def test_a_name_that_breaks_the_line_and_a_token_for_nothing_are_refused(typed, arguments):
    assert typed("token", *arguments).exit_code == 2

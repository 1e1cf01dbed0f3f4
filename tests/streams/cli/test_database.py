"""tripmeter database: where there is none it says what to do; tests/stack/test_alike.py upgrades a real one."""

import pytest
from click.testing import CliRunner

from streams.cli import tripmeter


@pytest.mark.parametrize("command", ["status", "upgrade"])
def test_without_a_database_it_says_so(command):
    found = CliRunner().invoke(tripmeter, ["database", command])
    assert found.exit_code == 1
    assert "store.url is not set" in found.output


def test_a_database_that_does_not_answer_is_an_error_in_one_line():
    url = "store.url=postgresql://nobody@127.0.0.1:1/nothing"
    found = CliRunner().invoke(tripmeter, ["database", "status", "--set", url])
    assert found.exit_code == 1
    assert "cannot be used" in found.output
    assert "Traceback" not in found.output

"""tripmeter database: where there is none it says what to do, and so does every command that cannot use one."""

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import DatabaseError, OperationalError

from streams.cli import source, tripmeter


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


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "store.url is not set"),
        ("fleet.db", "store.url: the database cannot be used: no URL"),
        ("postgresql://127.0.0.1:1/fleet", "store.url: the database cannot be used: Can't create a connection"),
    ],
)
def test_a_worker_without_a_database_does_not_begin(typed, monkeypatch, url, said):
    monkeypatch.setattr("streams.store.layout.PATIENCE_S", 0.0)
    ended = typed("worker", "--set", f"store.url={url}")
    assert ended.exit_code == 1
    assert said in ended.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OperationalError("UPDATE", {}, Exception("database is locked")),
            "Error: the database cannot be used: database is",
        ),
        (
            DatabaseError("UPDATE", {}, Exception({"C": "42501", "M": "permission denied for table actions"})),
            "permission denied for table actions; the role needs CREATE on the database",
        ),
    ],
)
def test_a_database_that_refuses_is_told(typed, monkeypatch, error, said):
    def refuses(_data):
        raise error

    monkeypatch.setattr(source, "store", refuses)
    ended = typed("alerts", "list")
    assert ended.exit_code == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr

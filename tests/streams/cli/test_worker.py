"""tripmeter worker: whatever ends it, its process ends too, with an exit code."""

import asyncio

import pytest
from click.testing import CliRunner

from streams.cli import tripmeter, worker
from streams.distributed import working
from streams.store.store import Fenced


class _Exited(BaseException):
    """Instead of the end of the process."""


@pytest.mark.parametrize("error", [Fenced("another's"), ZeroDivisionError("[/kernel]"), asyncio.CancelledError()])
def test_what_nobody_has_foreseen_is_told_and_ends_the_process(error, monkeypatch, caplog):
    codes = []

    def fails(*_arguments, **_options):
        raise error

    def exited(code):
        codes.append(code)
        raise _Exited

    monkeypatch.setattr(working, "Working", fails)
    monkeypatch.setattr(worker.database, "ready", lambda _url: None)
    monkeypatch.setattr(worker.screen, "compiled", lambda: None)
    monkeypatch.setattr(worker.os, "_exit", exited)
    with pytest.raises(_Exited):
        CliRunner().invoke(tripmeter, ["worker"], catch_exceptions=False)
    assert codes == [1]
    assert "the worker has failed" in caplog.text
    assert type(error).__name__ in caplog.text

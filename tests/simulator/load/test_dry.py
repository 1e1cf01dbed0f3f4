"""How fast payloads are made is said without sending any."""

import json

import pytest
from click.testing import CliRunner

from simulator.cli import main
from simulator.load import dry


@pytest.mark.parametrize("codec", ["json", "msgpack"])
def test_it_says_how_fast_they_are_made(codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dry, "CPU_S", 0.01)
    words = ["load", "--dry-run", "--vehicles", "100", "--hz", "10", "--batch", "1s", "--codec", codec, "--json"]
    said = json.loads(CliRunner().invoke(main, words).stdout)
    assert said["codec"] == codec and said["payload_bytes"] > 300
    assert said["samples_per_second_and_core"] == pytest.approx(10 * said["payloads_per_second_and_core"], abs=10)

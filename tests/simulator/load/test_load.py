"""A load test against the running service: nothing is lost, every event has its alert; and what it says if not."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from devices.broker import Broker
from simulator.cli import main
from simulator.link import Account
from simulator.load import crew as module
from simulator.load.crew import Crew
from simulator.load.plan import Plan
from simulator.load.tally import quantiles


def load(port: int, *words: str) -> tuple[int, dict[str, object]]:
    result = CliRunner().invoke(main, ["load", "--mqtt", f"127.0.0.1:{port}", "--json", *words])
    assert result.exit_code in (0, 1), result.output
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["--hz", "10", "--batch", "1s", "--codec", "msgpack"],
        ["--hz", "1", "--batch", "1s", "--shared-connections", "4", "--processes", "2"],
    ],
)
def test_nothing_is_lost_and_every_event_has_its_alert(served: int, words: list[str], tmp_path: Path) -> None:
    usual = ["--vehicles", "40", "--duration", "4s", "--ramp", "1s", "--answers", str(tmp_path / "sheet.csv")]
    code, said = load(served, *words, *usual)
    assert (code, said["held"], said["lost"], said["alerts_missed"]) == (0, True, 0, 0)
    assert said["payloads"] == said["sent"] == said["acked"] == 40 * 4 + 40
    assert len(pl.read_csv(tmp_path / "sheet.csv")) == said["alerts_planted"] != 0
    assert said["alert_ms"]["p50"] > 0  # type: ignore[index]
    assert ("shared" in str(said["connections"])) == ("--shared-connections" in words)


@pytest.mark.slow
def test_who_sends_ends_with_whoever_started_it_however_that_ended(served: int) -> None:
    words = [sys.executable, "-c", DRIVE, str(served)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as started:
        assert started.stdout and "driving\n" in iter(started.stdout.readline, "")
        children = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().split()
        assert any(b"spawn_main" in said(pid) for pid in children)
        started.kill()
    wait_for(lambda: not any(map(said, children)))


DRIVE = """
import asyncio, sys
from simulator.link import Account
from simulator.load.crews import drive
from simulator.load.plan import Plan

def account(vehicle):
    return Account("127.0.0.1", int(sys.argv[1]), vehicle)

plan = Plan("left", 0, 1, 3, 1.0, 1.0, 600.0, 0.1, "json", 0, 1.0, drain=60.0)
asyncio.run(drive([plan], account, account("listener"), lambda what: print(what, flush=True)))
"""


def said(pid: str) -> bytes:
    """The command line of a process; empty once it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_service_that_says_nothing_is_told_plainly(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan("f", 0, 1, 3, 1.0, 1.0, 2.0, 0.1, "json", 0, 1.0, drain=0.2)
    accounts = [Account("127.0.0.1", broker.port, f"mute-{k}") for k in range(3)]

    async def scene() -> None:
        crew = Crew(plan, accounts)
        await crew.connect()
        with pytest.raises(module.LoadError, match="3 of 3 first payloads have no acknowledgement"):
            await crew.greet()
        await crew.leave()

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_a_payload_that_is_sent_late_counts_from_when_it_was_due(broker: Broker, service) -> None:  # type: ignore[no-untyped-def]
    """A generator that is held up sends all it owes, and the time it owed them for is in every latency."""
    plan = Plan("f", 0, 1, 10, 10.0, 1.0, 2.0, 0.1, "json", 0, 0.0)
    accounts = [Account("127.0.0.1", broker.port, f"late-{k}") for k in range(10)]

    async def scene() -> None:
        async with service(broker.port).running():
            crew = Crew(plan, accounts)
            await crew.connect()
            await crew.greet()
            asyncio.get_running_loop().call_later(1.0, lambda: time.sleep(0.5))  # the hold-up itself
            await crew.drive(time.monotonic())
            await crew.drained()
            assert crew.lost == 0
            assert not np.isnan(crew.times.acked).any()
            assert (crew.times.sent > 0.2).sum() >= 2
            assert (crew.times.acked >= crew.times.sent).all()
            await crew.leave()

    asyncio.run(asyncio.wait_for(scene(), 30))


def test_what_never_came_is_slower_than_all() -> None:
    assert quantiles(np.array([0.1] * 98 + [np.nan] * 2)) == {"p50": 100.0, "p95": 100.0, "p99": None, "max": None}
    assert quantiles(np.array([])) == {"p50": None, "p95": None, "p99": None, "max": None}


@pytest.mark.parametrize(("words", "said"), [(["--batch", "soon"], "no length of time"), (["--hz", "0"], "x>0")])
def test_what_is_asked_wrongly_is_said(words: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["load", *words])
    assert result.exit_code == 2 and said in result.output


@pytest.mark.slow
def test_capacity_is_searched_for_against_the_service(served: int) -> None:
    words = ["--capacity", "--hz", "1", "--batch", "1s", "--vehicles", "4", "--most", "4", "--duration", "2s", "--json"]
    result = CliRunner().invoke(main, ["load", "--mqtt", f"127.0.0.1:{served}", *words])
    (row,) = json.loads(result.stdout)
    assert row["vehicles"] in (0, 1, 2, 3, 4)  # how fast this machine is today is not the question
    assert (result.exit_code == 0) == (row["vehicles"] > 0)


def test_a_vehicles_samples_are_evenly_apart_however_late_they_are_sent(broker: Broker, service) -> None:  # type: ignore[no-untyped-def]
    plan = Plan("f", 0, 1, 10, 10.0, 1.0, 3.0, 0.1, "json", 0, 0.0)
    accounts = [Account("127.0.0.1", broker.port, f"even-{k}") for k in range(10)]

    async def scene() -> None:
        async with service(broker.port).running() as product:
            crew = Crew(plan, accounts)
            await crew.connect()
            await crew.greet()
            asyncio.get_running_loop().call_later(1.0, lambda: time.sleep(0.7))  # the hold-up itself
            await crew.drive(time.monotonic())
            await crew.drained()
            for k in range(10):
                own = [r.t for topic, r in product.readings if plan.vehicle(k) in topic and r.seq > 1]
                assert np.diff(np.concatenate(own)) == pytest.approx(np.full(29, 0.1), abs=2e-3)
            await crew.leave()

    asyncio.run(asyncio.wait_for(scene(), 60))

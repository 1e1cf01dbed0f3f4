"""The console as it is started: its address, its first user, an alert at once, another process's record."""

import json
import socket
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx2
import pytest

from console import start
from console.gate.patience import Patient
from console.live.picture import Picture
from console.start import SIMULATED, Told, alone, beside, free, listener, serving
from console.world import LIVE, World
from streams import config
from streams.layers import ConfigError
from streams.pipeline.fixes import fixes
from streams.sinks.base import Message
from streams.store import schema
from streams.store.store import open_store


def settings(*sets):
    return config.load(None, {}, ("console.port=0", *sets))


@pytest.fixture
def river(rivers, tmp_path):
    river = rivers.River(tmp_path / "data", rivers.judged(), sinks=("console",))
    yield river
    river.store.close()


def drive(rivers, river):
    """Some days of driving, and what their sink is told of them."""
    river.embedded.take(rivers.payloads(rivers.days(seed=3)))
    river.drain()
    return [Message(row["id"], row["address"], row["body"]) for row in river.rows(schema.outbox)]


def test_who_starts_it_is_told_where_it_is_and_the_first_users_password_once(rivers, river):
    told = Told()
    world = World(river.store, settings(), river.rules, lambda: fixes(river.pipeline), SIMULATED)
    with serving(world, told) as shown, httpx2.Client(base_url=shown.url, timeout=20) as client:
        assert shown.password in shown.welcome
        assert client.get("/healthz").json() == {"ok": True}
        said = {"name": "admin", "password": shown.password}
        assert client.post("/api/v1/session", json=said).json()["roles"] == ["admin"]
        with client.stream("GET", "/api/v1/stream") as stream:
            lines = stream.iter_lines()
            assert next(line for line in lines if line.startswith("event")) == "event: hello"
            next(line for line in lines if line == "event: health")
            told.write(drive(rivers, river))
            assert next(line for line in lines if line == "event: alert")
            found = json.loads(next(line for line in lines if line.startswith("data")).removeprefix("data: "))
            assert (found["op"], found["fleet_id"]) == ("new", "f")
    with serving(world, told) as shown:
        assert shown.password is None
        assert shown.welcome == f"console: {shown.url}"


def test_it_has_connections_of_its_own_so_that_neither_waits_for_the_other(river, tmp_path):
    said = settings()
    said = replace(said, data=replace(said.data, dir=tmp_path / "data"))
    service = SimpleNamespace(fixes=lambda: fixes(river.pipeline), vitals=dict)
    with beside(service, said, river.rules, SIMULATED, Told()) as shown, ExitStack() as held:
        for _ in range(15):  # all that a pool has
            held.enter_context(river.store.reading())
        with httpx2.Client(base_url=shown.url, timeout=20) as client:
            answer = client.post("/api/v1/session", json={"name": "admin", "password": shown.password})
            assert answer.status_code == 200
            assert client.get("/api/v1/vehicles").status_code == 200


def test_beside_another_process_it_looks_for_what_is_new_itself(rivers, river, tmp_path):
    beside = alone(open_store(tmp_path / "data"), settings(), river.rules)
    assert beside.mode == LIVE
    picture = Picture(beside)
    assert picture.news() == []
    assert picture.news() == []
    drive(rivers, river)
    picture._changed_at = float("-inf")
    assert {op for _, op in picture.news()} == {"new"}
    beside.store.close()


def test_a_password_crosses_no_network_in_the_clear():
    with pytest.raises(ConfigError, match="in the clear"):
        listener(settings("console.host=0.0.0.0").console)
    listener(settings("console.host=0.0.0.0", "console.proxies=10.0.0.1").console).close()


def test_a_port_that_is_taken_is_told_and_a_demo_takes_another():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            listener(settings(f"console.port={port}").console)
        assert free(port) == 0
    assert free(port) in (0, port)


class Hasty(Patient):
    """Waits for nobody, and has room for two of an address."""

    asking_s, of_one = 0.05, 2


@pytest.fixture
def hasty(rivers, river, monkeypatch):
    """A console without patience."""
    monkeypatch.setattr(start, "Patient", Hasty)
    world = World(river.store, settings(), river.rules, lambda: fixes(river.pipeline), SIMULATED)
    with serving(world, Told()) as shown:
        yield urlsplit(f"{shown.url}#{shown.password}")


def closed(line):
    """Whether the other end hangs up; it is waited for."""
    line.settimeout(60)
    try:
        return line.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HT",
        b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    ],
)
def test_whoever_says_no_whole_request_is_not_waited_for(hasty, said):
    with socket.create_connection((hasty.hostname, hasty.port)) as line:
        line.sendall(said)
        assert closed(line)


def test_whoever_listens_is_never_hurried(hasty):
    idle = socket.create_connection((hasty.hostname, hasty.port))
    with idle, httpx2.Client(base_url=hasty.geturl(), timeout=20) as client:
        said = {"name": "admin", "password": hasty.fragment}
        assert client.post("/api/v1/session", json=said).status_code == 200
        with client.stream("GET", "/api/v1/stream", params={"topics": "health"}) as stream:
            lines = stream.iter_lines()
            next(line for line in lines if line == "event: health")
            assert closed(idle)
            next(line for line in lines if line == "event: health")


def test_one_address_takes_no_more_than_its_share(hasty, monkeypatch):
    monkeypatch.setattr(Hasty, "asking_s", 600.0)
    with ExitStack() as open_:
        lines = [open_.enter_context(socket.create_connection((hasty.hostname, hasty.port))) for _ in range(3)]
        assert closed(lines[2])
        lines[1].sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert lines[1].recv(15) == b"HTTP/1.1 200 OK"

"""Health: alive and ready over HTTP, 200 or 503, with what is wrong by name, to whom it concerns."""

import json
import socket
import ssl
import subprocess
from contextlib import closing
from functools import partial
from http.client import HTTPConnection, HTTPSConnection
from queue import SimpleQueue
from urllib.parse import urlsplit

import pytest

from streams.web import tokens
from streams.web.guard import Guard
from streams.web.health import AT_ONCE, Health

PROMETHEUS = "tm_token-for-prometheus"


@pytest.fixture
def serve():
    checks, running = {"alive": {"pipeline": True}, "ready": {"gateway": True, "started": True}}, []

    def begin(**more):
        running.append(Health("127.0.0.1", 0, lambda: checks["alive"], lambda: checks["ready"], **more))
        running[-1].start()
        return checks, running[-1].url

    yield begin
    for health in running:
        health.stop()


@pytest.fixture
def guarded(serve):
    lines = [f"prometheus metrics {PROMETHEUS}", "ann manager@acme tm_token-of-ann-long"]
    noted = SimpleQueue()
    return *serve(guard=Guard(tokens.parse("\n".join(lines), plain=True), noted.put)), noted


def get(url, token="", context=None):
    where = urlsplit(url)
    kind = partial(HTTPSConnection, context=context) if where.scheme == "https" else HTTPConnection
    with closing(kind(where.hostname, where.port, timeout=10)) as connection:
        path = f"{where.path}?{where.query}"
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read().decode()


def test_well_is_200_and_ill_is_503_with_its_reason(serve):
    checks, url = serve()
    assert get(f"{url}/healthz")[0] == get(f"{url}/readyz")[0] == 200
    checks["ready"]["gateway"] = False
    status, kind, body = get(f"{url}/readyz")
    assert (status, kind) == (503, "application/json")
    assert json.loads(body) == {"ok": False, "checks": {"gateway": False, "started": True}}
    assert get(f"{url}/healthz")[0] == 200


def test_metrics_are_for_prometheus(serve):
    status, kind, body = get(f"{serve()[1]}/metrics")
    assert (status, kind.split(";")[0]) == (200, "text/plain")
    assert "# HELP tripmeter_samples_total" in body


def test_anything_else_is_not_there(serve):
    status, _, body = get(f"{serve()[1]}/")
    assert status == 404
    assert "/readyz" in body


def test_the_port_is_given_back():
    health = Health("127.0.0.1", 0, dict, dict)
    health.start()
    port = health.port
    health.stop()
    again = Health("127.0.0.1", port, dict, dict)
    again.start()
    assert get(f"http://127.0.0.1:{port}/healthz")[0] == 200
    again.stop()


def test_where_there_are_tokens_metrics_are_for_who_has_one(guarded):
    _, url, noted = guarded
    assert get(f"{url}/metrics", PROMETHEUS)[0] == 200
    for token, status, why in (
        ("", 401, "missing"),
        ("tm_guess", 401, "not known"),
        ("tm_token-of-ann-long", 403, "ann is not"),
    ):
        found, kind, body = get(f"{url}/metrics?x=1", token)
        assert (found, kind) == (status, "application/json")
        assert why in json.loads(body)["error"]
    entries = [noted.get(timeout=20) for _ in range(2)]  # put down once the answer is out
    assert [(entry.actor, entry.detail["status"]) for entry in entries] == [("unknown", 401), ("ann", 403)]
    assert noted.empty()


def test_whether_it_is_well_anybody_may_ask_what_is_ill_only_some(guarded):
    checks, url, _ = guarded
    checks["ready"]["gateway"] = False
    assert [get(f"{url}/{path}")[0] for path in ("healthz", "readyz")] == [200, 503]
    assert json.loads(get(f"{url}/readyz")[2]) == {"ok": False}
    assert json.loads(get(f"{url}/readyz", PROMETHEUS)[2])["checks"] == {"gateway": False, "started": True}


def test_who_says_nothing_holds_up_nobody_and_too_many_are_hung_up_on(serve):
    _, url = serve()
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    silent = [socket.create_connection(address) for _ in range(AT_ONCE - 2)]
    assert get(f"{url}/healthz")[0] == 200
    silent += [socket.create_connection(address) for _ in range(4)]
    silent[-1].settimeout(10)
    assert silent[-1].recv(1) == b""  # while the others wait
    for each in silent:
        each.close()


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    subject = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=tripmeter"
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "own.key", "-out", "own.crt"]
    try:
        subprocess.run(["openssl", *subject.split(), *files], cwd=folder, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return folder


def test_over_tls_a_handshake_that_never_comes_holds_up_nobody(serve, certified):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certified / "own.crt", certified / "own.key")
    _, url = serve(tls=context)
    assert url.startswith("https://")
    silent = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
    trusted = ssl.create_default_context(cafile=str(certified / "own.crt"))
    assert get(f"{url}/healthz", context=trusted)[0] == 200
    silent.close()

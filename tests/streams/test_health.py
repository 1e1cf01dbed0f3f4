"""Health: alive and ready over HTTP, 200 or 503, with what is wrong by name."""

import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from streams.health import Health


@pytest.fixture
def served():
    checks = {"alive": {"pipeline": True}, "ready": {"gateway": True, "started": True}}
    health = Health("127.0.0.1", 0, lambda: checks["alive"], lambda: checks["ready"])
    health.start()
    yield checks, f"http://127.0.0.1:{health.port}"
    health.stop()


def get(url):
    try:
        with urlopen(url, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def test_well_is_200_and_ill_is_503_with_its_reason(served):
    checks, url = served
    assert get(f"{url}/healthz")[0] == get(f"{url}/readyz")[0] == 200
    checks["ready"]["gateway"] = False
    status, kind, body = get(f"{url}/readyz")
    assert (status, kind) == (503, "application/json")
    assert json.loads(body) == {"ok": False, "checks": {"gateway": False, "started": True}}
    assert get(f"{url}/healthz")[0] == 200


def test_metrics_are_for_prometheus(served):
    status, kind, body = get(f"{served[1]}/metrics")
    assert (status, kind.split(";")[0]) == (200, "text/plain")
    assert "# HELP tripmeter_samples_total" in body


def test_anything_else_is_not_there(served):
    status, _, body = get(f"{served[1]}/")
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

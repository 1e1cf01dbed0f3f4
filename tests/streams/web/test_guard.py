"""Guard: a request is answered by who asks; refusals are counted, and noted without filling anything."""

import pytest

from streams import metrics
from streams.web import tokens
from streams.web.guard import EVERY_S, Guard

TOKENS = {"prometheus": "tm_prometheus-token", "ann": "tm_token-of-ann-long"}


@pytest.fixture
def holders():
    lines = [f"prometheus metrics {TOKENS['prometheus']}", f"ann manager@acme {TOKENS['ann']}"]
    return tokens.parse("\n".join(lines), plain=True)


def bearer(name):
    return f"Bearer {TOKENS[name]}"


def test_without_tokens_everybody_may():
    assert Guard().verdict(None, ["metrics"]).status == 200


@pytest.mark.parametrize(
    ("header", "status", "why"),
    [
        (None, 401, "the token is missing: send 'Authorization: Bearer TOKEN'"),
        ("Bearer tm_another", 401, "the token is not known here"),
        (f"Basic {TOKENS['prometheus']}", 401, "is not known here"),
        ("Bearer", 401, "is not known here"),
        (bearer("ann"), 403, "ann is not metrics or operator"),
        (bearer("prometheus"), 200, ""),
        (bearer("prometheus").replace("Bearer", "bearer"), 200, ""),
    ],
)
def test_the_answer_says_what_is_wrong(holders, header, status, why):
    verdict = Guard(holders).verdict(header, ["operator", "metrics"])
    assert (verdict.status, why in verdict.why) == (status, True)


def test_a_manager_of_one_fleet_is_none_of_another(holders):
    guard = Guard(holders)
    assert guard.verdict(bearer("ann"), ["manager"], "acme").status == 200
    for fleet in ("other", ""):
        assert guard.verdict(bearer("ann"), ["manager"], fleet).status == 403


def test_whoever_knocks_all_day_is_noted_once_a_minute(holders, caplog):
    now, noted = [0.0], []
    guard, before = Guard(holders, noted.append, clock=lambda: now[0]), _refused("401")
    for _ in range(100):
        guard.refused("Bearer guess", 401, "/metrics", "192.0.2.7")
    guard.refused(bearer("ann"), 403, "/metrics", "192.0.2.8")
    now[0] = EVERY_S
    guard.refused(None, 401, "/metrics", "192.0.2.7")
    assert [(entry.actor, entry.detail["times"]) for entry in noted] == [("unknown", 1), ("ann", 1), ("unknown", 100)]
    assert {(entry.action, entry.about) for entry in noted} == {("http.refused", "/metrics")}
    assert _refused("401") - before == 101
    assert "guess" not in caplog.text + str(noted)


def _refused(status):
    return metrics.HTTP_REFUSED.labels(status)._value.get()

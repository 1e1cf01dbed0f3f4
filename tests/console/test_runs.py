"""Runs: each has a number, by which two of them are held against each other."""

from importlib import metadata

import pytest

from console.api import PREFIX
from streams.store import audit

API = f"{PREFIX}/pricing"
BAND, TARIFF = "0.02", "standard-2026.1+2f157198"


@pytest.fixture(scope="module")
def two(house):
    """Numbers of two postings: another tariff, one policy more, other entries."""
    made = [
        {
            "entries": {"P": 2},
            "rows": 2,
            "sha256": "a" * 64,
            "query": {"tariff": TARIFF, "band": BAND, "code": "0.1.0"},
        },
        {"entries": {"P": 2, "Q": 1}, "rows": 3, "sha256": "b" * 64, "query": {"tariff": "filed", "band": BAND}},
    ]
    with house.world.store.writing() as connection:
        audit.record(connection, [audit.Entry("tripmeter", "ledger.post", detail=one) for one in made])
    new, old = told(house, "runs", limit=2)["items"]
    return old, new


def told(house, path, login="actuary", **query):
    answer = house.client(login).get(f"{API}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def compared(house, old, new):
    found = told(house, "runs/compare", old=old, new=new)
    return found, {one["name"]: (one["old"], one["new"]) for one in found["differences"]}


def test_two_postings_differ_in_tariff_entries_and_hash(house, two):
    old, new = two
    found, said = compared(house, new["id"], old["id"])  # in whatever order they are chosen
    assert (found["old"]["id"], found["new"]["id"]) == (old["id"], new["id"])
    assert (found["asked_alike"], found["same"]) == (False, False)
    assert said.pop("at", None) is None or old["at"] != new["at"]
    assert said == {
        "query.tariff": (TARIFF, "filed"),
        "code": ("0.1.0", None),
        "rows": ("2", "3"),
        "sha256": ("a" * 64, "b" * 64),
        "entries.Q": (None, "1"),
    }
    assert (old["code"], old["query"]) == ("0.1.0", {"tariff": TARIFF, "band": BAND})


def test_a_run_is_the_same_as_itself(house, two):
    found, said = compared(house, two[0]["id"], two[0]["id"])
    assert (found["asked_alike"], found["same"], said) == (True, True, {})


def test_a_file_taken_twice_is_asked_for_alike_and_says_of_what_it_was_made(house):
    client = house.client("underwriter")
    for _ in range(2):
        client.get(f"{API}/levels.csv", params={"cover": "own_damage"})
    new, old = told(house, "runs", limit=2)["items"]
    found, said = compared(house, old["id"], new["id"])
    assert (found["asked_alike"], found["same"]) == (True, True)
    assert said.keys() <= {"at", "as_of"}
    assert old["code"] == metadata.version("tripmeter")
    assert old["as_of"] == told(house, "portfolio")["as_of"]


def test_what_is_no_run_is_not_compared(house, two):
    client = house.client("actuary")
    gone = client.get(f"{API}/runs/compare", params={"old": two[0]["id"], "new": 10**9})
    assert (gone.status_code, gone.json()["code"]) == (404, "no_run")
    with house.world.store.writing() as connection:  # in the audit log, and no run
        audit.record(connection, [audit.Entry("admin", "settings.tested")])
        other = audit.read(connection, last=1)[0]["id"]
    assert client.get(f"{API}/runs/compare", params={"old": other, "new": other}).status_code == 404
    assert house.client("manager").get(f"{API}/runs/compare", params={"old": 1, "new": 1}).status_code == 403

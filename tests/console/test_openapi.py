"""The document of the API is whole, and whatever is sent to an address, the answer is no fault of ours."""

import re

import pytest
from numpy.random import default_rng

from console.api import ENDPOINTS, PREFIX
from console.shell import STATIC

WORDS = ("a", "b/%", "é", "-1", "0", "1e400", "1e300", "2024-10-05", "nan", "'; --", "%00", "x" * 300, "9999-99-99")
JUNK = (None, True, -1, 10**30, 1.5, "", "é", "x" * 3000, [], ["a", ""], {}, {"a": "b"}, "2024-10-05", "vehicles")
PATHS = re.compile(r"(?:get|send|use|bytes|address|csv)\(\s*[`']([a-z][\w/:.${}()]*)")


@pytest.fixture(scope="module")
def document(house):
    return house.client("").get(f"{PREFIX}/openapi.json").json()


def test_every_endpoint_is_in_it_and_every_name_leads_somewhere(document):
    said = {(method.upper(), path) for path, ways in document["paths"].items() for method in ways}
    assert said == {("GET", "/stream"), *((one.method, one.path) for one in ENDPOINTS)}
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', str(document).replace("'", '"')))
    assert names <= set(document["components"]["schemas"])
    ids = [way["operationId"] for ways in document["paths"].values() for way in ways.values()]
    assert len(ids) == len(set(ids))


def test_the_browser_asks_for_nothing_that_is_not_in_it(document):
    known = [path.strip("/").split("/") for path in document["paths"]]
    scripts = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
    asked = {found for path in scripts for found in PATHS.findall(path.read_text("utf-8"))}
    paths = [re.sub(r"\$\{[^}]*\}", "{}", one).split("/") for one in asked if "/" in one]
    assert not [one for one in paths if not any(_same(one, path) for path in known)]


def _same(one, other):
    """Whether an address may be meant by another: what varies in either is whatever stands in the other."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b or "{" in a or "{" in b for a, b in pairs)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_sent_is_answered_and_never_with_a_fault_of_ours(house, seed):
    client, chance = house.client("admin"), default_rng(seed)

    def one_of(some):
        return some[chance.integers(len(some))]

    for one in ENDPOINTS:
        if one.method == "DELETE" or one.gives is bytes or one.path.startswith(("/session", "/users")):
            continue
        path = one.path.format(**{name: one_of(WORDS) for name in one.parts})
        query = {name: one_of(WORDS) for name in one.query.__struct_encode_fields__ if chance.random() < 0.3}
        names = one.takes.__struct_encode_fields__ if one.takes else ()
        body = {name: one_of(JUNK) for name in names if chance.random() < 0.8} if one.takes else None
        answer = client.request(one.method, PREFIX + path, params=query, json=body)
        assert answer.status_code < 500, (one.name, path, query, body, answer.text)
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", (one.name, path)
            assert answer.json()["code"]

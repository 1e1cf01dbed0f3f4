"""The API against its document: schemathesis asks for everything, as each role, and judges the answers."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from console.api import PREFIX

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("patient")]

JUDGES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
APART = ("get_stream", "delete_session")  # does not end; would end ours
DRAWS = {"admin": 5, "manager": 2, "viewer": 1, "driver": 2, "underwriter": 2, "actuary": 1}  # of each operation
HOW = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def patient(house):
    """A console that lets everybody ask as often as they like."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(house.world.pace, "wait", lambda _who: 0.0)
        yield


@pytest.fixture(scope="module")
def operations(house):
    """What schemathesis makes of the document; lists as files in one way: the others are made of the same rows."""
    how = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})  # sessions are our own
    found = schemathesis.openapi.from_dict(house.client("").get(f"{PREFIX}/openapi.json").json(), config=how)
    ways = [one.ok() for one in found.get_all_operations()]
    kept = [one for one in ways if one.definition.raw["operationId"] not in APART]
    for login in DRAWS:
        house.client(login)  # before any are refused for guessing
    return [one for one in kept if not one.path.endswith((".xlsx", ".parquet"))]


@pytest.mark.parametrize("login", DRAWS)
def test_whatever_may_be_asked_is_answered_as_the_document_says(house, operations, login):
    for one in operations:
        hold(one, GenerationMode.POSITIVE, house, login)


def test_whatever_may_not_be_asked_is_refused_as_the_document_says(house, operations):
    for one in operations:
        if one.body or one.query:
            hold(one, GenerationMode.NEGATIVE, house, "admin")


def hold(operation, mode, house, login):
    """Draw requests of an operation, half of them about what is there; send them, and judge what is answered."""
    there = house.names | {"id": house.ids.get(operation.path.partition("/{")[0].strip("/"), "x")}

    def holds(case, real):
        if real:
            case.path_parameters = {name: there.get(name, said) for name, said in case.path_parameters.items()}
        judge(house.client(login), case)

    drawn = given(case=operation.as_strategy(generation_mode=mode), real=booleans())
    settings(HOW, max_examples=DRAWS[login])(drawn(holds))()


def judge(client, case):
    """Send what was made up, with the session of ``client``, and hold the answer against the document."""
    said = case.as_transport_kwargs(base_url=f"http://console{PREFIX}")
    headers = {**said["headers"], "X-CSRF-Token": client.headers["X-CSRF-Token"]}
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    body = {name: value for name, value in said.items() if name in ("json", "data", "content") and value is not None}
    if isinstance(body.get("data"), bytes):
        body["content"] = body.pop("data")
    answer = client.request(said["method"], said["url"], params=said.get("params"), headers=sent, **body)
    case.validate_response(answer, checks=JUDGES)

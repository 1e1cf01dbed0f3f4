"""Problems: what went wrong with a request, as RFC 9457 has it, with a code that the browser translates."""

import logging
import re
import secrets
from typing import Any

import msgspec
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response

from console.gate.pace import BusyError
from pricing.models.spec import ModelError
from streams.desk.actions import ActionError
from streams.desk.chosen import ChosenError
from streams.desk.tasks import TaskError
from streams.ledger.chains import LedgerError
from streams.registry import RegistryError
from streams.registry.book import Problem as Complaint
from streams.sheets import SheetError
from streams.tables import TablesError
from streams.words import Said, say

logger = logging.getLogger(__name__)

TITLES = {
    400: "Bad request",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Somebody was faster",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not acceptable",
    428: "If-Match is needed",
    429: "Too often",
    500: "Our fault",
    503: "Busy",
}
FIELD = re.compile(r"at `\$\.?(.*?)`$")  # in what msgspec says of a request that is not as it must be
REFUSALS = (ActionError, ChosenError, TaskError, LedgerError, ModelError, SheetError, TablesError)


class Problem(Exception):  # noqa: N818  RFC 9457 calls it so
    """A request that is answered otherwise than with 2xx; ``more`` are members of the body beside the usual ones."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail, self.headers, self.more = status, code, detail, headers or {}, more


def problem_of(error: Exception) -> Problem:
    """What an exception of ours comes to; others are ours to mend and say nothing."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, msgspec.ValidationError | msgspec.DecodeError):
        return Problem(422, "invalid", str(error), said=_field(str(error)))
    if isinstance(error, RegistryError):
        problems = [_complaint(one) for one in error.problems]
        return Problem(422, "registry_invalid", f"{len(problems)} problems; nothing was changed", problems=problems)
    if isinstance(error, BusyError):
        return Problem(429, "too_often", str(error), {"Retry-After": "1"})
    if isinstance(error, REFUSALS):
        return Problem(422, "refused", error.args[0] if error.args else "")
    if isinstance(error, OperationalError | PoolTimeout):
        return Problem(503, "busy", "the database does not answer just now; try again", {"Retry-After": "2"})
    logger.error("console: a request failed", exc_info=error)
    return Problem(500, "internal", "this should not happen; the log of the service says more")


def told(text: str) -> dict[str, Any] | None:
    """The code of a sentence and what fills its holes, to be told in the reader's language; None: it has none."""
    return {"code": text.code, "values": text.values} if isinstance(text, Said) else None


def _complaint(one: Complaint) -> dict[str, Any]:
    """What is wrong with a row, in English and by its codes."""
    found = {"place": str(one.place), "column": one.column, "what": str(one.what), "todo": str(one.todo)}
    return found | {"said": [said for text in (one.what, one.todo) if (said := told(text))]}


def _field(text: str) -> dict[str, Any] | None:
    """Of what a request must not be: which part of it."""
    found = FIELD.search(text)
    return told(say("field", name=found[1])) if found else told(say("form"))


def response_of(problem: Problem) -> Response:
    """The answer: ``application/problem+json``."""
    body = {
        "type": f"urn:tripmeter:problem:{problem.code}",
        "title": TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "code": problem.code,
        "detail": str(problem.detail),
        "said": told(problem.detail),
        "trace_id": secrets.token_hex(8),
    } | problem.more
    if problem.status >= 500:
        logger.warning("console: answered %d %s, trace %s", problem.status, problem.code, body["trace_id"])
    headers = {"Cache-Control": "no-store"} | problem.headers
    return Response(msgspec.json.encode(body), problem.status, headers, "application/problem+json")

"""OpenAPI: the document of the API, made from its endpoints."""

from importlib.metadata import version
from typing import Any

import msgspec

from console.endpoint import PAIRS, Endpoint, Query
from console.gate.access import ROLES
from console.live.positions import NAMES, UNKNOWN
from console.once import KEY, keyed

REF = "#/components/schemas/{name}"
TEXT = """The API of the console. Times are UTC, ISO 8601. A vehicle or driver is named `fleet/id`; in a path the slash
may be escaped (`acme%2Ftruck-7`) or left (`acme/truck-7`). Sign in with `POST /session`: the answer sets the cookie
`tripmeter` and holds `csrf`, which every request that writes sends as `X-CSRF-Token`. Programs send
`Authorization: Bearer TOKEN` instead. Errors are RFC 9457 with a `code`."""
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "trace_id"],
    "properties": {name: {"type": "string"} for name in ("type", "title", "code", "detail", "trace_id")}
    | {
        "status": {"type": "integer"},
        "said": {
            "description": "`detail` by its code in the catalogue and what fills its holes, to be told in any language",
            "type": ["object", "null"],
            "properties": {
                "code": {"type": "string"},
                "values": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        },
    },
}
PROBLEMS = {
    "description": "a problem",
    "content": {"application/problem+json": {"schema": {"$ref": REF.format(name="Problem")}}},
}
CODES = ", ".join(f"{code} {name}" for code, name in enumerate(NAMES))
ROW = f"""16 bytes, little-endian: i32 longitude * 1e6 and i32 latitude * 1e6 (-2147483648: no fix yet), u16 heading
* 100 and u16 km/h * 10 ({UNKNOWN}: not known), u8 status ({CODES}), u8 risk (priority of the worst open alert: 0 none,
1 info, 2 warning, 3 minor, 4 major, 5 critical), u16 age of the fix in s ({UNKNOWN}: long ago or never)."""


STREAM = {
    "operationId": "get_stream",
    "tags": ["live"],
    "summary": "What happens, as it happens",
    "description": "Server-sent events: hello, pos, alert, health, resync; a comment each 15 s. `pos` holds the "
    "`rows` of all vehicles (schema PositionRow) in base64, in the order of /vehicles and /positions.bin of the same "
    "`roster`. A tab that comes back says Last-Event-ID, or `last`, and is told the alerts it has missed.",
    "parameters": [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("topics", "last")],
    "responses": {
        "200": {"description": "the stream", "content": {"text/event-stream": {}}},
        "default": PROBLEMS,
    },
}


def document(endpoints: tuple[Endpoint, ...], prefix: str) -> dict[str, Any]:
    """The whole document."""
    types = [one.gives for one in endpoints if one.gives not in (None, bytes)]
    types += [one.takes for one in endpoints if one.takes is not None]
    schemas, components = msgspec.json.schema_components([*types, *[e.query for e in endpoints]], ref_template=REF)
    by_type = dict(zip(map(repr, [*types, *[e.query for e in endpoints]]), schemas, strict=True))
    paths: dict[str, Any] = {}
    for one in endpoints:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, by_type, components)
    paths["/stream"] = {"get": STREAM}
    components |= {"Problem": PROBLEM, "PositionRow": {"type": "string", "format": "byte", "description": ROW}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tripmeter", "version": version("tripmeter"), "description": TEXT},
        "servers": [{"url": prefix}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
        "security": [{"session": []}, {"token": []}],
    }


_SECURITY = {
    "session": {"type": "apiKey", "in": "cookie", "name": "tripmeter"},
    "token": {"type": "http", "scheme": "bearer"},
}


def _operation(one: Endpoint, by_type: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    roles = ", ".join(name for name in ROLES if name in one.roles) or "whoever is signed in"
    found: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "description": "Open to all." if one.open else f"Roles: {roles}.",
        "parameters": [*_parts(one), *_query(one.query, by_type, components), *_headers(one)],
        "responses": _answers(one, by_type),
    }
    if one.open:
        found["security"] = []
    if one.takes is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": by_type[repr(one.takes)]}}}
    return found


def _parts(one: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"},
            "description": f"fleet/{name}" if name in PAIRS else name,
        }
        for name in one.parts
    ]


def _query(query: type[Query], by_type: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    schema = components[by_type[repr(query)]["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "schema": {key: value for key, value in said.items() if key != "description"},
            "description": said.get("description", ""),
        }
        for name, said in schema["properties"].items()
    ]


def _headers(one: Endpoint) -> list[dict[str, Any]]:
    names = (*one.headers, *((KEY,) if keyed(one) else ()))
    return [{"name": name, "in": "header", "required": False, "schema": {"type": "string"}} for name in names]


def _answers(one: Endpoint, by_type: dict[str, Any]) -> dict[str, Any]:
    """By status; whatever is refused is a problem."""
    if one.gives is None:
        return {"204": {"description": "done"}, "default": PROBLEMS}
    if one.gives is bytes:
        content: dict[str, Any] = {"*/*": {}}
    else:
        content = {media: {} for media in one.media}
        content["application/json"] = {"schema": by_type[repr(one.gives)]}
    return {str(one.status): {"description": "as asked", "content": content}, "default": PROBLEMS}

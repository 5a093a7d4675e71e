"""The document of the API (OpenAPI 3.1): what can be asked for, and what is answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response

from monitor import __version__
from monitor.model import AlertLevel, Check, MonitorCheck, Severity
from monitor.web.api.answers import answer, encoded
from monitor.web.api.lists import MOST
from monitor.web.pages.lists.kind import ListKind

PATH = "/api/v1/openapi.json"
Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_MATCH: Schema = {
    "type": "object",
    "description": "a value or a list of values for each label, or for check, level, kind, target or zone",
    "minProperties": 1,
    "additionalProperties": {"oneOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}]},
}


def add_document(app: FastAPI, kinds: Sequence[ListKind[Any]]) -> None:
    """Answer the document."""
    body, tag = encoded(document(kinds))

    @app.api_route(PATH, methods=["GET", "HEAD"], response_model=None)
    async def described(request: Request) -> Response:
        return answer(request, body, tag)


def document(kinds: Sequence[ListKind[Any]]) -> Schema:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cert-monitor",
            "version": __version__,
            "description": "Certificates, what is wrong with them, and who is on it.",
        },
        "security": [{}, {"basic": []}, {"bearer": []}],
        "paths": {**{f"/api/v1{kind.path}": {"get": _list(kind)} for kind in kinds}, **_read(), **_changes()},
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _list(kind: ListKind[Any]) -> Schema:
    name = kind.path.strip("/")
    facets = [_query(one.name, _values(one.known, all_=bool(one.default))) for one in kind.listing.facets]
    dates = ("expires_from", "expires_to") if kind.listing.expires_at else ()
    sorts = [sign + one for one in kind.listing.sorts for sign in ("", "-")]
    parameters = [
        *facets,
        *(_query(one, {"type": "string", "format": "date"}) for one in dates),
        _query("q", _TEXT),
        _query("sort", {"enum": sorts}),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST}),
        _query("cursor", _TEXT),
    ]
    identity = "sha256" if name == "certificates" else "id"
    item = {"$ref": "#/components/schemas/alert"} if name == "alerts" else _named({identity: _TEXT})
    content = _named(
        {"items": {"type": "array", "items": item}, "total": _COUNT, "next": {"type": ["string", "null"]}}
    )
    return _operation(f"List {name}", content, parameters, refused=(400,))


def _values(known: Sequence[str], *, all_: bool) -> Schema:
    return {"enum": [*known, *(["all"] if all_ else [])]} if known else _TEXT


def _read() -> Schema:
    items = _named({"items": {"type": "array", "items": {"type": "object"}}})
    found = _named({"items": {"type": "array", "items": _finding()}, "complete": {"type": "boolean"}})
    silences = _named({"items": {"type": "array", "items": {"$ref": "#/components/schemas/silence"}}})
    alert = {"$ref": "#/components/schemas/alert"}
    checks = _query("check", {"enum": list(Check)})
    pair = [_query("target", _TEXT), _query("certificate", _TEXT)]
    day = [_query("at", {"type": "string", "format": "date"})]
    forecast = _named({"at": _INSTANT, "now": _INSTANT, "targets": _COUNT})
    return {
        "/api/v1/summary": {"get": _operation("Counts and the next expiry", _summary())},
        "/api/v1/alerts/{id}": {"get": _operation("One open alert", alert, [_in_path("id")], refused=(404,))},
        "/api/v1/silences": {
            "get": _operation("What keeps alerts back", silences),
            "post": _silencing(),
        },
        "/api/v1/findings": {
            "get": _operation("Every finding", found, [_query("target", _TEXT), checks], refused=(422,))
        },
        "/api/v1/history": {
            "get": _operation("When certificates were seen where", items, pair, refused=(422,))
        },
        "/api/v1/forecast": {
            "get": _operation("What expires until a day, and what stops", forecast, day, refused=(422,))
        },
    }


def _silencing() -> Schema:
    body = _named({"match": _MATCH, "until": _INSTANT, "reason": _TEXT}) | {"additionalProperties": False}
    body["properties"]["by"] = _TEXT
    made = {"$ref": "#/components/schemas/silence"}
    return _operation("Silence what matches", made, [], body=body, status=201, refused=(401, 403, 422))


def _changes() -> Schema:
    refused = (401, 403, 404, 422)
    made = {"$ref": "#/components/schemas/silence"}
    acknowledging = {
        "type": "object",
        "properties": {"until": _INSTANT, "comment": _TEXT, "by": _TEXT},
        "additionalProperties": False,
    }
    checking = {
        "type": "object",
        "properties": {"targets": _TEXTS, "match": _MATCH, "by": _TEXT},
        "additionalProperties": False,
    }
    by = _query("by", _TEXT)
    return {
        "/api/v1/alerts/{id}/acknowledge": {
            "post": _operation(
                "Acknowledge an alert",
                made,
                [_in_path("id")],
                body=acknowledging,
                status=201,
                refused=refused,
            )
        },
        "/api/v1/silences/{id}": {
            "delete": _operation(
                "End a silence or an acknowledgement", None, [_in_path("id"), by], status=204, refused=refused
            )
        },
        "/api/v1/checks": {
            "post": _operation(
                "Check targets now",
                _named({"targets": _TEXTS}),
                [],
                body=checking,
                status=202,
                refused=refused,
            )
        },
        "/api/v1/reload": {
            "post": _operation("Read the configuration again", None, [], status=204, refused=refused)
        },
        "/api/v1/receivers/{name}/test": {
            "post": _operation(
                "Send a test to a receiver", None, [_in_path("name"), by], status=202, refused=refused
            )
        },
    }


def _operation(  # noqa: PLR0913 - the parts of an operation by name
    summary: str,
    content: Schema | None,
    parameters: Sequence[Schema] = (),
    *,
    body: Schema | None = None,
    status: int = 200,
    refused: Sequence[int] = (),
) -> Schema:
    done: Schema = {"description": "done"}
    if content is not None:
        done["content"] = {"application/json": {"schema": content}}
    wrong = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    answers = {str(one): {"description": "refused", "content": wrong} for one in refused}
    asked = {"requestBody": {"content": {"application/json": {"schema": body}}}} if body else {}
    return {
        "summary": summary,
        "parameters": list(parameters),
        **asked,
        "responses": {str(status): done, **answers},
    }


def _query(name: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "schema": schema}


def _in_path(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _named(properties: Mapping[str, Schema]) -> Schema:
    """Return an object that has all of these properties, and maybe others."""
    return {"type": "object", "properties": dict(properties), "required": list(properties)}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _schemas() -> Schema:
    return {
        "problem": _named(
            {"type": _TEXT, "title": _TEXT, "status": _COUNT, "detail": _TEXT, "problems": _TEXTS}
        ),
        "alert": _alert(),
        "silence": _named(
            {
                "id": _TEXT,
                "kind": {"enum": ["silence", "acknowledge"]},
                "match": {"type": "object", "additionalProperties": _TEXTS},
                "alert": _or_null(_TEXT),
                "starts_at": _INSTANT,
                "until": _or_null(_INSTANT),
                "reason": _TEXT,
                "by": _TEXT,
                "ended_at": _or_null(_INSTANT),
                "ended_by": _or_null(_TEXT),
            }
        ),
    }


def _alert() -> Schema:
    acknowledged = _named({"by": _TEXT, "until": _or_null(_INSTANT), "comment": _TEXT})
    notified = _named({"receiver": _TEXT, "level": {"enum": list(AlertLevel)}, "at": _INSTANT})
    return _named(
        {
            "id": _TEXT,
            "url": _TEXT,
            "check": {"enum": [*Check, *MonitorCheck]},
            "level": {"enum": list(AlertLevel)},
            "title": _TEXT,
            "subject": _TEXT,
            "messages": _TEXTS,
            "since": _or_null(_INSTANT),
            "targets": _TEXTS,
            "locations": _TEXTS,
            "not_after": _or_null(_INSTANT),
            "days_to_expiry": _or_null({"type": "number"}),
            "owner": _TEXT,
            "site": _TEXT,
            "component": _TEXT,
            "impact": _TEXT,
            "steps": _TEXTS,
            "acknowledged": _or_null(acknowledged),
            "silenced": {"type": "boolean"},
            "notified": {"type": "array", "items": notified},
        }
    )


def _finding() -> Schema:
    return _named(
        {
            "target": _TEXT,
            "check": {"enum": list(Check)},
            "severity": {"enum": list(Severity)},
            "certificate": _or_null(_TEXT),
            "location": _or_null(_TEXT),
            "code": _TEXT,
            "parameters": {"type": "object"},
            "message": _TEXT,
        }
    )


def _summary() -> Schema:
    expiry = _named({"not_after": _INSTANT, "title": _TEXT, "location": _TEXT, "certificate": _TEXT})
    levels = {level.value: _COUNT for level in AlertLevel}
    states = ("watched", "need_action", "unreachable", "standby", "not_checked", "fine")
    return _named(
        {
            "instance": _named({"name": _TEXT, "customer": _TEXT}),
            "now": _INSTANT,
            "ok": {"type": "boolean"},
            "health": _named({"ok": {"type": "boolean"}, "problems": _TEXTS}),
            "alerts": _named({**levels, "acknowledged": _COUNT, "silenced": _COUNT}),
            "targets": _named(dict.fromkeys(states, _COUNT)),
            "next_expiry": _or_null(expiry),
            "last_checked": _or_null(_named({"oldest": _INSTANT, "newest": _INSTANT})),
        }
    )

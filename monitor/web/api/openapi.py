"""The document of the API (OpenAPI 3.1): what can be asked for, and what is answered."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request, Response

from monitor import __version__
from monitor.model import Check, CheckedItem
from monitor.web.api.answers import answer, encoded
from monitor.web.api.lists import MOST
from monitor.web.api.renewal_days import ACTIONS
from monitor.web.api.renewal_days import PATH as PATH_OF_DAYS
from monitor.web.api.schemas import (
    COUNT,
    INSTANT,
    MATCH,
    TEXT,
    TEXTS,
    Schema,
    named,
    renewal_day,
    shared_schemas,
)
from monitor.web.api.schemas import finding as finding_schema
from monitor.web.api.schemas import history as history_schema
from monitor.web.api.schemas import summary as summary_schema
from monitor.web.pages.lists.kind import ListKind

PATH = "/api/v1/openapi.json"


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
        "paths": {
            **{f"/api/v1{kind.path}": {"get": _list(kind)} for kind in kinds},
            **_read(),
            **_changes(),
            **_renewal_days(),
        },
        "components": {
            "schemas": shared_schemas(),
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
        _query("q", TEXT),
        _query("sort", {"enum": sorts}),
        _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST}),
        _query("cursor", TEXT),
    ]
    identity = "sha256" if name == "certificates" else "id"
    item = {"$ref": "#/components/schemas/alert"} if name == "alerts" else named({identity: TEXT})
    content = named(
        {"items": {"type": "array", "items": item}, "total": COUNT, "next": {"type": ["string", "null"]}}
    )
    return _operation(f"List {name}", content, parameters, refused=(400,))


def _values(known: Sequence[str], *, all_: bool) -> Schema:
    return {"enum": [*known, *(["all"] if all_ else [])]} if known else TEXT


def _read() -> Schema:
    found = named({"items": {"type": "array", "items": finding_schema()}, "complete": {"type": "boolean"}})
    silences = named({"items": {"type": "array", "items": {"$ref": "#/components/schemas/silence"}}})
    alert = {"$ref": "#/components/schemas/alert"}
    checks = _query("check", {"enum": list(Check)})
    pair = [_query("target", TEXT), _query("certificate", TEXT)]
    day = [_query("at", {"type": "string", "format": "date"})]
    forecast = named({"at": INSTANT, "now": INSTANT, "targets": COUNT})
    return {
        "/api/v1/summary": {"get": _operation("Counts and the next expiry", summary_schema())},
        "/api/v1/alerts/{id}": {"get": _operation("One open alert", alert, [_in_path("id")], refused=(404,))},
        "/api/v1/silences": {
            "get": _operation("What keeps alerts back", silences),
            "post": _silencing(),
        },
        "/api/v1/findings": {
            "get": _operation("Every finding", found, [_query("target", TEXT), checks], refused=(422,))
        },
        "/api/v1/history": {
            "get": _operation(
                "When certificates were seen where, and the outcomes of a target's probes",
                history_schema(),
                pair,
                refused=(422,),
            )
        },
        "/api/v1/forecast": {
            "get": _operation("What expires until a day, and what stops", forecast, day, refused=(422,))
        },
    }


def _silencing() -> Schema:
    body = named({"match": MATCH, "until": INSTANT, "reason": TEXT}) | {"additionalProperties": False}
    body["properties"]["by"] = TEXT
    made = {"$ref": "#/components/schemas/silence"}
    return _operation("Silence what matches", made, [], body=body, status=201, refused=(401, 403, 422))


def _changes() -> Schema:
    refused = (401, 403, 404, 422)
    made = {"$ref": "#/components/schemas/silence"}
    acknowledging = {
        "type": "object",
        "properties": {"until": INSTANT, "comment": TEXT, "by": TEXT},
        "additionalProperties": False,
    }
    checking = {
        "type": "object",
        "properties": {"targets": TEXTS, "match": MATCH, "by": TEXT},
        "additionalProperties": False,
    }
    by = _query("by", TEXT)
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
                named({"targets": TEXTS, "later": {"type": "boolean"}}),
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


def _renewal_days() -> Schema:
    day = [_in_path("id")]
    several = named({"items": {"type": "array", "items": renewal_day(whole=False)}})
    texts: Schema = dict.fromkeys(("step", "thumbprint", "name", "note", "reason", "by"), TEXT)
    starting = {
        "type": "object",
        "properties": dict.fromkeys(("site", "version", "by"), TEXT),
        "required": ["site"],
        "additionalProperties": False,
    }
    acting = {
        "type": "object",
        "properties": {
            **texts,
            "exit_code": {"type": "integer"},
            "checked": {"type": "array", "items": {"enum": list(CheckedItem)}},
        },
        "additionalProperties": False,
    }
    named_in_path = [*day, {**_in_path("action"), "schema": {"enum": list(ACTIONS)}}]
    return {
        PATH_OF_DAYS: {
            "get": _operation("Plans that were started, the newest first", several),
            "post": _operation(
                "Start the plan of a site",
                named({"id": TEXT, "site": TEXT, "version": TEXT}),
                body=starting,
                status=201,
                refused=(401, 403, 404, 422),
            ),
        },
        f"{PATH_OF_DAYS}/{{id}}": {
            "get": _operation(
                "One of them, with its steps and events", renewal_day(whole=True), day, refused=(404,)
            )
        },
        f"{PATH_OF_DAYS}/{{id}}/{{action}}": {
            "post": _operation(
                "Do something on it",
                None,
                named_in_path,
                body=acting,
                status=204,
                refused=(401, 403, 404, 422),
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

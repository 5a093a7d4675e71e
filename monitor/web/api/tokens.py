"""Tokens of programs: made, listed and revoked by commands on this machine alone."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from monitor.model import AccessToken, TokenRole
from monitor.web.access import TokenAdmin, TokenRefusedError
from monitor.web.api.bodies import InvalidError, body_of, instant_of, matchers_of, text_of
from monitor.web.caller import LOCAL, caller_of
from monitor.web.problems import problem

_PATH = "/api/v1/tokens"
_LOCAL_ONLY = "tokens are managed with cert-monitor token on the machine of the monitor"


def add_tokens(app: FastAPI, tokens: TokenAdmin) -> None:
    """Answer ``/api/v1/tokens``; a token and an operator make no further tokens."""

    @app.api_route(_PATH, methods=["GET", "HEAD"], response_model=None)
    async def listed(request: Request) -> Response:
        if refused := _refusal(request):
            return refused
        return JSONResponse({"items": [_token_json(one) for one in tokens.listed()]})

    @app.post(_PATH, response_model=None)
    async def create(request: Request) -> Response:
        if refused := _refusal(request):
            return refused
        try:
            body = await body_of(request, ("name", "role", "match", "expires_at", "by"))
            made = await tokens.create(
                text_of(body, "name"),
                _role(text_of(body, "role")),
                matchers_of(body.get("match", {})),
                expires_at=instant_of(body, "expires_at") if "expires_at" in body else None,
                by=text_of(body, "by") or LOCAL.name,
            )
        except (InvalidError, TokenRefusedError) as error:
            return problem(422, [str(error)])
        return JSONResponse({**_token_json(made.token), "token": made.text}, 201)

    @app.delete(_PATH + "/{name}", response_model=None)
    async def revoke(name: str, request: Request, by: str = "") -> Response:
        if refused := _refusal(request):
            return refused
        if await tokens.revoke(name, by=by or LOCAL.name):
            return Response(status_code=204)
        return problem(404, [f"there is no token {name!r}"])


def _refusal(request: Request) -> Response | None:
    if caller_of(request.scope) == LOCAL:
        return None
    return problem(403, [_LOCAL_ONLY])


def _role(text: str) -> TokenRole:
    roles = [role for role in TokenRole if role is not TokenRole.AGENT]
    if text and text not in roles:
        raise InvalidError(f"role must be one of {', '.join(roles)}")
    return TokenRole(text or TokenRole.VIEWER)


def _token_json(one: AccessToken) -> dict[str, Any]:
    return {
        "name": one.name,
        "role": one.role.value,
        "match": {matcher.name: list(matcher.values) for matcher in one.matchers},
        "created_at": one.created_at.isoformat(),
        "created_by": one.created_by,
        "expires_at": one.expires_at.isoformat() if one.expires_at else None,
        "last_used_at": one.last_used_at.isoformat() if one.last_used_at else None,
    }

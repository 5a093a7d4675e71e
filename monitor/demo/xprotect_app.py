"""The HTTP application of the simulated XProtect site: well-known URIs, tokens, configuration resources.

Paths are case-insensitive as in IIS, unless the behavior says otherwise.
"""

import asyncio
import base64
import binascii
from typing import Any, Protocol
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.demo.xprotect_alarms import SimulatedAlarms
from monitor.demo.xprotect_behavior import Behavior, Casing, Fault
from monitor.demo.xprotect_data import RESOURCES, VERSION, Item, Resources, lower_spelling
from monitor.demo.xprotect_login import CLIENT, IdentityProvider, LoginVerdict
from monitor.demo.xprotect_rights import effective, namespaces

REST = "/api/rest/v1/"
_SPELLINGS = {name.lower(): name for name in RESOURCES}
_HTML = "<!DOCTYPE html><title>IIS Windows Server</title><h1>Welcome</h1>"


class SiteView(Protocol):
    """The part of the site that the application uses."""

    behavior: Behavior
    calls: list[str]
    resources: Resources
    login: IdentityProvider
    alarms: SimulatedAlarms

    @property
    def url(self) -> str:
        """Return the URL of the management server."""
        ...


def application(site: SiteView) -> ASGIApp:
    """Return the application of one site."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    answers = _Answers(site)
    app.add_api_route("/api/.well-known/uris", answers.uris, methods=["GET"])
    app.add_api_route("/{way:path}/connect/token", answers.token, methods=["POST"])
    app.add_api_route(REST + "alarms", answers.new_alarm, methods=["POST"])
    app.add_api_route(REST + "alarms/{item}", answers.changed_alarm, methods=["PATCH"])
    app.add_api_route(REST + "{resource}", answers.collection, methods=["GET"])
    app.add_api_route(REST + "{resource}/{item}", answers.single, methods=["GET"])
    app.add_api_route(REST + "{resource}/{item}/{child}", answers.children, methods=["GET"])
    return _Door(app, site)


class _Door:
    """Middleware that notes every call and accepts paths only in this version's spelling."""

    def __init__(self, app: ASGIApp, site: SiteView) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        self._site.calls.append(f"{scope['method']} {path}")
        known = {
            Casing.ANY: True,
            Casing.LOWER: path.startswith("/api/"),
            Casing.UPPER: path.startswith("/API/"),
        }
        inner = known[self._site.behavior.casing] or not path.lower().startswith("/api/")
        answer = self._app if inner else Response(status_code=404)
        await answer({**scope, "path": path.lower()}, receive, send)


class _Half(Response):
    """A response that is shorter than its Content-Length."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the protocol's arguments
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await send(
            {"type": "http.response.body", "body": self.body[: len(self.body) // 2], "more_body": True}
        )


class _Answers:
    """The handlers of all routes, which follow the behavior."""

    def __init__(self, site: SiteView) -> None:
        self._site = site

    async def uris(self) -> Response:
        """Return the well-known URIs without a login."""
        url = self._site.url
        content = {
            "ProductVersion": VERSION,
            "UnsecureManagementServer": "",
            "SecureManagementServer": f"{url}/",
            "IdentityProvider": f"{url}/IDP",
            "ApiGateways": [f"{url}/API/"],
        }
        return await self._answer("uris", content)

    async def token(self, way: str, request: Request) -> Response:
        """Answer the token endpoint, called directly or through the gateway."""
        behavior = self._site.behavior
        if way not in ("idp", "api/idp"):
            return Response(status_code=404)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        # Counted as sent, whatever the result.
        self._site.login.attempts += "password" in form
        if behavior.token_redirect:
            return RedirectResponse(behavior.token_redirect, status_code=307)
        if "token" in behavior.answers:
            return await self._answer("token", {})
        self._site.login.lockout_after = behavior.lockout_after
        if form.get("grant_type") == "windows_credentials":
            return self._windows(way, request)
        return self._basic(form)

    def _basic(self, form: dict[str, str]) -> Response:
        if form.get("grant_type") != "password":
            return _refused("unsupported_grant_type")
        if form.get("client_id") != CLIENT:
            return _refused("invalid_client")
        login, username, password = self._site.login, form.get("username", ""), form.get("password", "")
        return self._welcome(login.check(username, password))

    def _windows(self, way: str, request: Request) -> Response:
        protocol, _, text = request.headers.get("authorization", "").partition(" ")
        # The gateway does not forward NTLM, so that only the identity provider's own URL offers it.
        if way != "idp" or not self._site.behavior.windows_login:
            return Response(status_code=401)
        offers = [("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM")]
        if protocol.lower() not in ("ntlm", "negotiate"):
            return _unauthorized(*offers)
        try:
            message = base64.b64decode(text, validate=True)
        except binascii.Error:
            return Response(status_code=400)
        said = self._site.login.leg(request.client, protocol, message)
        if isinstance(said, bytes):
            return _unauthorized(("WWW-Authenticate", f"{protocol} {base64.b64encode(said).decode()}"))
        return self._welcome(said) if said is LoginVerdict.WELCOME else _unauthorized(*offers)

    def _welcome(self, verdict: LoginVerdict) -> Response:
        behavior = self._site.behavior
        if verdict is not LoginVerdict.WELCOME:
            said = "invalid_username_or_password" if verdict is LoginVerdict.WRONG else "locked_out"
            return _refused("invalid_grant", said, behavior.refusal)
        made = self._site.login.token(behavior.expires_in, behavior.calls_per_token)
        content = {
            "access_token": made,
            "expires_in": int(behavior.expires_in),
            "token_type": "Bearer",
            "scope": "managementserver",
        }
        return JSONResponse(content)

    async def collection(self, resource: str, request: Request) -> Response:
        """Return a list: ``{"array": [...]}``."""
        return await self._listed(resource, resource, request)

    async def children(self, resource: str, item: str, child: str, request: Request) -> Response:
        """Return the list of children of one object."""
        return await self._listed(f"{resource}/{item}/{child}", child, request)

    async def single(self, resource: str, item: str, request: Request) -> Response:
        """Return one object: ``{"data": {...}}``."""
        if refused := self._unknown(request):
            return refused
        if resource in ("securitynamespaces", "effectivepermissions"):
            items = [known for known in self._rights(resource) or [] if known["id"] == item]
        elif resource == "hardwaredriversettings":
            items = self._items(f"hardware/{item}/{resource}") or []
        else:
            items = [known for known in self._items(resource) or [] if known["id"] == item]
        if not items:
            return _absent()
        return await self._answer(resource, {"data": self._spelled(resource, items)[0]})

    async def new_alarm(self, request: Request) -> Response:
        """Create an alarm, also where the answer to that is a fault."""
        if refused := self._unknown(request):
            return refused
        if not self._site.behavior.alarms:
            return _absent()
        made = self._site.alarms.create(await request.json())
        return await self._answer("alarms", {"data": made}, 202) if made else _error(400)

    async def changed_alarm(self, item: str, request: Request) -> Response:
        """Change the state, the priority or the comments of an alarm."""
        if refused := self._unknown(request):
            return refused
        found = next((one for one in self._items("alarms") or [] if one["id"] == item), None)
        if found is None:
            return _absent()
        changed = self._site.alarms.change(found, await request.json())
        return await self._answer("alarms", {"data": found}, 202) if changed else _error(400)

    async def _listed(self, key: str, resource: str, request: Request) -> Response:
        if refused := self._unknown(request):
            return refused
        items = self._items(key)
        if items is None:
            return _absent()
        query = {name.lower(): value for name, value in request.query_params.items()}
        if "disabled" not in query:
            items = [item for item in items if item.get("enabled", True)]
        page = self._spelled(resource, self._page(items, query))
        embedded = [self._with_children(key, item, query.get("includechildren", "")) for item in page]
        return await self._answer(resource, {"array": embedded})

    def _items(self, key: str) -> list[Item] | None:
        if key == "registeredservices" and not self._site.behavior.registered_services:
            return None
        if key == "securitynamespaces":
            return self._rights(key)
        if key == "cameras" or (key.startswith("alarm") and self._site.behavior.alarms):
            return self._site.alarms.items(key)
        return self._site.resources.get("/".join(_SPELLINGS.get(part, part) for part in key.split("/")))

    def _rights(self, resource: str) -> list[Item] | None:
        behavior = self._site.behavior
        if not behavior.permissions:
            return None
        if resource == "securitynamespaces":
            return namespaces()
        return effective(self._site.resources, behavior)

    def _page(self, items: list[Item], query: dict[str, str]) -> list[Item]:
        largest = self._site.behavior.largest_page
        if not largest or not {"page", "size"} & query.keys():
            return items
        size = min(int(query.get("size", "100")), largest)
        begin = int(query.get("page", "0")) * size
        return items[begin : begin + size]

    def _spelled(self, resource: str, items: list[Item]) -> list[Item]:
        if resource == "hardwaredriversettings" and self._site.behavior.lower_settings:
            return [lower_spelling(item) for item in items]
        return items

    def _with_children(self, key: str, item: Item, wanted: str) -> Item:
        names = [name for name in wanted.split(",") if name]
        found = {name: self._items(f"{key}/{item['id']}/{name}".lower()) for name in names if "id" in item}
        return item | {name: children for name, children in found.items() if children is not None}

    def _unknown(self, request: Request) -> Response | None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._site.login.accepts(token):
            return None
        return _unauthorized(("WWW-Authenticate", 'Bearer error="invalid_token"'))

    async def _answer(self, resource: str, content: Item, status: int = 200) -> Response:
        behavior = self._site.behavior
        wrong = next(
            (what for name, what in behavior.answers.items() if name.lower() == resource.lower()), None
        )
        if wrong is Fault.SLOW:
            await asyncio.sleep(behavior.slow)
        if isinstance(wrong, int):
            return _error(wrong)
        shapes: dict[Any, Response] = {
            Fault.HALF: _Half(JSONResponse(content).body, media_type="application/json"),
            Fault.HTML: HTMLResponse(_HTML),
            Fault.NOT_JSON: Response('{"array": [', media_type="application/json"),
            Fault.EMPTY: JSONResponse({"array": []}),
        }
        return shapes.get(wrong, JSONResponse(content, status))


def _refused(error: str, said: str = "", status: int = 400) -> Response:
    return JSONResponse({"error": error} | ({"error_description": said} if said else {}), status)


def _unauthorized(*headers: tuple[str, str]) -> Response:
    answer = Response(status_code=401)
    for name, value in headers:
        answer.headers.append(name, value)
    return answer


def _absent() -> Response:
    return _error(404)


def _error(status: int) -> Response:
    said = {"error": {"httpCode": status, "details": [{"errorText": f"simulated {status}"}]}}
    return JSONResponse(said, status)

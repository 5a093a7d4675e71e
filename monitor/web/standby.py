"""What a center answers while another one leads: where the page is, and nothing about targets."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.messages import Writer, accepted, english, machine_zone
from monitor.model import Message
from monitor.web import standby_texts, texts
from monitor.web.pages.layout import PAGE_POLICY, environment
from monitor.web.paths import HEALTH, STATIC
from monitor.web.problems import problem
from monitor.web.services.view import Standby, WebView

_OWN = HEALTH | {"/metrics"}
_UNAVAILABLE = 503
_LATER = "15"


class StandbyPages:
    """Middleware that answers for a center that does not lead, except what is about the center itself."""

    def __init__(self, app: ASGIApp, view: WebView) -> None:
        """Take the application, and the view that knows the leader and missing components."""
        self._app = app
        self._view = view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        app = self._app
        if scope["type"] == "http" and not _is_own(scope["path"]) and (standby := self._view.standby()):
            app = self._answer(Request(scope), standby)
        await app(scope, receive, send)

    def _answer(self, request: Request, standby: Standby) -> Response:
        said = _said(standby)
        if request.url.path.startswith("/api/"):
            written = english(self._view.now()).write(said)
            return problem(_UNAVAILABLE, [f"{written}{f': {standby.url}' if standby.url else ''}"])
        language = accepted(request.headers.get("accept-language", ""))
        page = environment.get_template("standby.html").render(
            writer=Writer(language, machine_zone(), self._view.now()),
            title=standby_texts.TITLE,
            said=said,
            its_page=standby_texts.ITS_PAGE,
            url=standby.url if standby.url.startswith(("http://", "https://")) else "",
            degraded=self._view.health().degraded,
            texts=texts,
        )
        headers = {
            "retry-after": _LATER,
            "content-language": language.tag,
            "content-security-policy": PAGE_POLICY,
            "vary": "accept-language",
        }
        return HTMLResponse(page, _UNAVAILABLE, headers=headers)


def _is_own(path: str) -> bool:
    return path in _OWN or path.startswith(STATIC)


def _said(standby: Standby) -> Message:
    if standby.leader:
        return standby_texts.standby_of(name=standby.name, leader=standby.leader)
    return standby_texts.standby_alone(name=standby.name)

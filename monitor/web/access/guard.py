"""Who may do what where there are users: everybody logs in to read, and operators change something."""

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from monitor.web.access import refusals
from monitor.web.access.forms import FIELD, HEADER, TooLongError, again, body_of, fields_of, is_form
from monitor.web.access.identity import Identities, Identity
from monitor.web.access.origins import foreign_page, is_browser
from monitor.web.access.peers import peer_of
from monitor.web.caller import ANONYMOUS, Caller
from monitor.web.paths import LOGIN, LOGOUT, is_link, is_narrowed, is_open

READING = ("GET", "HEAD")


class Guard:
    """Lets requests pass or raises ``AccessRefusedError``."""

    def __init__(self, identities: Identities, *, login_page: bool = True) -> None:
        """Take the identities; ``login_page`` is false where there is none."""
        self._services = identities.services
        self._identities = identities
        self._login_page = login_page

    @property
    def needed(self) -> bool:
        """Return whether there are users."""
        return self._services.login_needed

    async def admit(
        self, scope: Scope, receive: Receive, headers: Headers, external_url: str
    ) -> tuple[Caller, Receive]:
        """Return who makes a request, and what gives its body."""
        peer = peer_of(scope, headers, self._services.proxies)
        changes = scope["method"] not in READING
        if changes and (problem := foreign_page(headers, secure=peer.secure, external_url=external_url)):
            raise refusals.forbidden(problem)
        if scope["path"] == LOGIN:
            return ANONYMOUS, receive  # the page itself looks at what is sent to it
        found = await self._identities.find(scope, headers, peer)
        if found is None:
            # The page of a link verifies it, and leads to a page of ours where people log in.
            if not changes and (is_open(scope["path"]) or is_link(scope["path"])):
                return ANONYMOUS, receive
            raise self._nobody(scope, headers)
        if found.caller.scope and not is_narrowed(scope["path"]):
            raise refusals.forbidden(refusals.OUT_OF_SCOPE)
        if not changes:
            return found.caller, receive
        return await self._changing(scope, receive, headers, found)

    async def _changing(
        self, scope: Scope, receive: Receive, headers: Headers, found: Identity
    ) -> tuple[Caller, Receive]:
        if not found.caller.may_act and scope["path"] != LOGOUT:
            raise refusals.forbidden(refusals.VIEWER)
        if found.by_itself and is_browser(headers):
            receive = await self._with_form_token(receive, headers, found)
        return found.caller, receive

    async def _with_form_token(self, receive: Receive, headers: Headers, found: Identity) -> Receive:
        given = headers.get(HEADER, "")
        if not given and is_form(headers):
            try:
                body = await body_of(receive)
            except TooLongError:
                raise refusals.too_long() from None
            given, receive = fields_of(body).get(FIELD, ""), again(body, receive)
        if not self._identities.signer.is_form_token(given, found.about):
            raise refusals.forbidden(refusals.NO_FORM_TOKEN)
        return receive

    def _nobody(self, scope: Scope, headers: Headers) -> refusals.AccessRefusedError:
        person = self._login_page and "text/html" in headers.get("accept", "")
        if person and self._services.has_passwords:
            # What was to be changed is not kept: a person looks at it again after the login.
            asked = (scope["path"], scope.get("query_string", b"").decode("latin-1"))
            return refusals.to_login(*(asked if scope["method"] in READING else ("/", "")))
        return refusals.unauthorized(refusals.NOT_LOGGED_IN, headers, passwords=self._services.has_passwords)

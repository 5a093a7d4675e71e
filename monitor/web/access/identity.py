"""Who makes a request: by a proxy's header, a token, a password, a session or a client certificate."""

from dataclasses import dataclass, replace

from starlette.datastructures import Headers
from starlette.types import Scope

from monitor.model import TokenRole
from monitor.web.access import refusals
from monitor.web.access.cookies import SESSION, cookie_name, cookies_of
from monitor.web.access.credentials import basic, bearer, digest_of
from monitor.web.access.local import refusal
from monitor.web.access.passwords import PasswordChecks
from monitor.web.access.peers import Peer
from monitor.web.access.sessions import LoginSession, SessionSigner
from monitor.web.access.settings import AccessServices
from monitor.web.caller import LOCAL, Caller, Role
from monitor.web.serving.client_certificates import CERTIFICATE

_LONGEST_NAME = 100
_ELSEWHERE = (TokenRole.CALENDAR, TokenRole.AGENT)
"""Roles whose tokens open something else."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller and what proves it; ``about`` is what its form token is made for.

    ``by_itself`` is true for what a browser sends along without being told to: a request of another site's
    page would have it too.
    """

    caller: Caller
    about: str = ""
    by_itself: bool = False
    session: LoginSession | None = None


class Identities:
    """Finds out who makes requests."""

    def __init__(self, services: AccessServices, own_host: str) -> None:
        """Take the services that verify credentials, and the name or address on which we listen."""
        self.services = services
        self._own_host = own_host
        self.signer = SessionSigner(services.key)
        self.passwords = PasswordChecks(services.web_config) if services.web_config else None

    async def find(self, scope: Scope, headers: Headers, peer: Peer) -> Identity | None:
        """Return the identity behind a request, ``None`` without one.

        Raises ``AccessRefusedError`` for a wrong credential.
        """
        # First, because a proxy that asks for a password itself may pass that on as well.
        found = self._of_proxy(headers, peer)
        if found is None and (token := bearer(headers)):
            return self._of_token(token, scope, headers)
        if found is None and "authorization" in headers:
            found = await self._of_password(headers, peer)
        found = found or self._of_session(headers, peer) or self._shown(scope)
        if found is None:
            return None
        return replace(found, caller=replace(found.caller, form_token=self.signer.form_token(found.about)))

    def role(self, user: str) -> Role:
        """Return what a user may do."""
        return Role.OPERATOR if user in self.services.operators else Role.VIEWER

    def session(self, headers: Headers, *, secure: bool) -> LoginSession | None:
        """Return the session of a request, ``None`` without one that is in force."""
        cookie = cookies_of(headers).get(cookie_name(SESSION, secure=secure), "")
        web_config = self.services.web_config
        if not cookie or web_config is None:
            return None
        session = self.signer.read(cookie, web_config.config.users, self.services.now())
        return None if session is None or self.services.ended.has(session.id) else session

    def _of_token(self, token: str, scope: Scope, headers: Headers) -> Identity:
        services = self.services
        if services.is_local(token):
            peer, server = scope.get("client") or ("", 0), scope.get("server") or ("", 0)
            if problem := refusal(peer[0], server[1], headers, own_host=self._own_host):
                raise refusals.forbidden(problem)
            return Identity(LOCAL)
        found = services.tokens.find(digest_of(token))
        if found is None or found.role in _ELSEWHERE:
            raise self._unauthorized(refusals.WRONG_TOKEN, headers)
        return Identity(Caller(found.name, Role(found.role.value), found.matchers))

    async def _of_password(self, headers: Headers, peer: Peer) -> Identity:
        given = basic(headers)
        if given is None or self.passwords is None or not self.services.has_passwords:
            raise self._unauthorized(refusals.NOT_LOGGED_IN, headers)
        name, password = given
        result = await self.passwords.check(name, password, peer.address)
        if result.retry_after:
            raise refusals.slow_down(result.retry_after)
        if not result.right:
            raise self._unauthorized(refusals.WRONG_PASSWORD, headers)
        return Identity(Caller(name, self.role(name)), f"password\n{name}", by_itself=True)

    def _of_session(self, headers: Headers, peer: Peer) -> Identity | None:
        session = self.session(headers, secure=peer.secure)
        if session is None:
            return None
        caller = Caller(session.user, self.role(session.user), has_session=True)
        return Identity(caller, f"session\n{session.id}", by_itself=True, session=session)

    def _of_proxy(self, headers: Headers, peer: Peer) -> Identity | None:
        named = self.services.user_header
        given = headers.getlist(named) if named else []
        if given and (not peer.by_proxy or len(given) > 1):
            raise refusals.forbidden(refusals.FOREIGN_HEADER)
        user = given[0].strip() if given else ""
        if len(user) > _LONGEST_NAME or not user.isprintable():
            raise refusals.forbidden(refusals.FOREIGN_HEADER)
        return Identity(Caller(user, self.role(user)), f"proxy\n{user}", by_itself=True) if user else None

    def _shown(self, scope: Scope) -> Identity | None:
        """Return whose certificate the connection has shown."""
        user = scope.get("state", {}).get(CERTIFICATE, "")
        if not user:
            return None
        return Identity(Caller(user, self.role(user)), f"certificate\n{user}", by_itself=True)

    def _unauthorized(self, problem: str, headers: Headers) -> refusals.AccessRefusedError:
        return refusals.unauthorized(problem, headers, passwords=self.services.has_passwords)

"""Log people in and out: what the login page asks for, and the session cookies; knows no HTML."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from monitor.logs import event
from monitor.web.access.cookies import LOGIN as LOGIN_COOKIE
from monitor.web.access.cookies import SESSION, cookie_name, cookies_of, written
from monitor.web.access.identity import Identities
from monitor.web.access.peers import Peer, peer_of
from monitor.web.access.sessions import LASTS
from monitor.web.paths import LOGIN, LOGOUT

log = logging.getLogger(__name__)

_LONGEST_NEXT = 2000
_OPEN_FOR = 3600
"""Seconds for which the login page may stay open."""


@dataclass(frozen=True, slots=True)
class LoginForm:
    """What the login page needs: the token of its form, and the header that sets its cookie."""

    form_token: str
    cookie: str


@dataclass(frozen=True, slots=True)
class LoginResult:
    """What became of a login: the header that sets the session's cookie, or why there is none.

    ``stale`` is true where the form was not ours or too old, ``retry_after`` is above 0, in seconds, where
    the password was not checked.
    """

    cookie: str = ""
    stale: bool = False
    retry_after: int = 0


class LoginService:
    """Makes sessions of names and passwords."""

    def __init__(self, identities: Identities) -> None:
        """Take the services that verify names and passwords."""
        self._services = identities.services
        self._identities = identities

    @property
    def is_open(self) -> bool:
        """Return whether anybody can log in with a password."""
        return self._services.has_passwords

    def form(self, scope: Scope) -> LoginForm:
        """Return what a new login page needs."""
        nonce = secrets.token_urlsafe(18)
        peer = self._peer(scope)
        cookie = written(LOGIN_COOKIE, nonce, secure=peer.secure, seconds=_OPEN_FOR)
        return LoginForm(self._identities.signer.form_token(f"login\n{nonce}"), cookie)

    async def log_in(self, scope: Scope, user: str, password: str, form_token: str) -> LoginResult:
        """Return the result of a login with name and password; an earlier session is not reused."""
        peer, passwords = self._peer(scope), self._identities.passwords
        nonce = self._cookies(scope).get(cookie_name(LOGIN_COOKIE, secure=peer.secure), "")
        if not nonce or not self._identities.signer.is_form_token(form_token, f"login\n{nonce}"):
            return LoginResult(stale=True)
        if passwords is None or self._services.web_config is None:
            return LoginResult()
        result = await passwords.check(user, password, peer.address)
        hashed = self._services.web_config.config.users.get(user)
        if not result.right or hashed is None:
            return LoginResult(retry_after=result.retry_after)
        session = self._identities.signer.begin(user, hashed, self._services.now())
        event(log, "logged in", user=user, peer=peer.address)
        value, seconds = self._identities.signer.written(session), int(LASTS.total_seconds())
        return LoginResult(written(SESSION, value, secure=peer.secure, seconds=seconds))

    async def log_out(self, scope: Scope) -> str:
        """End the session of a request; return the header that removes its cookie."""
        peer = self._peer(scope)
        session = self._identities.session(Headers(scope=scope), secure=peer.secure)
        if session is not None:
            await self._services.ended.end(session.id, session.expires_at)
            event(log, "logged out", user=session.user, peer=peer.address)
        return written(SESSION, "", secure=peer.secure, seconds=0)

    def _peer(self, scope: Scope) -> Peer:
        return peer_of(scope, Headers(scope=scope), self._services.proxies)

    @staticmethod
    def _cookies(scope: Scope) -> Mapping[str, str]:
        return cookies_of(Headers(scope=scope))


def local_path(text: str) -> str:
    """Return where to go after a login: a path of ours, the first page for anything else.

    Browsers take a backslash for a slash, leave out tabs and line ends, and go to another host after two.
    """
    if not text.startswith("/") or text[1:2] in ("/", "\\") or len(text) > _LONGEST_NEXT:
        return "/"
    if not text.isascii() or not text.isprintable() or "\\" in text:
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path in (LOGIN, LOGOUT):
        return "/"
    return text

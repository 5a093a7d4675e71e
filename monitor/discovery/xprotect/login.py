"""Get and renew the token of a site; a refused password is not sent a second time.

The password is sent only to the address from ``gateway``, over the verified connections of ``client``.
Nothing here may log, and no exception may contain the password or the token.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.client import Bounds, Client
from monitor.discovery.xprotect.exchanges import OnExchange, ignored
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.discovery.xprotect.gateway import Gateway
from monitor.discovery.xprotect.memory import SiteMemory
from monitor.discovery.xprotect.settings import XProtectSiteSettings
from monitor.discovery.xprotect.windows import windows_exchange
from monitor.http.request import FetchResponse
from monitor.model import Clock, FailureReason, Message
from monitor.network.resolve import NameLookup
from monitor.secrets import Secret, SecretUnavailableError
from monitor.threads import ThreadPool

CLIENT_ID = "GrantValidatorClient"

_SPARE = 30.0
_REFUSALS = {"invalid_grant", "invalid_client", "unauthorized_client", "access_denied"}


@dataclass(slots=True)
class Token:
    """One token; ``worked`` is true once the site accepted it, ``expires_at`` in monotonic seconds."""

    secret: Secret
    expires_at: float | None
    worked: bool = False


@dataclass(frozen=True, slots=True)
class Services:
    """The services that queries of a site need."""

    resolver: NameLookup
    context: ssl.SSLContext
    clock: Clock
    pool: ThreadPool
    request_timeout: float = 30.0
    on_exchange: OnExchange = ignored


class Login:
    """The login at one site during one refresh."""

    def __init__(
        self, settings: XProtectSiteSettings, gateway: Gateway, services: Services, memory: SiteMemory
    ) -> None:
        """Prepare without sending anything."""
        self._settings = settings
        self._gateway = gateway
        self._services = services
        self._memory = memory
        self._lock = asyncio.Lock()
        self._token: Token | None = None

    async def token(self) -> Token:
        """Return a valid token; raise ``SiteRequestError`` when the login fails."""
        async with self._lock:
            if self._token is None or self._ended(self._token):
                self._token = await self._asked()
            return self._token

    async def renew(self, rejected: Token) -> Token:
        """Return a new token instead of one that the site rejected.

        A token that never worked is not replaced: another would be rejected too, and each costs a login.
        """
        if not rejected.worked:
            location = self._settings.origin.where
            said = texts.own_token_refused(server=location)
            raise SiteRequestError(FailureReason.UNAUTHORIZED, said, location, whole=True)
        async with self._lock:
            if self._token is None or self._token is rejected:
                self._token = await self._asked()
            return self._token

    def _ended(self, token: Token) -> bool:
        return token.expires_at is not None and self._services.clock.monotonic() >= token.expires_at

    async def _asked(self) -> Token:
        secret = await self._secret()
        known = self._fingerprint()
        if self._memory.refused(known, secret):
            raise self._refused(texts.login_paused)
        async with self._client() as client:
            reply = await self._exchange(client, secret)
        if self._is_refusal(reply):
            self._memory.refuse(known, secret)
            raise self._refused(texts.login_refused)
        return self._read(reply)

    async def _secret(self) -> Secret:
        try:
            return await self._services.pool.run(self._settings.password.resolve)
        except SecretUnavailableError as error:
            raise SiteRequestError(
                FailureReason.UNREADABLE, error.message, self._settings.origin.where, whole=True
            ) from None

    def _fingerprint(self) -> str:
        """Return a text that identifies the login without its secret."""
        settings = self._settings
        where = f"{self._gateway.identity.where}{self._gateway.token_path}"
        return f"{settings.login}\0{settings.username}\0{where}"

    def _client(self) -> Client:
        services = self._services
        return Client(
            self._gateway.identity,
            services.context,
            services.resolver,
            Bounds(services.request_timeout, connections=1, max_bytes=1024 * 1024),
            services.on_exchange,
        )

    async def _exchange(self, client: Client, secret: Secret) -> FetchResponse:
        path, user = self._gateway.token_path, self._settings.username
        if self._settings.login == "windows":
            form = {"grant_type": "windows_credentials", "client_id": CLIENT_ID}
            return await windows_exchange(client, path, form, (user, secret), self._services.pool)
        form = {
            "grant_type": "password",
            "username": user,
            "password": secret.reveal(),
            "client_id": CLIENT_ID,
        }
        return await client.post(path, form)

    def _is_refusal(self, reply: FetchResponse) -> bool:
        if reply.status in (401, 403):
            return True
        said = reply.json() if reply.status == 400 else None
        return isinstance(said, dict) and said.get("error") in _REFUSALS

    def _refused(self, kind: Callable[..., Message]) -> SiteRequestError:
        settings = self._settings
        other = "windows" if settings.login == "basic" else "basic"
        server, secret = self._gateway.identity.where, settings.password.message
        said = kind(server=server, login=settings.login, secret=secret, other=other)
        return SiteRequestError(FailureReason.UNAUTHORIZED, said, settings.origin.where, whole=True)

    def _read(self, reply: FetchResponse) -> Token:
        said = reply.json()
        given = said.get("access_token") if isinstance(said, dict) else None
        location = self._gateway.identity.where
        if reply.status != 200:
            path = self._gateway.token_path
            message = texts.login_status(server=location, path=path, status=reply.status)
            reason = FailureReason.UNAUTHORIZED if 300 <= reply.status < 500 else FailureReason.BAD_ANSWER
            raise SiteRequestError(reason, message, location, whole=True)
        if not isinstance(given, str) or not given.isascii() or not given.isprintable() or not given:
            raise SiteRequestError(
                FailureReason.BAD_ANSWER, texts.no_token(server=location), location, whole=True
            )
        return Token(Secret(given), self._end(said.get("expires_in")))

    def _end(self, seconds: object) -> float | None:
        """Return when to renew a token: shortly before it expires, ``None`` if its lifetime is unknown."""
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 10**9:
            return None
        return self._services.clock.monotonic() + max(seconds - _SPARE, seconds / 2)

"""Fetch access tokens from a token server, and keep the last one until shortly before it expires."""

import asyncio
import ssl
from datetime import timedelta

from monitor.clock import SystemClock
from monitor.delivery.email.relay.access_token import RelayToken, TokenError, TokenSettings, read_token
from monitor.http.policy import EVERYWHERE
from monitor.http.request import KIB, FetchError, FetchRequest, FetchResponse
from monitor.messages import english
from monitor.model import Clock
from monitor.network.client_tls import system_context
from monitor.network.resolve import PoolResolver
from monitor.parse.display import display
from monitor.secrets import Secret, SecretUnavailableError
from monitor.threads import ThreadPool

_LARGEST_ANSWER = 64 * KIB
_EARLY = timedelta(minutes=2)


class TokenSource:
    """The access token of one client: one request at a time, and one token for all logins."""

    def __init__(self, settings: TokenSettings, pool: ThreadPool, clock: Clock | None = None) -> None:
        """Prepare without connecting; lookups and reads of files run on ``pool``."""
        self._settings = settings
        self._pool = pool
        # Not the wall clock, which may be set.
        self._clock = clock or SystemClock()
        self._one_at_a_time = asyncio.Lock()
        self._kept: RelayToken | None = None
        self._kept_until = 0.0

    async def token(self) -> tuple[Secret, bool]:
        """Return a token, and whether it was fetched before; raise ``TokenError`` when there is none."""
        async with self._one_at_a_time:
            if self._kept is not None and self._clock.monotonic() < self._kept_until:
                return self._kept.secret, True
            new = await self._fetch()
            early = min(_EARLY, new.life / 10)
            self._kept, self._kept_until = new, self._clock.monotonic() + (new.life - early).total_seconds()
            return new.secret, False

    def forget(self, token: Secret) -> None:
        """Fetch another token next time: a relay refused this one, which may have been revoked."""
        if self._kept is not None and self._kept.secret == token:
            self._kept = None

    async def _fetch(self) -> RelayToken:
        settings = self._settings
        try:
            secret = await self._pool.run(settings.secret)
            tls = await self._pool.run(system_context, settings.ca)
        except SecretUnavailableError as error:
            raise TokenError(f"{error}: check email.oauth2") from None
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise TokenError(
                f"cannot read {settings.ca} ({display(why, 200)}): check email.oauth2.ca"
            ) from None
        return read_token(await self._answer(secret, tls), settings, secret)

    async def _answer(self, secret: Secret, tls: ssl.SSLContext) -> FetchResponse:
        # The HTTP library takes half a second to load, and most relays need no token.
        from monitor.http.fetch import Fetcher  # noqa: PLC0415

        settings = self._settings
        scope = {"scope": settings.scope} if settings.scope else {}
        request = FetchRequest(
            settings.url,
            headers={"Accept": "application/json"},
            max_bytes=_LARGEST_ANSWER,
            timeout=settings.timeout.total_seconds(),
            verbatim=True,
        ).with_form(
            {
                "grant_type": "client_credentials",
                "client_id": settings.client_id,
                "client_secret": secret.reveal(),
                **scope,
            }
        )
        try:
            return await Fetcher(PoolResolver(self._pool), EVERYWHERE, tls).fetch(request)
        except FetchError as error:
            said = english(self._clock.now()).write(error.message)
            raise TokenError(f"{said}: check email.oauth2, and whether this machine may reach it") from None

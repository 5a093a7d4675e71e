"""Access to the web: its users, tokens and sessions, kept up to date while the daemon runs."""

import hmac
from collections.abc import Callable
from logging import getLogger

from monitor.config import Config
from monitor.daemon.web.access_tokens import AccessTokens
from monitor.daemon.web.ended_sessions import EndedSessions
from monitor.model import Clock
from monitor.store import Store
from monitor.threads import ThreadPool
from monitor.web import AccessServices
from monitor.web_config import WatchedWebConfig, WebConfig

log = getLogger(__name__)

_PURPOSE = b"sessions of the web\n"


class WebAccess:
    """Who may see and do what over the web."""

    def __init__(self, web_config: WatchedWebConfig | None, store: Store, clock: Clock) -> None:
        """Take the file with users and TLS, if there is one, and where tokens are recorded."""
        self.web_config = web_config
        self.tokens = AccessTokens(store, clock)
        self._ended = EndedSessions(store, clock)
        self._clock = clock
        self._pool = ThreadPool("web configuration", 1)

    def file(self) -> WebConfig | None:
        """Return the web configuration file in force, ``None`` without one."""
        return self.web_config.config if self.web_config else None

    @property
    def problem(self) -> str:
        """Return why a changed web configuration file is not in force, empty for none."""
        return self.web_config.problem if self.web_config else ""

    async def resume(self) -> None:
        """Read what is recorded, before anybody can ask."""
        await self.tokens.resume()
        await self._ended.resume()
        if self.web_config is not None and self.web_config.config.http2:
            path = self.web_config.config.path
            log.info("%s: http_server_config.http2 is ignored: we speak HTTP/1.1", path)

    async def round(self) -> None:
        """Take up what has changed in the files, and record what tokens were used."""
        if self.web_config is not None:
            await self._pool.run(self.web_config.refresh)
        await self.tokens.save()

    def services(self, config: Config, is_local: Callable[[str], bool], key: bytes) -> AccessServices:
        """Return what access control asks; sessions are signed with a key that is derived from ``key``."""
        proxy = config.web.proxy
        return AccessServices(
            is_local=is_local,
            tokens=self.tokens,
            ended=self._ended,
            now=self._clock.now,
            key=hmac.digest(key, _PURPOSE, "sha256"),
            web_config=self.web_config,
            operators=frozenset(config.web.operators),
            proxies=frozenset(proxy.peers if proxy else ()),
            user_header=(proxy.user_header or "").lower() if proxy else "",
        )

"""Check names and passwords: two at once, right ones remembered for a while, wrong ones slowed down."""

import hmac
import logging
import math
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from monitor.logs import event
from monitor.threads import ThreadPool
from monitor.web.access.limits import FailureLimits
from monitor.web_config import WatchedWebConfig

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Checks at the same time: each takes a core for a quarter of a second, and probes need the others."""
_MOST_WAITING = 16
_BUSY_SECONDS = 2
_REMEMBERED_FOR = 300.0
_MOST_REMEMBERED = 200
_LONGEST = 1024


@dataclass(frozen=True, slots=True)
class PasswordResult:
    """Whether a password is right; ``retry_after`` is above 0, in seconds, where it was not checked."""

    right: bool
    retry_after: int = 0


class PasswordChecks:
    """Checks passwords of the users in the web configuration."""

    def __init__(self, web_config: WatchedWebConfig, clock: Callable[[], float] = monotonic) -> None:
        """Take the file with the users, and a monotonic clock."""
        self._web_config = web_config
        self._clock = clock
        self._limits = FailureLimits(clock)
        self._pool = ThreadPool("passwords", AT_ONCE)
        self._waiting = 0
        # Kept in memory alone and gone with it, so that no copy of a password can be found by trying.
        self._key = secrets.token_bytes(32)
        self._remembered: OrderedDict[bytes, float] = OrderedDict()

    async def check(self, name: str, password: str, peer: str) -> PasswordResult:
        """Return whether a name has a password, at once for one that was right before."""
        if wait := self._limits.wait(peer, name):
            return PasswordResult(False, math.ceil(wait))
        mark = self._mark(name, password)
        if self._is_remembered(mark):
            self._limits.begin(peer, name)
            self._limits.succeeded(peer, name)
            return PasswordResult(True)
        if self._waiting >= _MOST_WAITING:
            return PasswordResult(False, _BUSY_SECONDS)
        self._limits.begin(peer, name)
        right = await self._compare(name, password)
        if right:
            self._limits.succeeded(peer, name)
            self._remember(mark)
        else:
            self._report(name, peer)
        return PasswordResult(right)

    async def _compare(self, name: str, password: str) -> bool:
        self._waiting += 1
        try:
            return await self._pool.run(self._web_config.passwords.is_right, name, password[:_LONGEST])
        finally:
            self._waiting -= 1

    def _mark(self, name: str, password: str) -> bytes:
        """Return the cache key of a password and its hash; a new hash makes another key."""
        known = self._web_config.config.users.get(name, "")
        parts = (name, password, known)
        said = b"".join(
            len(one).to_bytes(4, "big") + one for one in (p.encode("utf-8", "replace") for p in parts)
        )
        return hmac.digest(self._key, said, "sha256")

    def _is_remembered(self, mark: bytes) -> bool:
        at = self._remembered.get(mark)
        return at is not None and self._clock() - at < _REMEMBERED_FOR

    def _remember(self, mark: bytes) -> None:
        self._remembered[mark] = self._clock()
        self._remembered.move_to_end(mark)
        while len(self._remembered) > _MOST_REMEMBERED:
            self._remembered.popitem(last=False)

    def _report(self, name: str, peer: str) -> None:
        # A name that nobody has may be a password that was typed into the wrong field.
        known = name if name in self._web_config.config.users else "(unknown)"
        event(log, "login failed", level=logging.WARNING, user=known, peer=peer)

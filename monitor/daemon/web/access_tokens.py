"""The tokens of programs: in memory for each request, and in the store for the next start."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from logging import getLogger

from monitor.logs import event
from monitor.model import AccessToken, Clock, Matcher, TokenRole
from monitor.store import Store
from monitor.web import NewToken, TokenRefusedError, digest_of, new_token

log = getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", re.ASCII)
_NOT_OF_TARGETS = ("check", "level")


class AccessTokens:
    """The tokens in force; see ``monitor.web.TokenAdmin``."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Take the store and the clock; ``resume`` reads what is recorded."""
        self._store = store
        self._clock = clock
        self._by_name: dict[str, AccessToken] = {}
        self._by_digest: dict[str, AccessToken] = {}
        self._used: dict[str, datetime] = {}

    async def resume(self) -> None:
        """Read the recorded tokens, and forget what another center has revoked."""
        recorded = await self._store.access_tokens()
        self._by_name = {one.name: one for one in recorded}
        self._by_digest = {one.digest: one for one in recorded}

    def find(self, digest: str) -> AccessToken | None:
        """Return the token with a digest, ``None`` where there is none or it has expired; notes its use."""
        found, now = self._by_digest.get(digest), self._clock.now()
        if found is None or not found.valid(now):
            return None
        hour = now.replace(minute=0, second=0, microsecond=0)
        if found.last_used_at != hour:
            self._used[found.name] = hour
        return found

    def listed(self) -> Sequence[AccessToken]:
        """Return all tokens by name, expired ones too."""
        return [self._by_name[name] for name in sorted(self._by_name)]

    async def create(
        self,
        name: str,
        role: TokenRole,
        matchers: Sequence[Matcher],
        *,
        expires_at: datetime | None,
        by: str,
    ) -> NewToken:
        """Return a new token, whose text nobody can read again; raise ``TokenRefusedError``."""
        self._check(name, role, matchers)
        text, now = new_token(), self._clock.now()
        made = AccessToken(name, digest_of(text), role, tuple(matchers), now, by, expires_at)
        if not made.valid(now):
            raise TokenRefusedError("the token would have expired already")
        await self._store.put_access_tokens((made,))
        self._keep(made)
        event(log, "token created", token=name, role=role.value, by=by, until=expires_at)
        return NewToken(text, made)

    async def revoke(self, name: str, *, by: str) -> bool:
        """Revoke a token; return whether there was one. It stays in force where that cannot be recorded."""
        if name not in self._by_name:
            return False
        await self._store.remove_access_token(name)
        if found := self._by_name.pop(name, None):
            self._by_digest.pop(found.digest, None)
        self._used.pop(name, None)
        event(log, "token revoked", token=name, by=by)
        return True

    async def save(self) -> None:
        """Record when tokens were used last, to the hour."""
        if self._store.stands_in:
            return
        used, self._used = self._used, {}
        changed = [
            replace(self._by_name[name], last_used_at=at)
            for name, at in used.items()
            if name in self._by_name
        ]
        for one in changed:
            self._keep(one)
        if changed:
            await self._store.put_access_tokens(changed)

    def _check(self, name: str, role: TokenRole, matchers: Sequence[Matcher]) -> None:
        if not _NAME.fullmatch(name) or name == "local":
            raise TokenRefusedError(
                f"{name!r} is no name of a token: letters, digits, '.', '_' and '-', such as grafana"
            )
        if name in self._by_name:
            raise TokenRefusedError(f"there is a token {name!r} already; revoke it first")
        if role is TokenRole.OPERATOR and matchers:
            raise TokenRefusedError("a token with --match can only read: use --role viewer, or no --match")
        if wrong := [one.name for one in matchers if one.name in _NOT_OF_TARGETS]:
            raise TokenRefusedError(f"{wrong[0]} is no label of targets: it cannot limit what a token sees")

    def _keep(self, one: AccessToken) -> None:
        self._by_name[one.name] = self._by_digest[one.digest] = one

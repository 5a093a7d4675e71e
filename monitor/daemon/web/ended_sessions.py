"""The sessions that people ended by logging out, remembered over a restart until they would have expired."""

import json
from datetime import UTC, datetime

from monitor.model import Clock
from monitor.store import Store

_FACT = "ended_sessions"
_MOST = 1000


class EndedSessions:
    """Sessions that were ended; see ``monitor.web.EndedSessions``."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Take the store and the clock; ``resume`` reads what is recorded."""
        self._store = store
        self._clock = clock
        self._until: dict[str, datetime] = {}

    async def resume(self) -> None:
        """Read what is recorded."""
        said = json.loads(await self._store.fact(_FACT) or "{}")
        self._until = {name: datetime.fromtimestamp(at, UTC) for name, at in said.items()}

    def has(self, session_id: str) -> bool:
        """Return whether a session was ended."""
        return session_id in self._until

    async def end(self, session_id: str, expires_at: datetime) -> None:
        """End a session, at once and over a restart."""
        now = self._clock.now()
        kept = {name: at for name, at in self._until.items() if at > now}
        # Only people with a session end one, so that the bound is never met by strangers.
        self._until = dict(list(kept.items())[-_MOST + 1 :]) | {session_id: expires_at}
        said = {name: int(at.timestamp()) for name, at in self._until.items()}
        await self._store.set_facts({_FACT: json.dumps(said)})

"""What pages need of many targets, made in the background as soon as somebody reads a first one."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from monitor.model import Snapshot
from monitor.threads import ThreadPool

Prepare = Callable[[Snapshot, datetime], object]
"""Makes something of everything that is watched, and keeps it; it runs on a thread."""
_MANY = 5000
_log = logging.getLogger(__name__)


class Preparation:
    """Prepares once, one thing after the other.

    A monitor whose pages nobody reads is spared the memory: a third more at 100,000 targets.
    """

    def __init__(self) -> None:
        """Start with nothing to prepare."""
        self._pool = ThreadPool("pages-ahead", 1)
        self._prepares: list[Prepare] = []
        self._task: asyncio.Task[None] | None = None

    def add(self, prepares: Sequence[Prepare]) -> None:
        """Add what has to be prepared."""
        self._prepares += prepares

    def begin(self, snapshot: Snapshot, now: datetime) -> None:
        """Prepare, unless it was done or there are few targets."""
        if self._task is None and len(snapshot) >= _MANY:
            self._task = asyncio.create_task(self._run(snapshot, now), name="pages-ahead")

    async def _run(self, snapshot: Snapshot, now: datetime) -> None:
        for prepare in self._prepares:
            try:
                await self._pool.run(prepare, snapshot, now)
            except Exception:  # noqa: BLE001 - the page that needs it makes it itself, and fails for its reader
                _log.exception("preparing pages failed")

"""Keep the lists of discovered targets fresh; a list that cannot be had stays as it last was."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import Clock, Failure, Found
from monitor.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold one discovered endpoint and when it was last in the list."""

    found: Found
    seen_at: datetime


class Discovery(Protocol):
    """Find targets; one configured entry."""

    id: str
    refresh: timedelta
    grace: timedelta

    async def discover(self) -> tuple[Sequence[Found], Sequence[Failure]]:
        """Return what is there now, and what could not be asked."""
        ...


def merged(
    kept: Sequence[Kept], found: Sequence[Found], *, now: datetime, grace: timedelta, complete: bool
) -> tuple[Kept, ...]:
    """Return the list after a refresh: what is there now, and what vanished less than ``grace`` ago.

    An incomplete answer takes nothing away and starts no grace period.
    """
    fresh = {entry.address: Kept(entry, now) for entry in found}
    older = [entry for entry in kept if entry.found.address not in fresh]
    if complete:
        older = [entry for entry in older if now - entry.seen_at <= grace]
    else:
        older = [replace(entry, seen_at=now) for entry in older]
    return (*fresh.values(), *older)


class Discoveries:
    """Hold the last good list of every configured discovery."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Start with no discovery."""
        self._store = store
        self._clock = clock
        self._kept: dict[str, tuple[Kept, ...]] = {}
        self._complaints: dict[str, str] = {}

    def found(self) -> Mapping[str, Sequence[Found]]:
        """Return what is watched now for each discovery id."""
        return {name: [entry.found for entry in kept] for name, kept in self._kept.items()}

    async def resume(self, ids: Sequence[str]) -> None:
        """Bring back the recorded lists of these discoveries and drop all others."""
        self._kept = {name: self._kept.get(name) or await self._recorded(name) for name in ids}

    async def refresh(self, discovery: Discovery, changed: Callable[[], None]) -> None:
        """Ask one discovery again, record its list and call ``changed`` when other targets result."""
        found, failures = await discovery.discover()
        self._complain(discovery.id, failures)
        before = self._kept.get(discovery.id, ())
        now = self._clock.now()
        after = merged(before, found, now=now, grace=discovery.grace, complete=not failures)
        self._kept[discovery.id] = after
        if found or not failures:
            await self._store.save_discovered(discovery.id, _dumped(after), now)
        if [entry.found for entry in before] != [entry.found for entry in after]:
            changed()

    async def _recorded(self, name: str) -> tuple[Kept, ...]:
        recorded = await self._store.discovered(name)
        return _loaded(recorded[0]) if recorded else ()

    def _complain(self, name: str, failures: Sequence[Failure]) -> None:
        sentence = "; ".join(f"{failure.reason}: {failure.detail}" for failure in failures)
        if sentence and sentence != self._complaints.get(name):
            log.warning("discovery %s: %s; its last good list stays", name, sentence)
        self._complaints[name] = sentence


def _dumped(kept: Sequence[Kept]) -> str:
    return json.dumps(
        [
            {
                "address": entry.found.address,
                "server_name": entry.found.server_name,
                "labels": entry.found.labels,
                "title": entry.found.title,
                "seen_at": entry.seen_at.isoformat(),
            }
            for entry in kept
        ]
    )


def _loaded(text: str) -> tuple[Kept, ...]:
    return tuple(
        Kept(
            Found(
                item["address"],
                item["server_name"],
                tuple((name, value) for name, value in item["labels"]),
                item["title"],
            ),
            datetime.fromisoformat(item["seen_at"]),
        )
        for item in json.loads(text)
    )

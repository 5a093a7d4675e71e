"""The lists of discovered targets; one that cannot be fetched stays as it last was."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor.discovery import MOST_TARGETS, Discovery, DiscoveryResult
from monitor.messages import english, failure_line
from monitor.metrics import OwnMetrics
from monitor.model import Clock, DiscoveredTarget, DiscoveryState, TargetTraits
from monitor.store import Store
from monitor.threads import ThreadPool

log = logging.getLogger(__name__)

_FIELDS = tuple(field.name for field in fields(DiscoveredTarget))
_TRAITS = tuple(field.name for field in fields(TargetTraits))
_LATER = {
    field.name: field.default
    for field in fields(DiscoveredTarget)
    if field.name in ("kind", "keys", "account", "product_version")
}
SAVE_EVERY = timedelta(minutes=10)
"""How old the recorded list may become while nothing in it changes."""


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """One discovered target and when it was last in the list."""

    found: DiscoveredTarget
    seen_at: datetime


def merge_targets(
    kept: Sequence[ListedTarget],
    found: Sequence[DiscoveredTarget],
    *,
    now: datetime,
    grace: timedelta,
    complete: bool,
) -> tuple[ListedTarget, ...]:
    """Return the list after a refresh: what is there now, and what vanished less than ``grace`` ago.

    An incomplete answer takes nothing away and starts no grace period.
    """
    fresh = {_key(entry): ListedTarget(entry, now) for entry in found}
    older = {_key(entry.found): entry for entry in kept}
    if complete:
        older = {key: entry for key, entry in older.items() if now - entry.seen_at <= grace}
    else:
        older = {key: replace(entry, seen_at=now) for key, entry in older.items()}
    merged = older | fresh
    return tuple([merged[key] for key in sorted(merged)])


def bounded(
    entries: Sequence[ListedTarget], kept: Sequence[ListedTarget], most: int
) -> tuple[ListedTarget, ...]:
    """Return at most so many entries in their order; those that were kept before come first."""
    if len(entries) <= most:
        return tuple(entries)
    before = {_key(entry.found) for entry in kept}
    ranked = sorted(entries, key=lambda entry: _key(entry.found) not in before)
    return tuple(sorted(ranked[: max(most, 0)], key=lambda entry: _key(entry.found)))


def _key(found: DiscoveredTarget) -> str:
    # One text: sorting 200,000 tuples takes five times as long, and no other thread runs meanwhile.
    return f"{found.kind}\0{found.address}\0{found.server_name}"


_Merged = tuple[tuple[ListedTarget, ...], tuple[ListedTarget, ...], int]
"""A list before and after an answer, and how many of its targets found no room."""


class _RecordedList(NamedTuple):
    """A list as it is recorded, when it was fetched, and whether its targets are those of before."""

    kept: tuple[ListedTarget, ...]
    succeeded_at: datetime | None
    same: bool


class Discoveries:
    """The last good list of every configured discovery."""

    def __init__(self, store: Store, clock: Clock, most: int = MOST_TARGETS) -> None:
        """Start with no discovery; ``most`` is how many targets all of them may bring."""
        self._store = store
        self._clock = clock
        self._most = most
        # One at a time: what one brings is room that another does not have.
        self._merging = asyncio.Lock()
        self._threads = ThreadPool("target lists", 1)
        self._kept: dict[str, tuple[ListedTarget, ...]] = {}
        self._states: dict[str, DiscoveryState] = {}
        self._said: dict[str, str] = {}
        self._saved_at: dict[str, datetime] = {}

    @property
    def states(self) -> Mapping[str, DiscoveryState]:
        """Return the state of every discovery; a new mapping at each call."""
        return dict(self._states)

    def found(self) -> Mapping[str, Sequence[DiscoveredTarget]]:
        """Return the targets that are watched now by discovery id."""
        return {name: _targets(kept) for name, kept in self._kept.items()}

    async def resume(self, ids: Sequence[str]) -> None:
        """Load the recorded lists of those of these discoveries that are not loaded yet."""
        await self.reread([name for name in ids if name not in self._states])

    def inherit(self, other: "Discoveries") -> None:
        """Take the lists of an earlier part of this process; the database that has them cannot be used."""
        self._kept, self._states = dict(other._kept), dict(other._states)  # noqa: SLF001 - of the same class

    async def reread(self, ids: Sequence[str]) -> bool:
        """Load the recorded lists of these discoveries anew, which another center may have written.

        Return whether other targets result.
        """
        recorded = {name: await self._recorded(name) for name in ids}
        for name, one in recorded.items():
            self._kept[name] = one.kept
            self._states[name] = DiscoveryState(name, found=len(one.kept), succeeded_at=one.succeeded_at)
        return not all(one.same for one in recorded.values())

    def keep_only(self, ids: Sequence[str]) -> None:
        """Drop the lists of all other discoveries, and the answers to them that still arrive."""
        self._kept = {name: kept for name, kept in self._kept.items() if name in ids}
        self._states = {name: state for name, state in self._states.items() if name in ids}
        self._saved_at = {name: at for name, at in self._saved_at.items() if name in ids}

    async def refresh(self, discovery: Discovery, metrics: OwnMetrics, changed: Callable[[], None]) -> None:
        """Refresh one list, call ``changed`` when other targets result, and record it."""
        answer = await discovery.discover()
        async with self._merging:
            merged = await self._merged(discovery, answer)
        if merged is None:
            return
        before, after, left_out = merged
        now = self._clock.now()
        self._note(discovery, answer, (len(after), left_out), metrics)
        # Before anything that may fail or be cancelled: at the next refresh it is no change any more.
        same = _targets(before) == _targets(after)
        if not same:
            changed()
        if (answer.found or not answer.failures) and not (same and self._saved_lately(discovery.id, now)):
            # An answer in part is recorded too, and is no success; only a first one has no other date.
            had_at = self._states[discovery.id].succeeded_at or now
            await self._store.save_discovered(discovery.id, await self._threads.run(_dumped, after), had_at)
            self._saved_at[discovery.id] = now

    async def _merged(self, discovery: Discovery, answer: DiscoveryResult) -> _Merged | None:
        """Return the list before and after an answer, ``None`` for a discovery that is no longer configured.

        It runs on a thread, since two hundred thousand entries take seconds.
        """
        name, before = discovery.id, self._kept.get(discovery.id, ())
        if name not in self._states:
            return None
        others = sum(len(kept) for other, kept in self._kept.items() if other != name)
        now, room = self._clock.now(), self._most - others

        def merge() -> _Merged:
            complete = _complete(answer, before)
            every = merge_targets(before, answer.found, now=now, grace=discovery.grace, complete=complete)
            after = bounded(every, before, room)
            return before, after, len(every) - len(after)

        merged = await self._threads.run(merge)
        if name not in self._states:
            return None
        self._kept[name] = merged[1]
        return merged

    def _saved_lately(self, name: str, now: datetime) -> bool:
        """Return whether an unchanged list was recorded lately: long lists are refreshed often."""
        saved_at = self._saved_at.get(name)
        return saved_at is not None and timedelta(0) <= now - saved_at < SAVE_EVERY

    def _note(
        self, discovery: Discovery, answer: DiscoveryResult, counted: tuple[int, int], metrics: OwnMetrics
    ) -> None:
        state = self._states.get(discovery.id, DiscoveryState(discovery.id))
        good = not answer.failures
        # Ten thousand devices take several refreshes to read: slow is not stale.
        self._states[discovery.id] = replace(
            state,
            target_id=discovery.target_id,
            found=counted[0],
            left_out=counted[1],
            asked_at=self._clock.now(),
            succeeded_at=self._clock.now() if good else state.succeeded_at,
            failed=0 if good else state.failed + (not discovery.unfinished),
            failures=answer.failures,
        )
        for failure in answer.failures:
            metrics.discovery_failed(discovery.id, failure.reason)
        self._say(discovery.id, answer)

    def _say(self, name: str, answer: DiscoveryResult) -> None:
        writer = english(self._clock.now())
        sentences = [failure_line(one, writer) for one in answer.failures] + [*answer.notes]
        text = "; ".join(sentences)
        if text and text != self._said.get(name):
            kept = "; its last good list stays" if answer.failures else ""
            log.log(
                logging.WARNING if answer.failures else logging.INFO, "discovery %s: %s%s", name, text, kept
            )
        self._said[name] = text

    async def _recorded(self, name: str) -> _RecordedList:
        """Return a recorded list; it is read on a thread, for the same reason."""
        before = self._kept.get(name, ())
        text, succeeded_at = await self._store.discovered(name) or ("[]", None)

        def load() -> _RecordedList:
            kept = _loaded(text, name)
            return _RecordedList(kept, succeeded_at, _targets(kept) == _targets(before))

        return await self._threads.run(load)


def _targets(kept: Sequence[ListedTarget]) -> list[DiscoveredTarget]:
    return [entry.found for entry in kept]


def _complete(answer: DiscoveryResult, before: Sequence[ListedTarget]) -> bool:
    """Return whether targets that the answer lacks have vanished.

    A list that has become empty as a whole is a login that lost its rights rather than a site that lost
    every server, unless the empty list was written on purpose.
    """
    return not answer.failures and bool(answer.found or not before or answer.certain)


def _dumped(kept: Sequence[ListedTarget]) -> str:
    # Entry by entry: the encoder would hold the interpreter for a second for all of them.
    return f"[{', '.join(json.dumps(_plain(entry)) for entry in kept)}]"


def _plain(entry: ListedTarget) -> dict[str, Any]:
    # asdict() copies deeply: seconds for a long list, and the loop waits.
    whole = {name: getattr(entry.found, name) for name in _FIELDS}
    for name, default in _LATER.items():  # versions before these fields refuse a record that has them
        if whole[name] == default:
            del whole[name]
    traits = {name: getattr(entry.found.traits, name) for name in _TRAITS}
    return whole | {"traits": traits, "seen_at": entry.seen_at.isoformat()}


def _loaded(text: str, name: str) -> tuple[ListedTarget, ...]:
    """Return a recorded list; one that another version wrote is never an error."""
    try:
        return tuple(_entry(item) for item in json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        log.warning("the stored list of %s cannot be read; it is stored again with the next answer", name)
        return ()


def _entry(item: dict[str, Any]) -> ListedTarget:
    whole = {key: item[key] for key in _FIELDS if key in item}
    traits = {key: value for key, value in whole.pop("traits", {}).items() if key in _TRAITS}
    traits = {key: tuple(value) if isinstance(value, list) else value for key, value in traits.items()}
    whole = {key: _frozen(value) if isinstance(value, list) else value for key, value in whole.items()}
    return ListedTarget(
        DiscoveredTarget(**whole, traits=TargetTraits(**traits)), datetime.fromisoformat(item["seen_at"])
    )


def _frozen(values: list[Any]) -> tuple[Any, ...]:
    return tuple(tuple(value) if isinstance(value, list) else value for value in values)

"""Read the HTTPS settings of every camera: one request each, few at once, cached between refreshes.

Settings are cached with the time of the device's last change, so that a refresh only requests changed ones. A
pass ends at its time budget; the next one continues from there.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.api import Api, Item, ResourceAbsentError, child_path, identifier
from monitor.discovery.xprotect.failures import SiteRequestError
from monitor.discovery.xprotect.resources import HARDWARE, HARDWARE_SETTINGS
from monitor.model import Clock, Failure, FailureReason

PER_SECOND = 20.0
AT_ONCE = 4
# A device's last change need not move when its driver's settings do.
READ_AGAIN_AFTER = timedelta(days=7)

_WANTED = frozenset({"httpsenabled", "httpsport", "httpsvalidatecertificate"})
_MOST_FAILURES = 20


class Devices:
    """The cached settings of devices; ``cache`` is plain JSON and is updated.

    ``cache`` maps the id of a device to ``{"modified", "read_at", "settings"}``.
    """

    def __init__(self, api: Api, cache: dict[str, Any], clock: Clock, per_second: float = PER_SECOND) -> None:
        """Prepare without sending anything."""
        self._api = api
        self._kept = cache
        self._clock = clock
        self._pause = 1 / per_second
        self._next = clock.monotonic()
        self._failures: list[SiteRequestError] = []

    async def refresh(self, devices: Sequence[Item], budget: float) -> tuple[Failure, ...]:
        """Read missing settings for at most ``budget`` seconds; return failures for those still missing."""
        due = list(self._due(devices))
        waiting = iter(due)
        try:
            async with asyncio.timeout(budget), asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(self._work(waiting))
        except TimeoutError:
            pass
        return self._missing(devices)

    def forget(self, devices: Sequence[Item]) -> None:
        """Remove cached settings of devices that are not in this complete list."""
        for key in set(self._kept) - {identifier(device) for device in devices}:
            del self._kept[key]

    def settings(self) -> dict[str, tuple[object, ...]]:
        """Return the settings of every device read so far, by device id."""
        return {key: tuple(entry["settings"]) for key, entry in self._kept.items()}

    def pending(self, devices: Sequence[Item]) -> int:
        """Return the number of devices that were never read."""
        return sum(identifier(device) not in self._kept for device in devices)

    def _due(self, devices: Sequence[Item]) -> Iterator[Item]:
        """Iterate over the devices to read, unknown ones first."""
        for known in (False, True):
            for device in devices:
                key = identifier(device)
                if key and (key in self._kept) is known and not (known and self._fresh(device, key)):
                    yield device

    def _fresh(self, device: Item, key: str) -> bool:
        entry = self._kept[key]
        try:
            age = self._clock.now() - datetime.fromisoformat(entry["read_at"])
            return bool(entry["modified"] == _modified(device) and age < READ_AGAIN_AFTER)
        except (KeyError, TypeError, ValueError):
            return False

    async def _work(self, waiting: Iterator[Item]) -> None:
        for device in waiting:
            if self._hopeless:
                return
            await self._pace()
            try:
                self._keep(device, await self._read(device))
            except SiteRequestError as error:
                self._failures.append(error)

    @property
    def _hopeless(self) -> bool:
        """Return whether further requests would fail too and only load the site's server."""
        last = self._failures[-1:]
        stop = {FailureReason.FORBIDDEN, FailureReason.UNAUTHORIZED}
        return len(self._failures) >= _MOST_FAILURES or any(
            error.whole or error.failure.reason in stop for error in last
        )

    async def _read(self, device: Item) -> list[Item]:
        try:
            return await self._api.children(HARDWARE_SETTINGS, child_path(HARDWARE, device))
        except ResourceAbsentError:
            return []

    def _keep(self, device: Item, items: list[Item]) -> None:
        self._kept[identifier(device)] = {
            "modified": _modified(device),
            "read_at": self._clock.now().isoformat(),
            "settings": [found for found in map(_wanted, items) if found],
        }

    async def _pace(self) -> None:
        now = self._clock.monotonic()
        start = max(now, self._next)
        self._next = start + self._pause
        if start > now:
            await asyncio.sleep(start - now)

    def _missing(self, devices: Sequence[Item]) -> tuple[Failure, ...]:
        if self._failures:
            worst = next((error for error in self._failures if error.whole), self._failures[-1])
            return (worst.failure,)
        pending = self.pending([device for device in devices if identifier(device)])
        if not pending:
            return ()
        done = len(devices) - pending
        said = texts.list_pending(list=HARDWARE_SETTINGS.title, done=done, devices=len(devices))
        return (Failure(FailureReason.TIMEOUT, said, HARDWARE_SETTINGS.path),)


def _modified(device: Item) -> str:
    found = device.get("lastModified")
    return found if isinstance(found, str) else ""


def _wanted(value: Any) -> Any:
    """Return a copy reduced to the HTTPS settings, in the same structure, to save memory."""
    if isinstance(value, dict):
        inner = {key: inner if key.lower() in _WANTED else _wanted(inner) for key, inner in value.items()}
        return {key: found for key, found in inner.items() if key.lower() in _WANTED or found}
    if isinstance(value, list):
        return [found for found in map(_wanted, value) if found]
    return None

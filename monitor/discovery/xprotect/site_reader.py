"""Ask one site for every list that the configuration includes; what cannot be had becomes failures and notes.

One list that is forbidden or broken must not cost the others.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Self

from monitor.discovery.xprotect.api import AbsentError, Api, Item, PartError, below, identifier
from monitor.discovery.xprotect.failures import AskError
from monitor.discovery.xprotect.resources import (
    CHILD_SITES,
    FAILOVER_GROUPS,
    FAILOVER_RECORDERS,
    HARDWARE,
    RECORDER_FAILOVERS,
    RECORDING_SERVERS,
    REGISTERED_SERVICES,
    SITES,
    Resource,
)
from monitor.model import Failure, FailureReason
from monitor.xprotect import Answers

_REFUSED = frozenset({FailureReason.FORBIDDEN, FailureReason.UNAUTHORIZED})
_MOST_ABSENT = 3


class SiteReader:
    """Read every list of one site for one refresh."""

    def __init__(self, api: Api, include: Sequence[str]) -> None:
        """Ask nothing yet."""
        self._api = api
        self._include = frozenset(include)
        self._lists: dict[str, list[Item]] = {}
        self._under: dict[str, dict[str, tuple[object, ...]]] = {}
        self.failures: list[Failure] = []
        self.notes: list[str] = []
        self.complete: set[str] = set()

    async def lists(self) -> None:
        """Read every list, not yet the settings of devices; raise ``AskError`` when all is in vain."""
        await self._read(SITES)
        if self._include & {"servers", "failover"}:
            await self._read(RECORDING_SERVERS)
        if self._include & {"servers", "services"}:
            await self._read(REGISTERED_SERVICES)
        if "failover" in self._include:
            await self._failover()
        if "child_sites" in self._include:
            await self._read(CHILD_SITES)
        if "cameras" in self._include:
            await self._read(HARDWARE)

    def of(self, resource: Resource) -> list[Item]:
        """Return what was read of a list."""
        return self._lists.get(resource.path, [])

    def answers(self, settings: Mapping[str, tuple[object, ...]], gateways: tuple[str, ...] = ()) -> Answers:
        """Return everything that was read; ``settings`` are those of devices."""
        devices = {identifier(device) for device in self.of(HARDWARE)}
        return Answers(
            sites=tuple(self.of(SITES)),
            recording_servers=tuple(self.of(RECORDING_SERVERS)),
            failover_groups=tuple(self.of(FAILOVER_GROUPS)),
            failover_recorders=tuple(self.of(FAILOVER_RECORDERS)),
            group_recorders=self._under.get(FAILOVER_GROUPS.path, {}),
            recorder_failovers=self._under.get(RECORDER_FAILOVERS.path, {}),
            registered_services=tuple(self.of(REGISTERED_SERVICES)),
            hardware=tuple(self.of(HARDWARE)),
            hardware_settings={key: value for key, value in settings.items() if key in devices},
            child_sites=tuple(self.of(CHILD_SITES)),
            api_gateways=gateways,
        )

    async def _failover(self) -> None:
        await self._read(FAILOVER_GROUPS)
        await self._read(FAILOVER_RECORDERS)
        await self._below(FAILOVER_GROUPS, FAILOVER_RECORDERS, FAILOVER_GROUPS.path)
        await self._below(RECORDING_SERVERS, RECORDER_FAILOVERS, RECORDER_FAILOVERS.path)

    async def _read(self, resource: Resource) -> None:
        with self._catching(resource) as caught:
            self._lists[resource.path] = await self._api.listing(resource)
            self.complete.add(resource.path)
            if not self.of(resource):
                self.notes.append(_empty(resource))
        if isinstance(caught.error, PartError):
            self._lists[resource.path] = caught.error.items

    async def _below(self, parents: Resource, resource: Resource, key: str) -> None:
        """Read what hangs under each item of a list; a refusal for one speaks for all."""
        found = self._under.setdefault(key, {})
        absent = 0
        for parent in self.of(parents):
            with self._catching(resource, absent_is_said=False) as caught:
                found[identifier(parent)] = tuple(await self._api.children(resource, below(parents, parent)))
            refused = isinstance(caught.error, AskError) and caught.error.failure.reason in _REFUSED
            absent += isinstance(caught.error, AbsentError)
            if refused or (absent >= _MOST_ABSENT and not found):
                break
        if absent and not found:
            self.notes.append(_absent(resource))

    def _catching(self, resource: Resource, *, absent_is_said: bool = True) -> "_Catching":
        return _Catching(resource, self._fail, self.notes.append if absent_is_said else lambda _: None)

    def _fail(self, failure: Failure) -> None:
        if failure not in self.failures:
            self.failures.append(failure)


class _Catching:
    """Turn what goes wrong with one list into a failure or a note; let pass what ends everything."""

    def __init__(
        self, resource: Resource, fail: Callable[[Failure], None], note: Callable[[str], None]
    ) -> None:
        self._resource = resource
        self._fail = fail
        self._note = note
        self.error: Exception | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, AskError | AbsentError):
            return False
        self.error = error
        if isinstance(error, AbsentError):
            self._absent()
        elif error.whole:
            return False
        else:
            self._fail(error.failure)
        return True

    def _absent(self) -> None:
        resource = self._resource
        if resource.optional:
            self._note(_absent(resource))
        else:
            detail = f"{resource.words}: the site has no list {resource.path}; is a proxy in between?"
            self._fail(Failure(FailureReason.NOT_FOUND, detail, resource.path))


def _absent(resource: Resource) -> str:
    since = f"; XProtect {resource.since} and later have it" if resource.since else ""
    return f"{resource.words}: not offered by this version{since}"


def _empty(resource: Resource) -> str:
    right = f"a login without rights sees an empty list as well; it needs {resource.right}"
    return f"{resource.words}: none ({right})"

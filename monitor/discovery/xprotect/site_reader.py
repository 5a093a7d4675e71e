"""Read every included list of one site; errors become failures and notes.

A list that is forbidden or broken must not prevent reading the others.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Self

from monitor.discovery.xprotect import texts
from monitor.discovery.xprotect.api import (
    Api,
    Item,
    PartialListError,
    ResourceAbsentError,
    child_path,
    identifier,
)
from monitor.discovery.xprotect.failures import SiteRequestError
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
    """The lists of one site, read during one refresh."""

    def __init__(self, api: Api, include: Sequence[str]) -> None:
        """Prepare without sending anything."""
        self._api = api
        self._include = frozenset(include)
        self._lists: dict[str, list[Item]] = {}
        self._under: dict[str, dict[str, tuple[object, ...]]] = {}
        self.failures: list[Failure] = []
        self.notes: list[str] = []
        self.complete: set[str] = set()
        self.tried: list[Resource] = []
        self.empty: list[Resource] = []

    async def lists(self) -> None:
        """Read every list but no device settings; raise ``SiteRequestError`` when no request can succeed."""
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
        """Return the items read from a list."""
        return self._lists.get(resource.path, [])

    def empty_notes(self, *, administrator: bool) -> tuple[str, ...]:
        """Return a note for each empty list; only an administrator is sure to see all there is."""
        return tuple(f"{one.title}: none" if administrator else _empty(one) for one in self.empty)

    def answers(self, settings: Mapping[str, tuple[object, ...]], gateways: tuple[str, ...] = ()) -> Answers:
        """Return all items read; ``settings`` are those of devices."""
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
        self.tried.append(resource)
        with self._catching(resource) as caught:
            self._lists[resource.path] = await self._api.listing(resource)
            self.complete.add(resource.path)
            if not self.of(resource):
                self.empty.append(resource)
        if isinstance(caught.error, PartialListError):
            self._lists[resource.path] = caught.error.items

    async def _below(self, parents: Resource, resource: Resource, key: str) -> None:
        """Read the children of each item of a list; if one is forbidden, all are."""
        found = self._under.setdefault(key, {})
        absent = 0
        for parent in self.of(parents):
            with self._catching(resource, absent_is_said=False) as caught:
                found[identifier(parent)] = tuple(
                    await self._api.children(resource, child_path(parents, parent))
                )
            refused = isinstance(caught.error, SiteRequestError) and caught.error.failure.reason in _REFUSED
            absent += isinstance(caught.error, ResourceAbsentError)
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
    """A context that turns errors of one list into a failure or a note, unless they end the query."""

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
        if not isinstance(error, SiteRequestError | ResourceAbsentError):
            return False
        self.error = error
        if isinstance(error, ResourceAbsentError):
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
            said = texts.list_missing(list=resource.title, path=resource.path)
            self._fail(Failure(FailureReason.NOT_FOUND, said, resource.path))


def _absent(resource: Resource) -> str:
    since = f"; XProtect {resource.since} and later have it" if resource.since else ""
    return f"{resource.title}: not offered by this version{since}"


def _empty(resource: Resource) -> str:
    right = f"a login without rights sees an empty list as well; it needs {resource.permission}"
    return f"{resource.title}: none ({right})"

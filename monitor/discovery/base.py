"""What every kind of discovery is to the rest of the product; no I/O."""

from datetime import timedelta
from typing import NamedTuple, Protocol

from monitor.model import DiscoveredTarget, Failure


class DiscoveryResult(NamedTuple):
    """One answer: what is there now, and what could not be asked.

    With a failure the list is incomplete and must take nothing away; so must an empty one, unless it is
    ``certain`` that nothing is wanted. ``notes`` are sentences about what came back empty, was left out or
    needs a right.
    """

    found: tuple[DiscoveredTarget, ...] = ()
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    certain: bool = False


class DiscoveryMemory(Protocol):
    """What a discovery keeps between refreshes; it outlives a reload when it is handed in again."""

    def dump(self) -> str:
        """Return what must also outlive a restart as text, empty for nothing."""
        ...


class Discovery(Protocol):
    """Find targets for one configured entry.

    ``refresh`` is the time between two answers, ``grace`` how long something that vanished stays watched.
    """

    @property
    def id(self) -> str:
        """Return what names this entry in the configuration, the store and the log."""
        ...

    @property
    def target_id(self) -> str:
        """Return the id of the endpoint that the answer comes from, empty where there is none."""
        ...

    @property
    def refresh(self) -> timedelta:
        """Return the time between two answers."""
        ...

    @property
    def grace(self) -> timedelta:
        """Return how long something that vanished stays watched."""
        ...

    @property
    def unfinished(self) -> bool:
        """Return whether the last answer is incomplete only for lack of time: ask again soon."""
        ...

    async def discover(self) -> DiscoveryResult:
        """Return what is there now; never raise for the outside world."""
        ...

    async def close(self) -> None:
        """Close all that is open."""
        ...


class DiscoveryTiming(Protocol):
    """Name and times that every configured entry gives its discovery."""

    @property
    def id(self) -> str:
        """Return what names the entry."""
        ...

    @property
    def refresh(self) -> timedelta:
        """Return the time between two answers."""
        ...

    @property
    def grace(self) -> timedelta:
        """Return how long something that vanished stays watched."""
        ...


class BaseDiscovery:
    """A discovery whose lists come from no endpoint and are complete at once."""

    target_id = ""
    unfinished = False

    def __init__(self, entry: DiscoveryTiming) -> None:
        """Take the name and the times of a configured entry."""
        self.id = entry.id
        self.refresh = entry.refresh
        self.grace = entry.grace

"""The interface of every kind of discovery; no I/O."""

from datetime import timedelta
from typing import NamedTuple, Protocol

from monitor.model import DiscoveredTarget, Failure


class DiscoveryResult(NamedTuple):
    """The result of one refresh: the targets found, and what failed.

    A list with failures is incomplete and must not remove any target; neither must an empty one, unless
    ``certain`` says that it is empty on purpose. ``notes`` are sentences about results that were empty, left
    out or need a permission; ``missing_rights`` are those that the login lacks, as the product names them.
    """

    found: tuple[DiscoveredTarget, ...] = ()
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    certain: bool = False
    missing_rights: tuple[str, ...] = ()


class DiscoveryMemory(Protocol):
    """The state of a discovery between refreshes; it outlives a reload when it is passed in again."""

    def dump(self) -> str:
        """Return the state that must outlive a restart as text, possibly empty."""
        ...


class Discovery(Protocol):
    """A configured source of targets.

    ``refresh`` is the time between two lists, ``grace`` how long a target that vanished stays watched.
    """

    @property
    def id(self) -> str:
        """Return the id of the entry in the configuration, the store and the log."""
        ...

    @property
    def target_id(self) -> str:
        """Return the target id of the endpoint that serves the list, empty if there is none."""
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
        """Return whether the last list is incomplete only for lack of time and should be refreshed soon."""
        ...

    async def discover(self) -> DiscoveryResult:
        """Return the current targets; never raise for failures of other systems."""
        ...

    async def close(self) -> None:
        """Close everything that is open."""
        ...


class DiscoveryTiming(Protocol):
    """The id and times that every configured entry has."""

    @property
    def id(self) -> str:
        """Return the id of the entry."""
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
    """Base class of discoveries whose lists come from no endpoint and are complete at once."""

    target_id = ""
    unfinished = False

    def __init__(self, entry: DiscoveryTiming) -> None:
        """Copy the id and the times of a configured entry."""
        self.id = entry.id
        self.refresh = entry.refresh
        self.grace = entry.grace

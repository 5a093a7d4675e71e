"""What a source is asked: everything that it reads of a target, and nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


class TaggedSettings(Protocol):
    """What a source has to know of a target; ``kind`` says which source, and tells the union's members apart.

    A frozen value that is compared by its content: it may have been written down and read elsewhere.
    """

    @property
    def kind(self) -> str:
        """Return the kind of source."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """One target as its source sees it: without thresholds, labels and texts.

    ``location`` is shown in failures. ``settings`` hold references to secrets, never secrets. ``timeout``,
    ``encryption``, ``revocation``, ``trust`` and ``forget_after`` are the policy's, ``plain_possible`` is the
    traits'. ``host`` and ``aliases`` are the names that a machine is known by.
    """

    target_id: str
    location: str
    settings: TaggedSettings
    timeout: timedelta
    encryption: str
    revocation: tuple[str, ...]
    trust: tuple[str, ...]
    forget_after: timedelta
    plain_possible: bool
    host: str
    aliases: tuple[str, ...]

"""The request for one probe: everything that a source needs of a target, and nothing else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


class TaggedSettings(Protocol):
    """The settings of a target for its source; ``kind`` names the source and is the tag of the union.

    A frozen value that is compared by content: it may have been serialized.
    """

    @property
    def kind(self) -> str:
        """Return the kind of source."""
        ...


@dataclass(frozen=True, slots=True)
class ProbeRequest:
    """One target without thresholds, labels and texts, as its source needs it.

    ``location`` is shown in failures. ``settings`` contain references to secrets, never secrets. ``timeout``,
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

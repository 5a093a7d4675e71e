"""The interface for listing and inviting agents; knows nothing of what they send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    """An agent of a zone."""

    zone: str
    name: str


@dataclass(frozen=True, slots=True)
class AgentState:
    """What is known of an agent: when it was heard of last, and what waits there.

    ``seen_at`` is ``None`` where it was not heard of since the start. ``probes`` is whether it is the one
    that probes its zone, ``offset`` how many seconds its clock is behind this one.
    """

    agent: AgentIdentity
    seen_at: datetime | None = None
    spooled: int = 0
    dropped: int = 0
    offset: float = 0.0
    probes: bool = False


class InvitationRefusedError(Exception):
    """An agent cannot be invited; the text says why."""


class AgentAdmin(Protocol):
    """What the API asks."""

    def states(self) -> Sequence[AgentState]:
        """Return the states of all configured agents."""
        ...

    def invite(self, zone: str, name: str, center: str, by: str) -> str:
        """Return the line that enrolls an agent within an hour; raise ``InvitationRefusedError``."""
        ...

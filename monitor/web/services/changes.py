"""The interface through which the web changes something: acknowledgements, silences, tests; no HTTP here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.alerts.routing.acknowledge_link import AcknowledgeLink
from monitor.model import Matcher, Silence
from monitor.web.services.renewal_days import RenewalDays


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """Whether a change is in force, and otherwise every reason against it.

    ``silence`` is the acknowledgement or silence that was made; ``found`` is false where there is nothing of
    that id. With ``later`` it is under way.
    """

    ok: bool
    problems: tuple[str, ...] = ()
    silence: Silence | None = None
    found: bool = True
    later: bool = False


class Changes(Protocol):
    """What a person or a program with a credential may change."""

    @property
    def renewal_days(self) -> RenewalDays:
        """Return the renewal days."""
        ...

    def is_allowed(self, token: str) -> bool:
        """Return whether a token is a credential."""
        ...

    async def reload(self) -> ChangeResult:
        """Read the configuration again; an invalid one leaves the old one in force."""
        ...

    async def accept_clock(self) -> ChangeResult:
        """Believe the clock again after it was ahead."""
        ...

    @property
    def links_acknowledge(self) -> bool:
        """Return whether a link from a mail acknowledges by itself, or else leads to the alert's page."""
        ...

    async def link(self, token: str) -> AcknowledgeLink | None:
        """Return what the token of a link allows, ``None`` for an invalid one; it may have expired."""
        ...

    async def acknowledge(
        self, alert_id: str, *, until: datetime | None, comment: str, by: str
    ) -> ChangeResult:
        """Acknowledge an open alert, without ``until`` for two weeks."""
        ...

    async def silence(
        self, matchers: Sequence[Matcher], *, until: datetime, reason: str, by: str
    ) -> ChangeResult:
        """Silence what matches from now on."""
        ...

    async def check_now(self, target_ids: Collection[str], *, by: str) -> ChangeResult:
        """Check targets at once; it returns when they are done, or when that takes long."""
        ...

    async def test_notification(self, receiver: str, *, by: str) -> ChangeResult:
        """Send a test to a receiver, by the way of every notification."""
        ...

    async def end_silence(self, silence_id: str, *, by: str) -> ChangeResult:
        """End an acknowledgement or a silence."""
        ...

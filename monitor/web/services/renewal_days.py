"""The interface through which the web reads and changes renewal days, and its values; no HTTP here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.model import DayEvent, Message, RenewalDay
from monitor.planning.renewal_day import DayAction


@dataclass(frozen=True, slots=True)
class SilentPort:
    """A port that does not answer: since when, and why, if known."""

    since: datetime
    why: Message | None


class RenewalDays(Protocol):
    """The renewal days of the daemon."""

    def open(self) -> Sequence[RenewalDay]:
        """Return the days that are not over."""
        ...

    def silent(self) -> Mapping[str, SilentPort]:
        """Return the ports that did not answer the last extra probe, by target id."""
        ...

    async def recent(self) -> Sequence[RenewalDay]:
        """Return the days that were started last, the newest first."""
        ...

    async def record(self, day_id: str) -> tuple[RenewalDay, Sequence[DayEvent]] | None:
        """Return a day with all that happened, ``None`` where there is none."""
        ...

    async def start(self, day: RenewalDay) -> Message | None:
        """Begin to work on a plan; return why not, if so."""
        ...

    async def act(self, day_id: str, action: DayAction, *, by: str) -> Message | None:
        """Do something on a day; return why not, if so."""
        ...

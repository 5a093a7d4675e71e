"""What every kind of receiver is to the outbox: the results of sending, and the door itself; no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from monitor.model import Mail


class SendStatus(StrEnum):
    """The result of one attempt for one recipient."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class SendResult:
    """The status of one recipient after an attempt, and why.

    ``relay_down`` is true when the relay or the permission to use it is at fault: other mails would fail in
    the same way.
    """

    result: SendStatus
    text: str = ""
    relay_down: bool = False


ACCEPTED = SendResult(SendStatus.ACCEPTED)


class Relay(Protocol):
    """A relay that accepts mails for delivery."""

    async def send(self, mail: Mail) -> Mapping[str, SendResult]:
        """Return a result for every pending recipient; never raise for failures of the relay or network."""
        ...

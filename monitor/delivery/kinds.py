"""The kinds of receivers; a new kind is one package and its section here."""

from collections.abc import Callable
from typing import Protocol

from pydantic import Field

from monitor.delivery.email.settings import EmailSettings
from monitor.delivery.receiver import Receiver
from monitor.model import Message
from monitor.settings import Settings


class ReceiverSettings(Protocol):
    """The settings of one receiver, whatever its kind."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return whom notifications are for, by the names that the kind knows."""

    def receiver(self, monitor: Callable[[], Message]) -> Receiver:
        """Return the receiver; ``monitor`` returns what it calls this monitor, and may block."""


class ReceiverSections(Settings):
    """The sections of a configuration file that name receivers; each has the name of its receiver."""

    email: EmailSettings | None = Field(None, description="how administrators are notified; can be left out")

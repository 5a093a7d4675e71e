"""The values around one mail relay: how it is reached, and what became of each recipient. No I/O here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from monitor.model import Mail
from monitor.secrets import Secret


class Security(StrEnum):
    """Say how the way to the relay is protected; there is no opportunistic way in between."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """Hold how to reach a relay.

    ``password`` is asked at each use, so that a rotated one needs no reload. ``ca`` names a PEM or DER file
    that is trusted beside the system's own anchors. ``sender`` is the envelope's, an address with or without
    a name. ``timeout`` bounds each answer of the relay. ``ehlo_name`` is empty for this machine's own name.
    """

    host: str
    sender: str
    port: int = 25
    security: Security = Security.NONE
    username: str = ""
    password: Callable[[], Secret] | None = field(default=None, repr=False)
    ca: str = ""
    timeout: timedelta = timedelta(seconds=30)
    ehlo_name: str = ""

    @property
    def where(self) -> str:
        """Return host and port in words."""
        return f"{self.host} port {self.port}"


class SendStatus(StrEnum):
    """Name what became of one recipient in one attempt."""

    SENT = "sent"
    PERMANENT = "permanent"
    RETRYABLE = "retryable"


@dataclass(frozen=True, slots=True)
class SendResult:
    """Say what became of one recipient, and why.

    ``relay_down`` is true when the fault lies with the relay or with our right to use it: other mails would
    fail the same way.
    """

    result: SendStatus
    text: str = ""
    relay_down: bool = False


SENT = SendResult(SendStatus.SENT)


class Relay(Protocol):
    """Hand a mail to whoever delivers it."""

    async def send(self, mail: Mail) -> Mapping[str, SendResult]:
        """Return an outcome for every pending recipient; never raise for the outside world."""
        ...

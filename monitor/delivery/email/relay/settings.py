"""The settings of a mail relay; no I/O."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from monitor.delivery.email.relay.access_token import TokenSettings
from monitor.secrets import Secret


class Security(StrEnum):
    """How the connection to the relay is protected; there is no opportunistic TLS."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """The address and credentials of a relay.

    ``password`` is called at each use, so that a rotated password needs no reload; with ``oauth2`` an access
    token takes its place. ``ca`` is the path of a PEM or DER file that is trusted in addition to the system's
    anchors. ``sender`` is the envelope sender, an
    address with or without a display name. ``timeout`` bounds each reply of the relay. ``ehlo_name`` is empty
    for this machine's own name.
    """

    host: str
    sender: str
    port: int = 25
    security: Security = Security.NONE
    username: str = ""
    password: Callable[[], Secret] | None = field(default=None, repr=False)
    oauth2: TokenSettings | None = None
    ca: str = ""
    timeout: timedelta = timedelta(seconds=30)
    ehlo_name: str = ""

    @property
    def location(self) -> str:
        """Return host and port for messages."""
        return f"{self.host} port {self.port}"

"""What one site's discovery remembers between refreshes; plain values, nothing secret.

Whoever keeps it across a reload of the configuration keeps a refused password from being tried again.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from monitor.secrets import Secret


@dataclass(slots=True)
class SiteMemory:
    """What a site showed before.

    ``devices`` maps a device's id to what its settings were (see devices). ``base`` is the path under which
    the gateway answered, ``own`` the ``host:port`` by which the site itself is watched, empty before it first
    answered; ``children`` maps the host of a child site to its own memory.
    """

    devices: dict[str, Any] = field(default_factory=dict)
    base: str = ""
    own: str = ""
    children: dict[str, "SiteMemory"] = field(default_factory=dict)
    _salt: bytes = field(default_factory=lambda: os.urandom(16), repr=False)
    _refused: bytes = field(default=b"", repr=False)

    @classmethod
    def load(cls, recorded: str) -> "SiteMemory":
        """Return a memory with the devices of an earlier one.

        That a password was refused is remembered in one process only: a restart may try it again, once.
        """
        return cls(devices=json.loads(recorded) if recorded else {})

    def dump(self) -> str:
        """Return the devices as JSON, empty when there are none."""
        return json.dumps(self.devices) if self.devices else ""

    def refuse(self, login: str, secret: Secret) -> None:
        """Remember that this login with this secret was refused; only a salted hash is kept."""
        self._refused = self._digest(login, secret)

    def refused(self, login: str, secret: Secret) -> bool:
        """Return whether exactly this was refused last."""
        return bool(self._refused) and self._refused == self._digest(login, secret)

    def _digest(self, login: str, secret: Secret) -> bytes:
        text = f"{login}\0{secret.reveal()}".encode()
        return hashlib.blake2b(text, key=self._salt).digest()

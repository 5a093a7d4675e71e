"""The state of one site's discovery between refreshes; plain values, nothing secret.

Keeping it across a reload of the configuration prevents that a refused password is tried again.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from monitor.secrets import Secret


@dataclass(slots=True)
class SiteMemory:
    """The cached state of a site.

    ``devices`` maps the id of a device to its cached settings (see ``Devices``). ``base`` is the path of the
    API, ``own_address`` the ``host:port`` by which the site itself is watched, empty before its first
    response; ``children`` maps the host of a child site to its own memory.
    """

    devices: dict[str, Any] = field(default_factory=dict)
    base: str = ""
    own_address: str = ""
    children: dict[str, "SiteMemory"] = field(default_factory=dict)
    _salt: bytes = field(default_factory=lambda: os.urandom(16), repr=False)
    _refused: bytes = field(default=b"", repr=False)

    @classmethod
    def load(cls, recorded: str) -> "SiteMemory":
        """Return a memory with the devices from a dump.

        Refused passwords are not part of it: they are tried again once after a restart.
        """
        return cls(devices=json.loads(recorded) if recorded else {})

    def dump(self) -> str:
        """Return the devices as JSON, empty if there are none."""
        return json.dumps(self.devices) if self.devices else ""

    def refuse(self, login: str, secret: Secret) -> None:
        """Remember as a salted hash that this login with this secret was refused."""
        self._refused = self._digest(login, secret)

    def refused(self, login: str, secret: Secret) -> bool:
        """Return whether this login with this secret was the last one refused."""
        return bool(self._refused) and self._refused == self._digest(login, secret)

    def _digest(self, login: str, secret: Secret) -> bytes:
        text = f"{login}\0{secret.reveal()}".encode()
        return hashlib.blake2b(text, key=self._salt).digest()

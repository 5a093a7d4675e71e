"""One certificate as a Windows store keeps it; reads no store."""

from dataclasses import dataclass
from hashlib import sha256

from monitor.model import PrivateKey


@dataclass(frozen=True, slots=True)
class Stored:
    """Hold what one stored certificate is: its DER, and what the store says of it."""

    der: bytes
    friendly_name: str = ""
    archived: bool = False
    key: PrivateKey = PrivateKey()

    @property
    def sha256(self) -> str:
        """Return its fingerprint, lower hex."""
        return sha256(self.der).hexdigest()

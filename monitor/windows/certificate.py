"""One certificate as a Windows store contains it; reads no store."""

from dataclasses import dataclass
from hashlib import sha256

from monitor.model import PrivateKey


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """One stored certificate: its DER, and the properties that the store has for it."""

    der: bytes
    friendly_name: str = ""
    archived: bool = False
    key: PrivateKey = PrivateKey()

    @property
    def sha256(self) -> str:
        """Return its fingerprint in lower-case hex."""
        return sha256(self.der).hexdigest()

"""What one machine's certificate stores tell beyond the certificates: keys, who may read them, who uses them.

A store says of a certificate what its bytes do not: its friendly name, whether a private key belongs to it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyLink(StrEnum):
    """Say whether a private key belongs to a stored certificate."""

    PRESENT = "present"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeyPermission:
    """Hold one entry of a key's access list that concerns reading: for whom (a SID), and yes or no."""

    sid: str
    name: str = ""
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """Hold what is known of a certificate's private key, never the key.

    ``hardware`` is true for smart cards, TPM and HSM. ``readers`` are its access entries in their order,
    ``None`` where they could not be seen.
    """

    link: KeyLink = KeyLink.UNKNOWN
    provider: str = ""
    container: str = ""
    hardware: bool = False
    readers: tuple[KeyPermission, ...] | None = None


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """Hold what one store says of one certificate; ``location`` is ``HOST/LocalMachine/My/THUMBPRINT``.

    ``store`` is ``LocalMachine/My`` and the like; ``thumbprint`` is the SHA-1 in upper hex, ``sha256`` lower
    hex. An archived certificate is named here and gives no sighting: Windows hides it from its services.
    """

    location: str
    store: str
    thumbprint: str
    sha256: str
    friendly_name: str = ""
    archived: bool = False
    key: PrivateKey = PrivateKey()


@dataclass(frozen=True, slots=True)
class Binding:
    """Hold one binding of http.sys: ``0.0.0.0:443`` or ``name:443`` and the certificate it names."""

    address: str
    port: int
    thumbprint: str
    store: str = "My"
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Hold one Windows service that uses certificates and the account it runs as.

    ``sids`` are the account's own SID and those of its groups, ``None`` where they could not be seen.
    """

    service: str
    title: str = ""
    account: str = ""
    sids: tuple[str, ...] | None = None
    running: bool | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """What one probe of a machine's stores gave beyond sightings.

    ``names`` are all names and addresses it goes by, to join it with endpoints. ``roots`` are the SHA-256
    of every certificate in its logical Root store and ``intermediates`` of its CA store, with all physical
    parts (group policy, enterprise). ``None`` in any field means that it could not be seen: unknown is
    never the same as none.
    """

    host: str
    names: tuple[str, ...] = ()
    taken_at: datetime | None = None
    entries: tuple[StoreEntry, ...] = ()
    stores: tuple[str, ...] = ()
    roots: tuple[str, ...] | None = None
    intermediates: tuple[str, ...] | None = None
    bindings: tuple[Binding, ...] | None = None
    accounts: tuple[ServiceAccount, ...] | None = None

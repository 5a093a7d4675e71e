"""The certificate stores of one machine: private keys, permissions, bindings and services.

A store knows more about a certificate than its bytes: its friendly name, and whether it has a private key.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KeyLink(StrEnum):
    """Whether a stored certificate has a private key."""

    PRESENT = "present"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeyPermission:
    """One entry of a key's access control list that allows or denies a SID to read."""

    sid: str
    name: str = ""
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """Metadata of a certificate's private key, never the key itself.

    ``hardware`` is true for smart cards, TPM and HSM. ``readers`` are its access control entries in order,
    ``None`` if they could not be read.
    """

    link: KeyLink = KeyLink.UNKNOWN
    provider: str = ""
    container: str = ""
    hardware: bool = False
    readers: tuple[KeyPermission, ...] | None = None


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """One certificate in one store; ``location`` is ``HOST/LocalMachine/My/THUMBPRINT``.

    ``store`` is, for example, ``LocalMachine/My``; ``thumbprint`` is the SHA-1 in upper hex, ``sha256`` lower
    hex. An archived certificate has an entry but no sighting: Windows hides it from its services.
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
    """One binding of http.sys: ``0.0.0.0:443`` or ``name:443`` and its certificate."""

    address: str
    port: int
    thumbprint: str
    store: str = "My"
    app_id: str = ""


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A Windows service that uses certificates, and the account that it runs as.

    ``sids`` are the SIDs of the account and its groups, ``None`` if they could not be read.
    """

    service: str
    title: str = ""
    account: str = ""
    sids: tuple[str, ...] | None = None
    running: bool | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """The result of probing a machine's stores, beyond sightings.

    ``names`` are all its names and addresses, which join it with endpoints. ``roots`` are the SHA-256
    of every certificate in its logical Root store and ``intermediates`` of its CA store, with all physical
    parts (group policy, enterprise). ``None`` in any field means that it could not be read: unknown is
    never the same as empty.
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

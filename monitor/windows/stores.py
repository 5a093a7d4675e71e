"""The names of certificate stores, parsed and formatted; opens none.

Locations: https://learn.microsoft.com/windows/win32/seccrypto/system-store-locations
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from monitor.parse import display


class StoreLocation(StrEnum):
    """The system store location: machine, current user, or services."""

    LOCAL_MACHINE = "LocalMachine"
    CURRENT_USER = "CurrentUser"
    SERVICES = "Services"


@dataclass(frozen=True, slots=True)
class StoreName:
    """The name of a store; ``service`` is the short name of the service whose store it is, else empty."""

    location: StoreLocation
    name: str
    service: str = ""

    def __str__(self) -> str:
        """Return the name as it appears in locations: ``LocalMachine/My``, ``Services/NAME/My``."""
        return "/".join(part for part in (self.location, self.service, self.name) if part)


MY = StoreName(StoreLocation.LOCAL_MACHINE, "My")
ROOT = StoreName(StoreLocation.LOCAL_MACHINE, "Root")
CA = StoreName(StoreLocation.LOCAL_MACHINE, "CA")
DISALLOWED = StoreName(StoreLocation.LOCAL_MACHINE, "Disallowed")

# Windows ignores case, but the name is part of locations, which must not depend on how it was written.
_KNOWN = (
    "My",
    "Root",
    "CA",
    "Trust",
    "AuthRoot",
    "Disallowed",
    "TrustedPeople",
    "TrustedPublisher",
    "WebHosting",
    "Remote Desktop",
    "SmartCardRoot",
)
_NAMES = {name.lower(): name for name in _KNOWN}
_LOCATIONS = {location.lower(): location for location in StoreLocation}


def store_name(text: str) -> StoreName:
    r"""Parse the name of a store; ``My`` alone is LocalMachine's.

    PowerShell's ``Cert:\LocalMachine\My`` is accepted too. Raises ``ValueError`` with a sentence for anything
    else.
    """
    written = re.sub(r"^cert:[/\\]+", "", text.strip(), flags=re.IGNORECASE)
    parts = [part.strip() for part in re.split(r"[/\\]", written)]
    location = StoreLocation.LOCAL_MACHINE if len(parts) == 1 else _LOCATIONS.get(parts.pop(0).lower())
    *service, name = parts
    services = 1 if location is StoreLocation.SERVICES else 0
    if location is None or len(service) != services or not all(map(_fit, parts)):
        raise ValueError(
            "must be My, LocalMachine/My, CurrentUser/My or Services/NAME/My, My or another store"
        )
    return StoreName(location, canonical_name(name), "".join(service))


def canonical_name(name: str) -> str:
    """Return the name of a well-known store as Windows writes it, any other name unchanged."""
    return _NAMES.get(name.lower(), name)


def _fit(part: str) -> bool:
    return 0 < len(part) <= 200 and display(part) == part and not set(part) & set('*?"<>|')

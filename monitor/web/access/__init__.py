"""Access to pages and API: who makes a request, and what they may do."""

from monitor.web.access.control import AccessControl
from monitor.web.access.credentials import digest_of, new_token
from monitor.web.access.guard import Guard
from monitor.web.access.identity import Identities
from monitor.web.access.settings import (
    AccessServices,
    EndedSessions,
    NewToken,
    TokenAdmin,
    TokenRefusedError,
)

__all__ = [
    "AccessControl",
    "AccessServices",
    "EndedSessions",
    "Guard",
    "Identities",
    "NewToken",
    "TokenAdmin",
    "TokenRefusedError",
    "digest_of",
    "new_token",
]

"""A token by which a program may read or act, without the token itself."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.alerts.silence import Matcher


class TokenRole(StrEnum):
    """What a program may do with a token.

    The one of a calendar opens that calendar alone, and the one of an agent the port for agents.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    CALENDAR = "calendar"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """One token; ``digest`` is the SHA-256 of its text in hexadecimal digits.

    It sees what all ``matchers`` match, everything without any. ``expires_at`` is ``None`` for one that lasts
    until it is revoked, ``last_used_at`` for one that was never used; that instant is coarse.
    """

    name: str
    digest: str = field(repr=False)
    role: TokenRole
    matchers: tuple[Matcher, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    last_used_at: datetime | None = None

    def valid(self, now: datetime) -> bool:
        """Return whether it has not expired at an instant."""
        return self.expires_at is None or now < self.expires_at

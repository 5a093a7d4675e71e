"""The settings of access control that are fixed at the start, and the parts of the daemon that it uses."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.model import AccessToken, Matcher, TokenRole
from monitor.web_config import WatchedWebConfig


class TokenBook(Protocol):
    """The tokens of programs that are in force."""

    def find(self, digest: str) -> AccessToken | None:
        """Return the token with a digest, ``None`` where there is none or it has expired; notes its use."""
        ...


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token and its text, which is shown once."""

    text: str = field(repr=False)
    token: AccessToken


class TokenRefusedError(ValueError):
    """A token is not made; the text says why."""


class TokenAdmin(TokenBook, Protocol):
    """The tokens of programs, for whoever manages them."""

    def listed(self) -> Sequence[AccessToken]:
        """Return all tokens."""
        ...

    async def create(
        self,
        name: str,
        role: TokenRole,
        matchers: Sequence[Matcher],
        *,
        expires_at: datetime | None,
        by: str,
    ) -> NewToken:
        """Return a new token; raise ``TokenRefusedError``."""
        ...

    async def revoke(self, name: str, *, by: str) -> bool:
        """Revoke a token at once; return whether there was one."""
        ...


class EndedSessions(Protocol):
    """The sessions that were ended before their time."""

    def has(self, session_id: str) -> bool:
        """Return whether a session was ended."""
        ...

    async def end(self, session_id: str, expires_at: datetime) -> None:
        """End a session; it is remembered until it would have expired."""
        ...


@dataclass(frozen=True, slots=True)
class AccessServices:
    """Who may act, who speaks for others, and what verifies credentials.

    ``proxies`` are the addresses of reverse proxies, ``user_header`` in lower case names the header in which
    they say who logged in there, empty for none. ``web_config`` is ``None`` where no file is named, ``key``
    signs sessions. ``is_local`` returns whether a token is the one of this machine.
    """

    is_local: Callable[[str], bool]
    tokens: TokenAdmin
    ended: EndedSessions
    now: Callable[[], datetime]
    key: bytes = field(repr=False)
    web_config: WatchedWebConfig | None = None
    operators: frozenset[str] = frozenset()
    proxies: frozenset[str] = frozenset()
    user_header: str = ""

    @property
    def login_needed(self) -> bool:
        """Return whether reading needs a credential."""
        return bool(self.user_header) or (self.web_config is not None and self.web_config.config.names_users)

    def headers(self) -> Mapping[str, str]:
        """Return the headers that the web configuration adds to every answer."""
        return self.web_config.config.headers if self.web_config else {}

    def client_names(self) -> Collection[str]:
        """Return the alternative names of which a client's certificate must have one, none for any."""
        tls = self.web_config.config.tls if self.web_config else None
        return tls.client_allowed_sans if tls else ()

    @property
    def has_passwords(self) -> bool:
        """Return whether people log in with passwords."""
        return self.web_config is not None and bool(self.web_config.config.users)

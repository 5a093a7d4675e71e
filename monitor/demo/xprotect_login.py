"""The identity provider of the simulated XProtect site: passwords, NTLM and tokens; no HTTP.

NTLM is pyspnego's acceptor, which knows its accounts only from the file that NTLM_USER_FILE names: the
variable is set around each use and put back.
"""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import spnego
from spnego.exceptions import SpnegoError

CLIENT = "GrantValidatorClient"
DOMAIN = "VMS"
_VARIABLE = "NTLM_USER_FILE"


class LoginVerdict(Enum):
    """The result of a login."""

    WELCOME = "welcome"
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass
class _Token:
    ends_at: float
    calls_left: int | None


class IdentityProvider:
    """An identity provider that checks passwords, counts attempts and issues tokens that expire."""

    def __init__(self, username: str, password: str, folder: Path, clock: Callable[[], float]) -> None:
        """Set up one account, for basic and Windows logins."""
        self.username = username
        self.password = password
        self.attempts = 0
        self.failed = 0
        self.lockout_after = 5
        self._clock = clock
        self._tokens: dict[str, _Token] = {}
        self._legs: dict[object, spnego.ContextProxy] = {}
        self._accounts = folder / "ntlm-accounts"

    def check(self, username: str, password: str) -> LoginVerdict:
        """Check one basic login; wrong passwords lead to a lockout. The caller counts the attempt."""
        right = username.lower() == self.username.lower() and password == self.password
        return self._count(right=right)

    def _count(self, *, right: bool) -> LoginVerdict:
        if self.failed >= self.lockout_after:
            return LoginVerdict.LOCKED
        if right:
            self.failed = 0
            return LoginVerdict.WELCOME
        self.failed += 1
        return LoginVerdict.WRONG

    def leg(self, connection: object, protocol: str, message: bytes) -> bytes | LoginVerdict:
        """Process one NTLM or Negotiate message and return the answer to send, or the verdict.

        The legs of one login must use one connection, as IIS requires; a later leg on another connection
        fails.
        """
        with self._environment():
            acceptor = self._legs.pop(connection, None) or spnego.server(
                hostname="management",
                service="HTTP",
                protocol=protocol.lower(),
                # Otherwise Windows would use its own accounts.
                options=spnego.NegotiateOptions.use_ntlm
                if protocol.lower() == "ntlm"
                else spnego.NegotiateOptions.use_negotiate,
            )
            try:
                answer = acceptor.step(message)
            except (SpnegoError, ValueError):
                self.attempts += 1
                return self._count(right=False)
        if acceptor.complete:
            self.attempts += 1
            return self._count(right=True)
        self._legs[connection] = acceptor
        return answer or b""

    @contextlib.contextmanager
    def _environment(self) -> Iterator[None]:
        account = self.username.rpartition("\\")[2]
        self._accounts.write_text(f"{DOMAIN}:{account}:{self.password}\n", encoding="utf-8")
        before = os.environ.get(_VARIABLE)
        os.environ[_VARIABLE] = str(self._accounts)
        try:
            yield
        finally:
            if before is None:
                del os.environ[_VARIABLE]
            else:
                os.environ[_VARIABLE] = before

    def token(self, expires_in: float, calls: int | None) -> str:
        """Return a new token that expires after some seconds or some calls."""
        made = secrets.token_urlsafe(32)
        self._tokens[made] = _Token(self._clock() + expires_in, calls)
        return made

    def accepts(self, token: str) -> bool:
        """Return whether a token is valid for one more call, and count the call."""
        known = self._tokens.get(token)
        if known is None or self._clock() >= known.ends_at or known.calls_left == 0:
            return False
        if known.calls_left is not None:
            known.calls_left -= 1
        return True

    def revoke(self) -> None:
        """Revoke every token, as a restart of the service does."""
        self._tokens.clear()

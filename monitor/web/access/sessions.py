"""Sessions of people: a signed cookie that says who logged in and when; made anew at each login.

It ends after twelve hours, with a logout, and when the password in the web configuration changes.
"""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LASTS = timedelta(hours=12)
_AHEAD = timedelta(minutes=5)
"""How far in the future a session may have begun, for a clock that was set back a little."""
_LONGEST = 1000
_VERSION = "1"


@dataclass(frozen=True, slots=True)
class LoginSession:
    """One login; ``mark`` changes with the user's password."""

    id: str
    user: str
    begun_at: datetime
    mark: str

    @property
    def expires_at(self) -> datetime:
        """Return when it is over."""
        return self.begun_at + LASTS


class SessionSigner:
    """Makes sessions, writes them as cookies, and reads only those that it wrote."""

    def __init__(self, key: bytes) -> None:
        """Take the key that signs."""
        self._key = key

    def begin(self, user: str, hashed: str, now: datetime) -> LoginSession:
        """Return a new session of a user, with a new random id."""
        return LoginSession(
            secrets.token_urlsafe(18), user, now.replace(microsecond=0), self._mark(user, hashed)
        )

    def written(self, session: LoginSession) -> str:
        """Return the value of its cookie."""
        said = {"i": session.id, "u": session.user, "b": int(session.begun_at.timestamp()), "m": session.mark}
        payload = _encoded(json.dumps(said, separators=(",", ":")).encode())
        return f"{_VERSION}.{payload}.{self._signature(payload)}"

    def read(self, cookie: str, users: Mapping[str, str], now: datetime) -> LoginSession | None:
        """Return the session of a cookie, ``None`` if it is not ours, over, or of a former password."""
        version, _, rest = cookie.partition(".")
        payload, _, signature = rest.partition(".")
        if version != _VERSION or len(cookie) > _LONGEST:
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            return None
        session = _parsed(payload)
        if session is None or not session.begun_at - _AHEAD <= now < session.expires_at:
            return None
        hashed = users.get(session.user)
        same = hashed is not None and hmac.compare_digest(session.mark, self._mark(session.user, hashed))
        return session if same else None

    def form_token(self, about: str) -> str:
        """Return what the forms of a session, or of another proof of who somebody is, send back."""
        return _encoded(hmac.digest(self._key, b"form\n" + about.encode(), "sha256"))

    def is_form_token(self, given: str, about: str) -> bool:
        """Return whether a form sent back what it was given."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.form_token(about).encode())

    def _mark(self, user: str, hashed: str) -> str:
        return _encoded(hmac.digest(self._key, f"mark\n{user}\n{hashed}".encode(), "sha256")[:12])

    def _signature(self, payload: str) -> str:
        return _encoded(hmac.digest(self._key, f"session\n{payload}".encode("utf-8", "replace"), "sha256"))


def _parsed(payload: str) -> LoginSession | None:
    try:
        said = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return LoginSession(said["i"], said["u"], datetime.fromtimestamp(said["b"], UTC), said["m"])
    except (Error, ValueError, TypeError, KeyError, OverflowError):
        return None


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")

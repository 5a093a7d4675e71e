"""Links from mails that acknowledge one alert: the token that is all of such a link's credential; pure.

The token names the alert, the receiver and the last instant, and ends with their HMAC-SHA256 (RFC 2104). So
none can be made without the key, and none acknowledges anything but its own alert.
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LASTS = timedelta(days=14)
"""How long a link works after it was sent."""

KEY_BYTES = 32
_PURPOSE = b"acknowledge\n"
"""What is signed with a token, so that a signature of another kind of link would never do for this one."""
_FORM = re.compile(r"([0-9a-f]{20})\.([0-9a-f]{1,10})\.([A-Za-z0-9_.-]{1,63})\.([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AcknowledgeLink:
    """What a link allows: to acknowledge one alert, until an instant, and whom it was sent to."""

    alert_id: str
    receiver: str
    expires_at: datetime


def link_sent(alert_id: str, receiver: str, sent_at: datetime) -> AcknowledgeLink:
    """Return the link of a notification that is sent at an instant."""
    return AcknowledgeLink(alert_id, receiver, sent_at.replace(microsecond=0) + LASTS)


def token_of(link: AcknowledgeLink, key: bytes) -> str:
    """Return the token of a link, in letters that a path has unescaped."""
    said = f"{link.alert_id}.{int(link.expires_at.timestamp()):x}.{link.receiver}"
    return f"{said}.{_signature(said, key)}"


def link_of(token: str, key: bytes) -> AcknowledgeLink | None:
    """Return what a token allows, ``None`` where it was not made with this key; it may be over."""
    found = _FORM.fullmatch(token)
    if found is None:
        return None
    said, _, signature = token.rpartition(".")
    # In constant time, so that nobody finds a signature letter by letter.
    if not hmac.compare_digest(signature.encode(), _signature(said, key).encode()):
        return None
    alert_id, expires_at, receiver, _ = found.groups()
    return AcknowledgeLink(alert_id, receiver, datetime.fromtimestamp(int(expires_at, 16), UTC))


def _signature(said: str, key: bytes) -> str:
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key of links must have {KEY_BYTES} bytes")
    digest = hmac.digest(key, _PURPOSE + said.encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")

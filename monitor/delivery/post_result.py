"""What the answer to a posted notification means; pure.

Accepted with 2xx, tried again where another time may do, refused for good otherwise. The body of an answer is
not quoted: many servers repeat the address, which may be a password.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.delivery.receiver import ACCEPTED, SendResult, refused, retry
from monitor.http.request import FetchResponse

_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
# What Slack answers, such as invalid_blocks or channel_is_archived.
# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
_CODE = re.compile(rb"[a-z]+(?:_[a-z]+){1,5}")
_LONGEST_CODE = 40
_TOO_LARGE = 413
_BUSY = (429, 503)
_REQUEST_TIMEOUT = 408
_ADVICE = {
    400: "check that the kind of this receiver is that of the address",
    401: "check the address, and the secret where there is one",
    403: "check the address, and the secret where there is one",
    404: "the address is wrong, or is valid no longer",
    410: "the address is valid no longer",
    _TOO_LARGE: "it is too large",
}


def result_of(response: FetchResponse, host: str, url: str, now: datetime) -> SendResult:
    """Return the result that the answer of a host means; ``url`` is the address, which is never shown."""
    status = response.status
    said = f"{host} answered with HTTP {status}{_code(response.body, url)}"
    if 200 <= status < 300:
        return ACCEPTED
    if status in _BUSY:
        return retry(said, retry_after(response, now), receiver_down=True)
    if status == _REQUEST_TIMEOUT:
        return retry(said, receiver_down=True)
    if 300 <= status < 400:
        return refused(f"{said}, a redirect, which is not followed: use the address it redirects to")
    if 400 <= status < 500:
        advice = _ADVICE.get(status, "check the address")
        return refused(f"{said}: {advice}", too_large=status == _TOO_LARGE)
    # Whoever fails may have done all of it before.
    return retry(said, receiver_down=True, uncertain=True)


def retry_after(response: FetchResponse, now: datetime) -> timedelta | None:
    """Return how long the answer asks to wait (RFC 9110 section 10.2.3), ``None`` where it does not say."""
    text = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=int(text))
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _code(body: bytes, url: str) -> str:
    """Return the error code that is all of a body, in brackets; empty for any other body."""
    if len(body) > _LONGEST_CODE or not _CODE.fullmatch(body.strip()):
        return ""
    word = body.strip().decode("ascii")
    return "" if word in url else f" ({word})"

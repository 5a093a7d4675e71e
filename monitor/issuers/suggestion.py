"""Parse the answers of an ACME CA: the renewalInfo URL, the suggested window, Retry-After; pure.

The answers are untrusted input: a malformed one counts as none.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from monitor.http.policy import UrlRefusedError, read_url
from monitor.parse.times import LATEST

SOONEST = timedelta(minutes=1)
LATEST_AGAIN = timedelta(days=1)
"""Bounds of what Retry-After may ask of us (RFC 9773 section 4.3.1)."""

# Far from the beginning of the calendar, so that shares of a lifetime can be subtracted.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LONGEST_URL = 300
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
# RFC 3339 section 5.6, which allows less than datetime parses.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)


class BadAnswerError(Exception):
    """The answer of a CA is malformed; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The window in which the CA suggests renewing, and the URL of an explanation, possibly empty."""

    start: datetime
    end: datetime
    explanation: str = ""


def renewal_info_in(directory: bytes) -> str:
    """Return the renewalInfo URL in a directory; raise ``BadAnswerError`` if there is none."""
    url = _object(directory).get("renewalInfo")
    if url is None:
        raise BadAnswerError("its directory offers no renewal information")
    if not isinstance(url, str) or not _readable(url):
        raise BadAnswerError("its directory names no URL as renewalInfo")
    return url.rstrip("/")


def suggestion_in(body: bytes) -> Suggestion:
    """Return the suggested window (RFC 9773 section 4.2); raise ``BadAnswerError`` when there is none.

    A window that does not end after its start is malformed.
    """
    answer = _object(body)
    window = answer.get("suggestedWindow")
    if not isinstance(window, dict):
        raise BadAnswerError("it suggests no window")
    start, end = _instant(window.get("start"), "start"), _instant(window.get("end"), "end")
    if end <= start:
        raise BadAnswerError("the window that it suggests ends before it begins")
    return Suggestion(start, end, _explanation(answer.get("explanationURL")))


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the value of Retry-After (RFC 9110 section 10.2.3), within our bounds."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        wanted = timedelta(seconds=int(text))
    else:
        try:
            at = parsedate_to_datetime(text)
            wanted = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return min(max(wanted, SOONEST), LATEST_AGAIN)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise BadAnswerError("it sent something that is no JSON") from None
    if not isinstance(found, dict):
        raise BadAnswerError("it sent JSON that is no object")
    return found


def _instant(value: object, which: str) -> datetime:
    problem = BadAnswerError(f"the {which} of the window that it suggests is no date")
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise problem
    try:
        at = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise problem from None
    if not _EARLIEST <= at <= LATEST:
        raise problem
    return at


def _explanation(url: object) -> str:
    """Return a URL that is safe to show to people; it is never fetched."""
    return url if isinstance(url, str) and len(url) <= _LONGEST_URL and _readable(url) else ""


def _readable(url: str) -> bool:
    try:
        read_url(url)
    except UrlRefusedError:
        return False
    return " " not in url

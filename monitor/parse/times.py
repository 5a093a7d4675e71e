"""Parse the two time formats of certificates (RFC 5280 section 4.1.2.5) and their malformed variants.

It must not compare a time with any clock.
"""

import re
from datetime import UTC, datetime, timedelta

from monitor.parse.der import DerElement, DerError

# 1900 is far from both limits of datetime: margins of a hundred years can be subtracted without overflow.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

_UTC_TIME = 0x17
_GENERALIZED_TIME = 0x18
_FORM = re.compile(rb"(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d{1,9})?(?:Z|([+-])(\d\d)(\d\d))?")


def parse_time(found: DerElement) -> tuple[datetime, bool]:
    """Return the time and whether it was encoded exactly as RFC 5280 requires.

    Times before 1900 become 1900. Raises ``DerError`` when it is unreadable.
    """
    if found.tag not in {_UTC_TIME, _GENERALIZED_TIME} or found.content_end - found.content_start > 32:
        raise DerError("a time has no known form")
    text = found.content
    digits = 2 if found.tag == _UTC_TIME else 4
    exact = len(text) == digits + 11 and text[-1:] == b"Z"
    match = _FORM.fullmatch(text)
    if match is None or len(match[1]) != digits:
        raise DerError("a time has no known form")
    when, moved = _built(match)
    return when, exact and not moved


def _built(match: re.Match[bytes]) -> tuple[datetime, bool]:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if len(match[1]) == 2:
        year += 1900 if year >= 50 else 2000
    if year < EARLIEST.year:
        return EARLIEST, True
    try:
        when = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
        if match[7]:
            offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
            when = when - offset if match[7] == b"+" else when + offset
    except (ValueError, OverflowError):
        raise DerError("a time does not exist in the calendar") from None
    return min(max(when, EARLIEST), LATEST), second > 59

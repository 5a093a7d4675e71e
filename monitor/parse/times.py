"""Parse the two time formats of certificates (RFC 5280 section 4.1.2.5) and their malformed variants.

It must not compare a time with any clock.
"""

import re
from datetime import UTC, datetime, timedelta

from monitor.model import DateForm
from monitor.parse import texts
from monitor.parse.der import DerElement, DerError

EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)

_UTC_TIME = 0x17
_GENERALIZED_TIME = 0x18
_YEAR_DIGITS = {_UTC_TIME: 2, _GENERALIZED_TIME: 4}
_REST = rb"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:[.,]\d{1,9})?(?:Z|([+-])(\d\d)(\d\d))?"
_FORMS = {tag: re.compile(rb"(\d{%d})" % digits + _REST) for tag, digits in _YEAR_DIGITS.items()}
_ZONE = rb"(?:Z|[+-](?!0000)\d{4})"
# What Go's crypto/x509 reads beyond the standard (tried with Go 1.19); Java reads these too, and more.
_VARIANTS = {
    _UTC_TIME: re.compile(rb"\d{10}(?:\d\d)?" + _ZONE),
    _GENERALIZED_TIME: re.compile(rb"\d{14}" + _ZONE),
}


def parse_time(found: DerElement) -> tuple[datetime, DateForm]:
    """Return the time and how it was encoded.

    The year 0, which has no date here, becomes the year 1. Raises ``DerError`` when it is unreadable.
    """
    form = _FORMS.get(found.tag)
    match = form.fullmatch(found.content) if form and found.content_end - found.content_start <= 32 else None
    if match is None:
        raise DerError(texts.UNKNOWN_TIME)
    when, moved = _built(match)
    return when, DateForm.MALFORMED if moved else _form(found.tag, found.content)


def _form(tag: int, text: bytes) -> DateForm:
    if len(text) == _YEAR_DIGITS[tag] + 11 and text[-1:] == b"Z":
        return DateForm.STANDARD
    return DateForm.VARIANT if _VARIANTS[tag].fullmatch(text) else DateForm.MALFORMED


def _built(match: re.Match[bytes]) -> tuple[datetime, bool]:
    """Return the time, and whether its second had to be moved into the calendar."""
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    if len(match[1]) == 2:
        year += 1900 if year >= 50 else 2000
    try:
        when = datetime(max(year, EARLIEST.year), month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        raise DerError(texts.IMPOSSIBLE_TIME) from None
    return _shifted(when, match), second > 59


def _shifted(when: datetime, match: re.Match[bytes]) -> datetime:
    """Return the time in UTC, no further than the calendar goes."""
    if not match[7]:
        return when
    offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
    try:
        return min(when - offset if match[7] == b"+" else when + offset, LATEST)
    except OverflowError:
        return EARLIEST if match[7] == b"+" else LATEST

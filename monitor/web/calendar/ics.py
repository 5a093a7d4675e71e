"""A calendar as text (RFC 5545), as Outlook subscribes to it; knows nothing of certificates.

Of the standard it writes the little that all-day events need: no time zones, no alarms, nothing repeated.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from monitor import __version__

MEDIA_TYPE = "text/calendar; charset=utf-8"
_MOST_OCTETS = 75
# Everything below a space but the line feed, and what ends lines elsewhere (RFC 5545 section 3.3.11).
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event that takes a day and leaves people free; ``uid`` stays while it is the same event.

    ``description`` has its lines; ``url`` is empty for none.
    """

    uid: str
    day: date
    summary: str
    description: tuple[str, ...] = ()
    url: str = ""
    categories: tuple[str, ...] = ()


def calendar_text(name: str, events: Iterable[CalendarEvent], made_at: datetime, refresh: timedelta) -> str:
    """Return a calendar with lines of at most 75 octets, each ended by CR and LF.

    ``refresh`` is how often programs should ask for it again, in whole hours.
    """
    hours = f"PT{max(refresh // timedelta(hours=1), 1)}H"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//cert-monitor//cert-monitor {__version__}//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        # The first one is read by Outlook, the second is that of RFC 7986; so are the two intervals.
        f"X-WR-CALNAME:{escaped(name)}",
        f"NAME:{escaped(name)}",
        f"X-PUBLISHED-TTL:{hours}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{hours}",
    ]
    for event in events:
        lines += _event(event, made_at)
    return "".join(f"{folded(line)}\r\n" for line in (*lines, "END:VCALENDAR"))


def _event(event: CalendarEvent, made_at: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(chr(10).join(event.description))}"
    if event.url:
        yield f"URL:{_CONTROL.sub('', event.url)}"
    if event.categories:
        yield f"CATEGORIES:{','.join(map(escaped, event.categories))}"
    yield "TRANSP:TRANSPARENT"
    yield "X-MICROSOFT-CDO-BUSYSTATUS:FREE"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """Return a text as a value (RFC 5545 section 3.3.11); only line feeds remain of control characters."""
    clean = _CONTROL.sub(" ", text)
    for special in ("\\", ";", ","):
        clean = clean.replace(special, f"\\{special}")
    return clean.replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 octets, which no character spans (RFC 5545 section 3.1)."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode("utf-8", "replace"))
        if size + octets > _MOST_OCTETS:
            pieces.append(piece)
            piece, size = "", 1  # the space that begins a continued line counts
        piece += character
        size += octets
    return "\r\n ".join((*pieces, piece))

"""The timeline as a drawing: where its bars are and what they say; the template writes the SVG."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from monitor.messages import Writer
from monitor.model import Message, Severity
from monitor.model.texts import names
from monitor.planning import Timeline, Week, timeline
from monitor.web import planning_texts as texts
from monitor.web.pages.frame import Reader
from monitor.web.queries.planning.indexes import CertificateIndexes

_STEP = 14
"""Units from week to week; the template has the same in its numbers, and those of the whole drawing."""
_TOP, _BASE = 34, 144
_LEAST = 3
_MOST_NAMES = 5
_MOST_DIGITS = 3
_SECOND = timedelta(seconds=1)
_WEEK = 7

# From the axis upwards, so that what is urgent stands on the same line in every week.
_STACKED = (Severity.CRITICAL, Severity.UNKNOWN, Severity.WARNING, Severity.OK)


@dataclass(frozen=True, slots=True)
class TimelinePart:
    """The part of a bar for one level."""

    level: Severity
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class TimelineBar:
    """One week in which something expires; ``top`` is where its number stands, empty where it has no room."""

    x: int
    address: str
    said: Message
    number: str
    parts: tuple[TimelinePart, ...]
    top: float
    ca: bool


@dataclass(frozen=True, slots=True)
class MonthMark:
    """The name of a month where its first week begins."""

    x: int
    name: str


@dataclass(frozen=True, slots=True)
class TimelineChart:
    """Everything that the template draws and writes; ``levels`` are those in the legend."""

    bars: tuple[TimelineBar, ...]
    months: tuple[MonthMark, ...]
    levels: tuple[tuple[Severity, Message], ...]
    cas: bool
    expired: int
    later: int
    expired_address: str
    later_address: str


def timeline_for(reader: Reader, indexes: CertificateIndexes) -> TimelineChart:
    """Return the drawing of what a reader may see."""
    index = indexes.of(reader.snapshot, reader.caller.scope, reader.writer.now)
    return timeline_chart(timeline(index, reader.writer.zone), reader.writer)


def timeline_chart(shown: Timeline, writer: Writer) -> TimelineChart:
    """Return the drawing of a timeline for a reader."""
    weeks = shown.weeks
    most = max((week.count for week in weeks), default=0)
    bars = tuple(_bar(n, week, most, writer) for n, week in enumerate(weeks) if week.count)
    levels = {part.level for bar in bars for part in bar.parts}
    return TimelineChart(
        bars=bars,
        months=tuple(_months(weeks, writer)),
        levels=tuple((level, texts.LEVELS[level]) for level in _STACKED if level in levels),
        cas=any(bar.ca for bar in bars),
        expired=shown.expired,
        later=shown.later,
        expired_address=certificates_address(writer, until=shown.now),
        later_address=certificates_address(writer, since=weeks[-1].ends_at if weeks else shown.now),
    )


def certificates_address(
    writer: Writer, *, since: datetime | None = None, until: datetime | None = None
) -> str:
    """Return the list of certificates that expire on the days from ``since`` to ``until``, both included."""
    days = {
        name: at.astimezone(writer.zone).date().isoformat()
        for name, at in (("expires_from", since), ("expires_to", until))
        if at is not None
    }
    return f"/certificates?{urlencode(days)}"


def _bar(number: int, week: Week, most: int, writer: Writer) -> TimelineBar:
    parts = tuple(_parts(week, most))
    last = week.ends_at - _SECOND
    said = texts.week(count=week.count, first=week.starts_at, last=last)
    if week.cas:
        listed = names([ca.title for ca in week.cas], _MOST_NAMES)
        said = texts.week_with_cas(week=said, names=listed)
    count = str(week.count)
    return TimelineBar(
        x=number * _STEP + 1,
        address=certificates_address(writer, since=week.starts_at, until=last),
        said=said,
        number=count if len(count) <= _MOST_DIGITS else "",
        parts=parts,
        top=parts[-1].y,
        ca=bool(week.cas),
    )


def _parts(week: Week, most: int) -> Iterator[TimelinePart]:
    """Yield the parts of a bar from the axis upwards; a single one among thousands can still be seen."""
    y = float(_BASE)
    for level in _STACKED:
        if count := week.at(level):
            height = max(_LEAST, round((_BASE - _TOP) * count / most, 1))
            y = round(y - height, 1)
            yield TimelinePart(level, y, height)


def _months(weeks: tuple[Week, ...], writer: Writer) -> Iterator[MonthMark]:
    """Yield the name of each month at the week with its first day, in January with the year."""
    for number, week in enumerate(weeks):
        last = (week.ends_at - _SECOND).astimezone(writer.zone).date()
        # At the right edge a name would be cut.
        if last.day <= _WEEK and number < len(weeks) - 1:
            year = f" {last.year}" if last.month == 1 else ""
            yield MonthMark(number * _STEP + 1, writer.short_month(last.month) + year)

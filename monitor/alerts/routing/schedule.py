"""When digests and heartbeats are due: at a time of day, on certain days, in a receiver's time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

_SATURDAY = 5
_MONDAY = 0
# A clock that was set back since may not keep digests away until it has caught up.
_TOLERATED = timedelta(hours=1)


class Every(StrEnum):
    """On which days a digest is sent; weekly is on Mondays."""

    WORKDAY = "workday"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days and the time of day, in a time zone; a number is that of days, counted from a Monday.

    A time that a change of daylight saving skips or repeats counts once.
    """

    every: Every | int
    at: time
    zone: tzinfo

    def is_due(self, last: datetime, now: datetime) -> bool:
        """Return whether it came due between two instants; several times that were missed count once."""
        return last > now + _TOLERATED or last < self.latest(now)

    def day(self, at: datetime) -> date:
        """Return the day of an instant where the reader is."""
        return at.astimezone(self.zone).date()

    def latest(self, now: datetime) -> datetime:
        """Return the last instant at which it was due, now at the latest."""
        return next(at for at in self._instants(now, -1) if at <= now)

    def following(self, now: datetime) -> datetime:
        """Return the next instant at which it is due, later than now."""
        return next(at for at in self._instants(now, 1) if at > now)

    def _instants(self, now: datetime, step: int) -> Iterator[datetime]:
        """Yield the instants around and beyond a day, in one direction."""
        day = self.day(now) - timedelta(days=step)
        while True:
            if self._on(day):
                yield datetime.combine(day, self.at, self.zone).astimezone(UTC)
            day += timedelta(days=step)

    def _on(self, day: date) -> bool:
        if isinstance(self.every, int):
            # Day 1 of the calendar is a Monday.
            return (day.toordinal() - 1) % self.every == 0
        if self.every is Every.WEEKLY:
            return day.weekday() == _MONDAY
        return self.every is Every.DAILY or day.weekday() < _SATURDAY

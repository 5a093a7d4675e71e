"""Periods on one axis of time as shapes of an SVG: how long certificates are valid, what was seen when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Message

WIDTH = 600
"""The width of the axis in units of the SVG."""
_NARROWEST = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A period on the axis: where it begins and how wide it is, in units of the SVG."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Period:
    """A part of a strip: ``tone`` is the name of its style, ``said`` what happened."""

    bar: Bar
    tone: str
    said: Message


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from an instant to a later one."""

    start: datetime
    end: datetime

    def at(self, instant: datetime) -> float:
        """Return where an instant is; what lies outside is at an end."""
        share = (instant - self.start) / max(self.end - self.start, timedelta(seconds=1))
        return round(min(max(share, 0.0), 1.0) * WIDTH, 1)

    def bar(self, start: datetime, end: datetime) -> Bar:
        """Return a period, wide enough to be seen."""
        x = self.at(start)
        width = max(self.at(end) - x, _NARROWEST)
        return Bar(min(x, WIDTH - width), round(width, 1))


def axis_around(periods: Iterable[tuple[datetime, datetime]], now: datetime) -> Axis:
    """Return the axis that covers all periods and the present."""
    ends = [instant for period in periods for instant in period]
    return Axis(min((*ends, now)), max((*ends, now)))

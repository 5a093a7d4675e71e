"""How far the clock of a peer is from ours, and what it says by ours; pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import Observation
from monitor.wire.document import WireError

TOLERANCE = timedelta(seconds=5)
"""Clocks that are set by the network differ by less; so do arrivals of two documents over one line."""
OLDEST = timedelta(days=366)
"""No spool is that old; a clock that nobody has set begins at 1970."""


def clock_offset(sent_at: datetime, received_at: datetime, before: timedelta = timedelta(0)) -> timedelta:
    """Return the offset to add to a peer's times, that of ``before`` as long as it is still right.

    It stays exactly the same then, so that an answer that arrives twice has the same time twice.
    """
    offset = received_at - sent_at
    if abs(offset - before) <= TOLERANCE:
        return before
    return timedelta(0) if abs(offset) <= TOLERANCE else offset


def by_our_clock(observation: Observation, offset: timedelta, now: datetime) -> Observation:
    """Return an observation with its time by our clock; raise ``WireError`` for one that cannot be."""
    try:
        started_at = observation.started_at + offset
    except OverflowError:
        raise WireError("the time of an answer is beyond the calendar") from None
    if started_at > now + TOLERANCE or observation.duration > timedelta(days=1):
        raise WireError("the answer is from the future, or took more than a day")
    if started_at < now - OLDEST:
        raise WireError("the answer is older than a year")
    return replace(observation, started_at=started_at) if offset else observation

"""The times of a peer whose clock is wrong, by our clock."""

from datetime import timedelta

import pytest

from monitor.model import Observation, ProbeResult
from monitor.wire import WireError, by_our_clock, clock_offset
from support.pki import NOW

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def observation(at: timedelta, took: timedelta = SECOND) -> Observation:
    """Return an observation at a time from now."""
    return Observation("x", NOW + at, took, ProbeResult())


@pytest.mark.parametrize(
    ("ahead", "before", "offset"),
    [
        (timedelta(0), timedelta(0), timedelta(0)),
        (3 * SECOND, timedelta(0), timedelta(0)),
        (HOUR, timedelta(0), -HOUR),
        (-HOUR, timedelta(0), HOUR),
        (HOUR + 2 * SECOND, -HOUR, -HOUR),
        (SECOND, -HOUR, timedelta(0)),
        (2 * HOUR, -HOUR, -2 * HOUR),
    ],
)
def test_the_offset_of_a_clock(ahead: timedelta, before: timedelta, offset: timedelta) -> None:
    """Small differences are none, and an offset stays exactly the same as long as it is right."""
    assert clock_offset(NOW + ahead, NOW, before) == offset


def test_a_time_is_moved_by_the_offset() -> None:
    """A clock that is an hour ahead does not make a probe one of the future."""
    moved = by_our_clock(observation(HOUR - 10 * SECOND), -HOUR, NOW)
    assert moved == observation(-10 * SECOND)


def test_the_same_answer_has_the_same_time_again() -> None:
    """A second delivery is recognized by it."""
    first = clock_offset(NOW + HOUR, NOW)
    second = clock_offset(NOW + HOUR + 3 * SECOND, NOW + 4 * SECOND, first)
    assert by_our_clock(observation(timedelta(0)), first, NOW) == by_our_clock(
        observation(timedelta(0)), second, NOW
    )


@pytest.mark.parametrize(
    ("at", "took", "offset"),
    [
        (timedelta(minutes=1), SECOND, timedelta(0)),
        (timedelta(0), timedelta(days=2), timedelta(0)),
        (timedelta(0), SECOND, timedelta(days=10**8)),
    ],
)
def test_an_answer_from_the_future_is_refused(at: timedelta, took: timedelta, offset: timedelta) -> None:
    """Nothing would ever be newer than it."""
    with pytest.raises(WireError):
        by_our_clock(observation(at, took), offset, NOW)

"""When digests are due."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.routing.schedule import Every, Schedule

LISBON, NEW_YORK = ZoneInfo("Europe/Lisbon"), ZoneInfo("America/New_York")


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def instants(schedule: Schedule, begin: str, end: str) -> list[str]:
    """Return when it is due between two instants, found minute by minute, as a running service would."""
    now, last, found = at(begin), at(begin), []
    while now < at(end):
        if schedule.is_due(last, now):
            found.append(f"{now:%a %m-%d %H:%M}")
            last = now
        now += timedelta(minutes=5)
    return found


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (Every.WORKDAY, ["Thu 11-26 08:00", "Fri 11-27 08:00", "Mon 11-30 08:00", "Tue 12-01 08:00"]),
        (
            Every.DAILY,
            [
                f"{day} 08:00"
                for day in ("Thu 11-26", "Fri 11-27", "Sat 11-28", "Sun 11-29", "Mon 11-30", "Tue 12-01")
            ],
        ),
        (Every.WEEKLY, ["Mon 11-30 08:00"]),
    ],
)
def test_days(every: Every, expected: list[str]) -> None:
    """Workdays are Monday to Friday, and weekly is on Mondays."""
    assert instants(Schedule(every, time(8), UTC), "2026-11-25T09:00", "2026-12-02T07:00") == expected


def test_time_zone_and_daylight_saving() -> None:
    """The time of day is that of the reader, in summer and in winter."""
    schedule = Schedule(Every.DAILY, time(8), NEW_YORK)
    found = instants(schedule, "2026-10-31T00:00", "2026-11-02T20:00")
    assert found == ["Sat 10-31 12:00", "Sun 11-01 13:00", "Mon 11-02 13:00"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2026-03-29", ["Sun 03-29 01:30"]), ("2026-10-25", ["Sun 10-25 00:30"])],
)
def test_a_time_that_is_skipped_or_repeated(day: str, expected: list[str]) -> None:
    """It comes once on such a day too."""
    schedule = Schedule(Every.DAILY, time(1, 30), LISBON)
    found = instants(schedule, f"{day}T00:00", f"{day}T20:00")
    assert found == expected


def test_what_was_missed_comes_once() -> None:
    """After an outage of a month one digest is due, and the next one at its time."""
    schedule = Schedule(Every.DAILY, time(8), UTC)
    assert schedule.is_due(at("2026-10-01T08:00"), at("2026-11-01T03:00"))
    assert not schedule.is_due(at("2026-11-01T03:00"), at("2026-11-01T07:59"))
    assert schedule.is_due(at("2026-11-01T03:00"), at("2026-11-01T08:00"))


def test_a_clock_that_was_set_back() -> None:
    """A digest that was sent in a wrong future does not keep others away until then."""
    schedule = Schedule(Every.DAILY, time(8), UTC)
    assert schedule.is_due(at("2027-11-01T08:00"), at("2026-11-01T03:00"))
    assert not schedule.is_due(at("2026-11-01T08:00"), at("2026-11-01T07:59"))


def test_the_next_one() -> None:
    """The next due time is computed."""
    schedule = Schedule(Every.WORKDAY, time(8), UTC)
    assert schedule.following(at("2026-11-27T08:00")) == at("2026-11-30T08:00")
    assert schedule.following(at("2026-11-27T07:59")) == at("2026-11-27T08:00")
    assert schedule.latest(at("2026-11-29T12:00")) == at("2026-11-27T08:00")

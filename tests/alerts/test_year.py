"""A simulated year: who is notified of what and when, with outages, daylight saving and all lifetimes."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest

from monitor.alerts import NotifyReason
from monitor.model import Severity
from support.factories.alerts.world import DAYS
from support.factories.years.year import BEGIN, RULES, ZONES, Lineage, Year, by_receiver, severity_of

HOUR = timedelta(hours=1)
HEALTHY = [Lineage(f"acme{n}", 47 * DAYS, (0.66,), BEGIN - n * DAYS) for n in range(10)]


def test_healthy_short_lives_give_nothing() -> None:
    """Certificates that are renewed in time are no news, whatever their life is."""
    lives = [6, 47, 90, 365, 3650]
    year = Year([Lineage(f"l{life}", life * DAYS, (0.66,)) for life in lives], step=6 * HOUR).run()
    assert year.sent == []


def test_one_certificate_that_is_renewed_late() -> None:
    """The whole list of a year: warning in the digest, critical and expired at once, reminders, renewal."""
    late = Lineage("late", 90 * DAYS, (1.05, 0.66), BEGIN + 9 * HOUR)
    year = Year([late]).run()
    assert year.lines("lisbon") == [
        "03-10 08 digest first warning late",
        "03-17 08 digest reminder warning late",
        "03-24 08 digest reminder warning late",
        "03-25 09 at once worse critical late",
        *(f"03-{day} 08 at once reminder critical late" for day in (26, 27, 28)),
        *(f"03-{day} 07 at once reminder critical late" for day in (29, 30, 31)),
        "04-01 07 at once reminder critical late",
        "04-01 09 at once worse expired late",
        *(f"04-0{day} 07 at once reminder expired late" for day in (2, 3, 4, 5)),
        "04-05 21 at once renewed late",
    ]
    assert year.lines("new_york") == [
        "03-10 12 digest first warning late",
        "03-17 12 digest reminder warning late",
        "03-24 12 digest reminder warning late",
        "03-25 09 at once worse critical late",
        *(f"03-{day} 09 at once reminder critical late" for day in range(26, 32)),
        "04-01 09 at once worse expired late",
        *(f"04-0{day} 09 at once reminder expired late" for day in (2, 3, 4, 5)),
        "04-05 21 at once renewed late",
    ]


def random_year(seed: int) -> Year:
    """Return an estate and outages from a seed."""
    chance = random.Random(seed)
    lineages = []
    for number in range(8):
        life = chance.choice([6, 47, 90, 365, 3650]) * DAYS
        renewals = tuple(
            chance.choice([0.5, 0.66, 0.8, 0.93, 0.99, 1.02]) for _ in range(chance.randint(1, 4))
        )
        begins = BEGIN - life * chance.random()
        lineages.append(
            Lineage(
                f"t{number}",
                life,
                renewals,
                begins,
                bounded=chance.random() < 0.2,
                low_impact=number % 4 == 0,
            )
        )
    away = []
    for length in (HOUR, 30 * DAYS, 5 * HOUR):
        begin = BEGIN + timedelta(hours=chance.randrange(300 * 24))
        away.append((begin, begin + length))
    return Year(lineages, away, step=timedelta(hours=chance.choice([2, 3, 4])))


@pytest.fixture(scope="module", params=range(3))
def year(request: pytest.FixtureRequest) -> Year:
    """Let a random year pass."""
    return random_year(request.param).run()


def local_days(moments: list[datetime], receiver: str) -> Counter[str]:
    """Count instants by the day of a receiver."""
    return Counter(f"{one.astimezone(ZONES[receiver]):%Y-%m-%d}" for one in moments)


def test_one_digest_a_day(year: Year) -> None:
    """Nobody gets two digests on one day, changes of daylight saving and outages included."""
    for receiver in RULES:
        assert max(local_days(year.digests[receiver], receiver).values(), default=0) <= 1


def test_digests_come_in_the_morning(year: Year) -> None:
    """They come at eight where the reader is, or when the monitor is back."""
    back = [end for _, end in year.away]
    for receiver in RULES:
        for at in year.digests[receiver]:
            late = at - at.astimezone(ZONES[receiver]).replace(hour=8)
            assert late < year.step or any(end <= at < end + year.step for end in back), at


def test_no_workday_digest_on_a_weekend(year: Year) -> None:
    """Somebody who reads on workdays is left alone on the others, unless the monitor was away."""
    back = [end for _, end in year.away]
    for at in year.digests["new_york"]:
        away = any(end <= at < end + year.step for end in back)
        assert at.astimezone(ZONES["new_york"]).weekday() < 5 or away


def test_nothing_is_notified_twice(year: Year) -> None:
    """A level of a certificate is notified once to each receiver, but for reminders."""
    for sent in by_receiver(year).values():
        news = [one for one in sent if one.reason in (NotifyReason.FIRST, NotifyReason.WORSE)]
        notified = Counter((one.sha256, one.level) for one in news)
        assert {key: count for key, count in notified.items() if count > 1} == {}


def test_nothing_due_is_left_untold(year: Year) -> None:
    """Whatever is critical at a pass is notified by the end of that pass, low impact by the next digest."""
    for receiver, sent in by_receiver(year).items():
        for now in list(year.instants())[:: max(1, 24 * HOUR // year.step)]:
            for lineage in year.lineages:
                shown, _ = lineage.current(now)
                if lineage.low_impact or severity_of(shown, now) is not Severity.CRITICAL:
                    continue
                notified = [
                    one
                    for one in sent
                    if one.title == lineage.name
                    and shown.not_before <= one.at <= now
                    and one.level not in ("", "warning")
                ]
                assert notified, (receiver, lineage.name, now)


def test_low_impact_is_never_notified_at_once(year: Year) -> None:
    """Cameras come in digests alone, their renewals too."""
    low = {one.name for one in year.lineages if one.low_impact}
    assert [one for one in year.sent if one.title in low and not one.digest] == []


def test_every_end_is_notified_once(year: Year) -> None:
    """Who was notified of a certificate is notified of its renewal, and nobody else is."""
    for sent in by_receiver(year).values():
        open_alerts: set[str] = set()
        for one in sent:
            if one.reason is NotifyReason.RENEWED:
                assert one.title in open_alerts, one
                open_alerts.remove(one.title)
            else:
                open_alerts.add(one.title)

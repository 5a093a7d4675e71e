"""Renewal days survive a restart: the frozen plan, its steps as they are, and everything that happened."""

from dataclasses import replace

from monitor.model import CheckedItem, DayEvent, DayEventKind, RenewalDay, text
from support.factories.alerts.world import NOW
from support.factories.recorded import using
from support.factories.renewals.renewal_days import CA, DAY, MINUTE, NEW, PILOT, standing, with_step

STARTED = DayEvent(NOW, DayEventKind.STARTED, text("it begins"), by="alice")
REPORTED = DayEvent(NOW + MINUTE, DayEventKind.REPORTED, text("exit code 0"), PILOT, "bob \udc80")


def written_through() -> RenewalDay:
    """Return a day with every field in use, also an exit code of 0."""
    pilot = standing(DAY, PILOT)
    first, second = pilot.ports
    ports = (
        replace(first, sha256=NEW.sha256, sha1=NEW.sha1, served_at=NOW + MINUTE),
        replace(second, went_back=True, problem=text("for another name")),
    )
    day = with_step(DAY, replace(pilot, ports=ports, exit_code=0, expected="ab" * 20))
    ca = replace(
        standing(day, CA),
        confirmed_at=NOW,
        confirmed_by="carla",
        checked=(CheckedItem.CLIENTS, CheckedItem.LIVE),
        note="by group policy",
        left_out_at=NOW,
        left_out_by="dora",
        left_out_why="later",
    )
    return replace(
        with_step(day, ca),
        paused_at=NOW + MINUTE,
        stopped_at=NOW,
        stopped_step=PILOT,
        stopped_why=text("exit code 100"),
    )


def test_it_survives_a_restart(where: str) -> None:
    """What was written last is read, and the log has grown; nothing is lost of either."""
    day = written_through()
    using(lambda store: store.put_renewal_day(DAY, (STARTED,)), where)
    using(lambda store: store.put_renewal_day(day, (REPORTED,)), where)
    using(lambda store: store.put_renewal_day(day, ()), where)
    read = using(lambda store: store.renewal_day(DAY.id), where)
    assert read == (day, (STARTED, replace(REPORTED, by="bob \\udc80")))


def test_open_ones_are_found(where: str) -> None:
    """A start asks for those that go on; the list of protocols has all, the newest first."""
    ended = replace(DAY, id="day-0", started_at=NOW - MINUTE, ended_at=NOW, ended_by="alice")
    using(lambda store: store.put_renewal_day(ended, ()), where)
    using(lambda store: store.put_renewal_day(DAY, ()), where)
    assert using(lambda store: store.renewal_days(ended=False), where) == (DAY,)
    assert using(lambda store: store.renewal_days(), where) == (DAY, ended)
    assert using(lambda store: store.renewal_days(most=1), where) == (DAY,)
    assert using(lambda store: store.renewal_day("other"), where) is None

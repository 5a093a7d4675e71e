"""A certificate is late for its renewal by what was seen of those before it, and irregular ones never are."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.assess import judge
from monitor.assess.renewal_late import renewal_habit
from monitor.assess.texts import renewal_late, the_certificate
from monitor.model import Assessment, Check, PastRenewal, Path, Policy, Severity, Sighting, Target
from support.factories.years.renewal_year import simulated
from support.factories.years.simulated_servers import certificate_of

DAY = timedelta(days=1)
NOW = datetime.fromisoformat("2026-11-30T06:00:00+00:00")
WHERE = "nvr.example:443"
TARGET = Target(f"endpoint:{WHERE}", "endpoint", WHERE, None, server_name="nvr.example")
LEAF = certificate_of("nvr.example", NOW, 90 * DAY)


def renewed(*left: float, life: float = 90, where: str = WHERE) -> tuple[PastRenewal, ...]:
    """Return renewals with so many days left."""
    end = NOW
    return tuple(
        PastRenewal(where, f"{number}", end - life * DAY, end, end - days * DAY)
        for number, days in enumerate(left)
    )


def late_with(*left: float, life: float = 90) -> float | None:
    """Return with how many days left the certificate is late."""
    habit = renewal_habit(LEAF, renewed(*left, life=life))
    return None if habit is None else (LEAF.not_after - habit.late_at) / DAY


def judged(at: datetime, *past: PastRenewal, policy: Policy | None = None) -> Assessment:
    """Judge the certificate at an instant."""
    on = replace(TARGET, policy=policy or Policy())
    paths = (Path(WHERE, (LEAF,), trusted=True),)
    return judge(on, (Sighting(WHERE, 0, LEAF),), paths, at, renewals=past)


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ((), None),
        ((30,), None),
        ((30, 30), 18),
        ((30, 28), 16.4),
        ((30, 30, 30, 26), 14),
        ((32, 26), None),
        ((30, 85), None),
        ((-1, -1), None),
        ((3.5, 3.5), None),
        ((5, 5), 3),
    ],
)
def test_when_it_is_late(left: tuple[float, ...], expected: float | None) -> None:
    """Two renewals at least; by 40 % of what was left, three times the spread, two days; half at most."""
    found = late_with(*left)
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("life", "known"), [(90, True), (82, True), (47, False), (398, False)])
def test_renewals_of_another_lifetime_do_not_count(life: float, known: bool) -> None:  # noqa: FBT001 - a table
    """Programs plan by the lifetime, and CAs shorten theirs."""
    assert (late_with(30, 30, life=life) is not None) is known


def test_it_is_a_warning_from_that_instant() -> None:
    """It is judged again then, and says what is usual."""
    late_at = LEAF.not_after - 18 * DAY
    before, after = judged(late_at - DAY, *renewed(30, 30)), judged(late_at, *renewed(30, 30))
    assert (before.next_change_at, [one.check for one in before.findings]) == (late_at, [Check.EXPIRY])
    (found,) = (one for one in after.findings if one.check is Check.RENEWAL_LATE)
    assert (found.severity, found.sha256) == (Severity.WARNING, LEAF.sha256)
    assert found.message == renewal_late(
        who=the_certificate(title="nvr.example"), renewals=2, least=30 * DAY, not_after=LEAF.not_after
    )


def test_other_locations_and_a_policy_that_turns_it_off() -> None:
    """Each location has its own habit, and ``checks: {renewal_late: off}`` is as for others."""
    at = LEAF.not_after - 10 * DAY
    off = Policy(checks=((Check.RENEWAL_LATE, None),))
    for found in (judged(at, *renewed(30, 30, where="other:443")), judged(at, *renewed(30, 30), policy=off)):
        assert Check.RENEWAL_LATE not in {one.check for one in found.findings}


def test_a_simulated_year() -> None:
    """From 47 days of lifetime on no alarm is false, and of every lineage that stops it is told in time."""
    found = simulated(2000)
    assert found.pop(6.67).false_alarms <= 1
    for life, outcome in found.items():
        assert (life, outcome.false_alarms, outcome.alarmed) == (life, 0, outcome.stopped)
        assert min(outcome.before_critical) > 2

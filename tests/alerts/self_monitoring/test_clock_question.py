"""What is notified while the clock may be ahead."""

from dataclasses import replace

import pytest

from monitor.alerts import NotifyReason
from monitor.alerts.clock_jump import ClockDoubts, ClockJump
from monitor.alerts.keys import CLOCK
from monitor.alerts.texts import (
    CLOCK_EARLIER,
    CLOCK_HELD,
    CLOCK_IF_JUMP_IS_RIGHT,
    CLOCK_IF_JUMP_IS_WRONG,
    CLOCK_REPORTS,
    CLOCK_RIGHT,
    clock_jumped,
    clock_unconfirmed,
    expired_at_once,
)
from monitor.model import AlertLevel, Message, Severity, TargetState
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    Decided,
    MonitorState,
    apply,
    certificate,
    decide,
    ending,
    news,
    picture,
    row,
    seen,
    steps,
)

AHEAD = 3 * DAYS
HELD = ClockJump(NOW, NOW + AHEAD, AHEAD, held=True)
BELIEVED = replace(HELD, held=False)
CALM = picture(seen("a:443", certificate(1)))
QUESTION = (clock_jumped(before=NOW, after=NOW + AHEAD), CLOCK_IF_JUMP_IS_RIGHT, CLOCK_IF_JUMP_IS_WRONG)


def doubting(jump: ClockJump | None = None, *, since_days: float | None = None) -> MonitorState:
    """Return the state of a monitor whose clock may be ahead."""
    since = None if since_days is None else NOW - since_days * DAYS
    return replace(AFTER_INVENTORY, clock_doubts=ClockDoubts(jump, since))


def expired(*numbers: int, days: float = -0.5, issuers: int = 5) -> tuple[TargetState, ...]:
    """Return targets with expired certificates of several CAs."""
    made = (
        replace(certificate(one, days), issuer_cn=f"CA {one % issuers}", issuer=f"CN=CA {one % issuers}")
        for one in numbers
    )
    return tuple(ending(f"{one.subject_cn}:443", one, Severity.CRITICAL) for one in made)


def asked(decided: Decided) -> list[tuple[Message, ...]]:
    """Return what is asked about the clock."""
    return [item.messages for item in decided.items if item.reason is NotifyReason.CLOCK]


def test_the_question_is_asked_once() -> None:
    """It is one alert, a warning, and says what happens meanwhile."""
    first, second, believed = steps(
        (CALM, NOW), (CALM, NOW + DAYS / 48), (CALM, NOW + DAYS / 24), monitor_state=doubting(HELD)
    )
    assert asked(first) == [(QUESTION[0], CLOCK_HELD, *QUESTION[1:])]
    assert [(group.check.value, group.level) for group in first.groups] == [("clock", AlertLevel.WARNING)]
    assert [second.is_nothing, believed.is_nothing] == [True, True]


def test_what_is_true_by_the_undisturbed_time_is_notified_beside_it() -> None:
    """Nothing waits for the answer, and it needs no remark."""
    decided = decide(picture(*expired(1)), {}, NOW, monitor_state=doubting(HELD))
    assert news(decided) == [("first", "expired", "host1:443"), ("clock", "warning", "")]
    assert decided.receiver.remarks == ()


def test_what_is_notified_when_nobody_answered_says_so() -> None:
    """The remark stands on each notification while the clock is suspected."""
    known = row(CLOCK, "warning", NOW)
    decided = decide(picture(*expired(1)), known, NOW + AHEAD, monitor_state=doubting(BELIEVED))
    assert news(decided) == [("first", "expired", "host1:443")]
    assert decided.receiver.remarks == (clock_unconfirmed(before=NOW, after=NOW + AHEAD),)


def test_a_receiver_that_could_not_be_asked_is_asked_later() -> None:
    """Then nothing is held any more, and the question does not say so."""
    assert asked(decide(CALM, {}, NOW + AHEAD, monitor_state=doubting(BELIEVED))) == [QUESTION]


def test_another_jump_is_another_question() -> None:
    """What was asked before it is no answer to it."""
    known = row(CLOCK, "warning", NOW - DAYS)
    assert len(asked(decide(CALM, known, NOW, monitor_state=doubting(HELD)))) == 1


def test_the_end_of_the_suspicion_is_notified() -> None:
    """Accepted or set back, the clock is right again."""
    decided = decide(CALM, row(CLOCK, "warning", NOW), NOW + DAYS, monitor_state=AFTER_INVENTORY)
    assert [(item.reason, item.messages) for item in decided.items] == [
        (NotifyReason.RESOLVED, (CLOCK_RIGHT, CLOCK_REPORTS))
    ]


def test_a_clock_that_is_wrong_after_the_question_is_notified() -> None:
    """The question does not stand for the alert that nothing is reported any more."""
    suspect = replace(AFTER_INVENTORY, clock_suspect=True)
    decided = decide(CALM, row(CLOCK, "warning", NOW - DAYS / 24), NOW, monitor_state=suspect)
    assert [CLOCK_EARLIER in messages for messages in asked(decided)] == [True]
    assert [record.level for record in decided.decision.alert_changes] == [AlertLevel.CRITICAL]


def test_before_the_inventory_it_is_asked_too() -> None:
    """A first pass may take half an hour; the inventory itself goes without the question."""
    first = replace(doubting(HELD), inventory_sent=False, first_pass_started_at=NOW, never_probed=1)
    assert len(asked(decide(CALM, {}, NOW, monitor_state=first))) == 1
    done = decide(CALM, {}, NOW, monitor_state=replace(first, never_probed=0))
    assert (done.inventory is not None, asked(done)) == (True, [])
    later = decide(CALM, apply({}, done), NOW, monitor_state=replace(first, never_probed=0))
    assert len(asked(later)) == 1


def test_many_that_expire_by_the_new_time_alone() -> None:
    """Five certificates of several CAs add the question to what is notified, which is not withheld."""
    at = NOW + AHEAD
    states = expired(1, 2, 3, 4, 5, days=2)
    decided = decide(picture(*states), row(CLOCK, "warning", NOW), at, monitor_state=doubting(BELIEVED))
    assert len(decided.items) == 5
    assert decided.receiver.remarks[1:] == (expired_at_once(count=5, since=NOW),)


@pytest.mark.parametrize(
    ("states", "since_days", "questions"),
    [
        (expired(1, 2, 3, 4, 5), 1, 1),
        (expired(1, 2, 3, 4), 1, 0),
        (expired(1, 2, 3, 4, 5, issuers=1), 1, 0),
        (expired(1, 2, 3, 4, 5, days=-2), 1, 0),
        (expired(1, 2, 3, 4, 5, days=-0.001), 0.002, 0),
        (expired(1, 2, 3, 4, 5), None, 0),
    ],
)
def test_many_that_expired_while_nobody_watched_the_clock(
    states: tuple[TargetState, ...], since_days: float | None, questions: int
) -> None:
    """Nobody knows how long a restart took: many of several CAs that expired since then are a question.

    Those that had expired before are not, nor are those of one CA, nor those of a restart of minutes.
    """
    decided = decide(picture(*states), {}, NOW, monitor_state=doubting(since_days=since_days))
    assert {reason for reason, _, _ in news(decided)} == {"first"}
    assert len(decided.receiver.remarks) == questions


def test_expired_certificates_of_a_ca_stand_together() -> None:
    """So that a reader sees at once whether a CA explains them; what is not expired follows in its order."""
    made = {1: ("A", -4), 2: ("B", -3), 3: ("A", -2), 4: ("B", -1)}
    several = [
        replace(certificate(one, days), issuer_cn=ca, issuer=f"CN={ca}") for one, (ca, days) in made.items()
    ]
    states = [ending(f"{one.subject_cn}:443", one, Severity.CRITICAL) for one in several]
    soon = ending("soon:443", certificate(9, 5), Severity.CRITICAL)

    def titles(monitor_state: MonitorState) -> list[str]:
        return [
            title
            for _, _, title in news(decide(picture(*states, soon), {}, NOW, monitor_state=monitor_state))
        ]

    by_ca = ["host1:443", "host3:443", "host2:443", "host4:443", "soon:443"]
    assert titles(doubting(HELD)) == [*by_ca, ""]
    assert titles(doubting(since_days=1)) == by_ca
    assert titles(AFTER_INVENTORY) == ["host1:443", "host2:443", "host3:443", "host4:443", "soon:443"]


def test_the_alert_about_the_clock_comes_first() -> None:
    """However many others there are, the page shows it."""
    decided = decide(picture(*expired(1, 2)), {}, NOW, monitor_state=doubting(HELD))
    assert [group.check.value for group in decided.groups] == ["clock", "expiry", "expiry"]


def test_what_was_notified_ahead_of_time_is_reminded_of_in_time() -> None:
    """After a clock that was a year ahead, reminders come as if it had been notified now."""
    state = ending("a:443", certificate(1, 20))
    key = next(iter(decide(picture(state), {}, NOW, monitor_state=AFTER_INVENTORY).changes)).key
    back = decide(picture(state), row(key, "warning", NOW + 365 * DAYS), NOW, monitor_state=AFTER_INVENTORY)
    assert news(back) == []
    week_later = decide(picture(state), apply({}, back), NOW + 7 * DAYS, monitor_state=AFTER_INVENTORY)
    assert [reason for reason, _, _ in news(week_later)] == ["reminder"]

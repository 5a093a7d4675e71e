"""Renewal windows of CAs: no finding, overdue, or moved forward."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.assess import correlate
from monitor.model import (
    AlertKey,
    Check,
    Finding,
    Policy,
    RenewalWindow,
    Severity,
    Snapshot,
    TargetState,
)
from support.factories.alerts.world import (
    AFTER_INVENTORY,
    DAYS,
    NOW,
    Row,
    apply,
    certificate,
    decide,
    news,
    picture,
    seen,
    target,
)
from support.written import written

WHERE = "www.example:443"
ASKED = target(WHERE, policy=Policy(renewal_information=True))
LEAF = certificate(1, days=60, age=30)
"""90 days long, with two thirds left."""
USUAL = (NOW + 30 * DAYS, NOW + 32 * DAYS)


def window(
    start: datetime, end: datetime, first: tuple[datetime, datetime] | None = USUAL, why: str = ""
) -> RenewalWindow:
    """Return a window, with the one that was suggested first."""
    return RenewalWindow(LEAF.sha256, start, end, NOW, why, *(first or (start, end)))


def world(suggested: RenewalWindow | None, *, on: Sequence[TargetState] = ()) -> Snapshot:
    """Return a picture in which the CA suggested this."""
    states = on or (seen(WHERE, LEAF, on=ASKED),)
    return replace(picture(*states), renewals={LEAF.sha256: suggested} if suggested else {})


def found(suggested: RenewalWindow | None, at: float = 0, *, on: Sequence[TargetState] = ()) -> list[Finding]:
    """Return the findings, so many days after NOW."""
    every = correlate(world(suggested, on=on), NOW + at * DAYS)
    return [one for findings in every.values() for one in findings if one.check is Check.RENEWAL_WINDOW]


def severities(suggested: RenewalWindow, at: float = 0) -> list[str]:
    """Return how bad the findings are."""
    return [one.severity.value for one in found(suggested, at)]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(0, [], id="before the window"),
        pytest.param(31, [], id="inside the window"),
        pytest.param(32, [], id="at its end"),
        pytest.param(32.01, ["warning"], id="after its end"),
        pytest.param(59, ["warning"], id="long after its end, the check of expiry says the rest"),
    ],
)
def test_the_usual_window(at: float, expected: list[str]) -> None:
    """Nothing inside it; a warning when it has passed and the certificate is still there."""
    assert severities(window(*USUAL), at) == expected


@pytest.mark.parametrize(
    ("suggested", "at", "expected"),
    [
        pytest.param(window(NOW + 5 * DAYS, NOW + 6 * DAYS), 0, ["warning"], id="pulled in, still ahead"),
        pytest.param(window(NOW - 1 * DAYS, NOW + 1 * DAYS), 0, ["warning"], id="pulled in, now"),
        pytest.param(window(NOW - 2 * DAYS, NOW - 1 * DAYS), 0, ["critical"], id="pulled in, passed"),
        pytest.param(window(NOW + 29 * DAYS, NOW + 31 * DAYS), 0, [], id="wandered by a day"),
        pytest.param(window(NOW + 40 * DAYS, NOW + 42 * DAYS), 0, [], id="put off"),
        pytest.param(
            window(NOW - DAYS / 24, NOW - DAYS / 48, None), 0, ["critical"], id="renew now, first heard so"
        ),
        pytest.param(window(NOW - DAYS / 24, NOW + DAYS, None), 0, ["warning"], id="renew now, with a day"),
        pytest.param(window(NOW + DAYS, NOW + 2 * DAYS, None), 0, [], id="early from the beginning, ahead"),
        pytest.param(
            window(NOW + 19 * DAYS, NOW + 20 * DAYS, None), 21, ["warning"], id="passed with 40 % left"
        ),
    ],
)
def test_a_window_that_was_pulled_in(suggested: RenewalWindow, at: float, expected: list[str]) -> None:
    """A CA that wants it earlier is about to revoke: a warning, critical once its window has passed."""
    assert severities(suggested, at) == expected


def test_sentences_of_a_window_that_was_pulled_in() -> None:
    """What the CA wants, what it wanted before, and where it says why."""
    wanted = (
        'the CA wants the certificate "host1" renewed earlier than usual, '
        "between 20 Nov 2026 12:00 UTC and 21 Nov 2026 12:00 UTC"
    )
    now = "renew it now, the CA may be about to revoke it"
    early = (NOW - 3 * DAYS, NOW - 2 * DAYS)
    explained = found(window(*early, why="https://ca.example/incident"))
    bare = found(window(*early, None))
    assert [written(one) for one in explained + bare] == [
        f"{wanted} instead of from 23 Dec 2026 12:00 UTC: {now}; its reason: https://ca.example/incident",
        f"{wanted}: {now}",
    ]


def test_the_sentence_of_a_window_that_has_passed() -> None:
    """It asks to check the renewal, which is what failed."""
    sentence = (
        'the CA suggested renewing the certificate "host1" between 23 Dec 2026 12:00 UTC and '
        "25 Dec 2026 12:00 UTC, and it is still in use: check whether its renewal works"
    )
    [one] = found(window(*USUAL), 33)
    assert (written(one), one.location, one.sha256) == (sentence, WHERE, LEAF.sha256)


def test_only_targets_that_ask_are_judged() -> None:
    """The policy decides, also where another target asked about the same certificate."""
    plain = seen("files:1", LEAF, on=target("files:1"))
    late = window(NOW - 2 * DAYS, NOW - DAYS)
    every = correlate(world(late, on=(plain, seen(WHERE, LEAF, on=ASKED))), NOW)
    assert list(every) == [ASKED.id]


def test_a_certificate_without_a_window_is_quiet() -> None:
    """What nobody suggested is no finding."""
    assert found(None) == []


def test_the_check_can_be_set_and_switched_off() -> None:
    """``checks`` as everywhere."""
    late = window(NOW - 2 * DAYS, NOW - DAYS)
    for severity in (Severity.WARNING, None):
        policy = Policy(renewal_information=True, checks=((Check.RENEWAL_WINDOW, severity),))
        shown = found(late, on=(seen(WHERE, LEAF, on=target(WHERE, policy=policy)),))
        assert [one.severity for one in shown] == ([severity] if severity else [])


def test_reported_once_for_a_certificate_and_taken_back_with_its_renewal() -> None:
    """One mail for all locations, none every hour when the window moves on, and one when it was renewed."""
    locations = ("www.example:443", "api.example:443")
    old = [seen(location, LEAF, on=target(location, policy=ASKED.policy)) for location in locations]
    log: Mapping[AlertKey, Row] = {}
    said = []
    for hours in range(3):
        now = NOW + timedelta(hours=hours)
        snapshot = world(window(now - DAYS / 24, now - DAYS / 48), on=old)
        snapshot = replace(snapshot, correlated=correlate(snapshot, now))
        decision = decide(snapshot, log, now, monitor_state=AFTER_INVENTORY)
        log = apply(log, decision)
        said.append([(entry.reason.value, len(entry.locations)) for entry in decision.items])
    assert said == [[("first", 2)], [], []]
    calm = world(window(*USUAL), on=old)
    assert news(decide(calm, log, NOW, monitor_state=AFTER_INVENTORY)) == []

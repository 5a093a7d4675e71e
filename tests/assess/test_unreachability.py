"""An unreachable target is a finding."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.assess import texts, unreachability, unreachability_changes_at
from monitor.model import (
    Check,
    Failure,
    FailureReason,
    Finding,
    Policy,
    Severity,
    Sighting,
    Target,
    TargetState,
    text,
)
from monitor.parse import parse_certificate
from support.pki import NOW, days, leaf
from support.written import written

POLICY = Policy(interval=timedelta(hours=1), timeout=timedelta(seconds=10), unreachable_after=3)
TARGET = Target("endpoint:nvr:443", "endpoint", "nvr:443", None, policy=POLICY)
SPAN = timedelta(hours=3, seconds=10)
TIMEOUT = Failure(FailureReason.TIMEOUT, text("no answer within 10 s"))
SEEN = TargetState(TARGET, watched_since=days(-10), probed_at=NOW, succeeded_at=NOW)


def failing(probes: int, succeeded_at: datetime | None = NOW) -> TargetState:
    """Return the state after some failed probes."""
    return replace(SEEN, failed_probes=probes, succeeded_at=succeeded_at, failures=(TIMEOUT,))


def severity(state: TargetState, now: datetime = NOW) -> Severity | None:
    """Return only how bad the unreachability is."""
    found = unreachability(state, now)
    return found.severity if found else None


def test_what_the_monitor_ran_short_of_says_nothing_of_the_target() -> None:
    """Out of descriptors, a target is neither called unreachable nor reachable again."""
    own = (Failure(FailureReason.INTERNAL, text("out of descriptors")),)
    assert unreachability(replace(failing(30, days(-9)), failures=own), NOW) is None
    before = unreachability(failing(30, days(-9)), NOW)
    assert before is not None
    assert unreachability(replace(failing(31, days(-9)), failures=own, unreachable=before), NOW) == before
    assert severity(replace(failing(30, days(-9)), failures=(*own, TIMEOUT))) is Severity.CRITICAL


def test_before_the_first_probe_there_is_nothing_to_report() -> None:
    """A target that was never tried is not unreachable."""
    assert unreachability(TargetState(TARGET, watched_since=days(-10)), NOW) is None


@pytest.mark.parametrize(
    ("probes", "expected"),
    [
        (0, None),
        (2, None),
        (3, Severity.WARNING),
        (11, Severity.WARNING),
        (12, Severity.CRITICAL),
    ],
)
def test_failed_probes_in_a_row_count(probes: int, expected: Severity | None) -> None:
    """So many make a warning, four times as many are critical."""
    assert severity(failing(probes)) == expected


@pytest.mark.parametrize(
    ("unseen", "expected"),
    [
        (SPAN - timedelta(seconds=1), None),
        (SPAN, Severity.WARNING),
        (4 * SPAN - timedelta(seconds=1), Severity.WARNING),
        (4 * SPAN, Severity.CRITICAL),
    ],
)
def test_time_without_success_counts(unseen: timedelta, expected: Severity | None) -> None:
    """Probes that never end fail as well: time alone is enough."""
    assert severity(SEEN, NOW + unseen) == expected


def test_time_counts_from_the_first_try_when_there_was_no_success() -> None:
    """A target that never answered is unreachable since it is watched."""
    assert severity(replace(failing(1, None), watched_since=NOW - SPAN)) == Severity.WARNING


def test_the_policy_changes_the_severity() -> None:
    """A policy can make it critical at once."""
    policy = replace(POLICY, checks=((Check.UNREACHABLE, Severity.CRITICAL),))
    assert severity(replace(failing(3), target=replace(TARGET, policy=policy))) == Severity.CRITICAL


def test_the_policy_switches_it_off() -> None:
    """A target that is often away may be left alone."""
    policy = replace(POLICY, checks=((Check.UNREACHABLE, None),))
    assert severity(replace(failing(30), target=replace(TARGET, policy=policy))) is None


def test_names_the_last_success_and_the_reason() -> None:
    """The sentence has what a person needs first."""
    assert unreachability(failing(3), NOW) == Finding(
        Check.UNREACHABLE,
        Severity.WARNING,
        texts.unreachable(
            last=texts.last_reached(at=NOW),
            failed=texts.checks_failed(count=3, reasons=TIMEOUT.message),
        ),
    )


@pytest.mark.parametrize(
    ("failed", "succeeded_at", "begins"),
    [
        ("/tls/b.p12", NOW, "last read in full 23 Nov 2026 12:00 UTC, 3 checks"),
        ("/tls/b.p12", None, "never read in full, watched since 13 Nov 2026 12:00 UTC, 3 checks"),
        ("/tls", None, "never reached, watched since"),
        ("/tls/a.pem", None, "never reached, watched since"),
        ("", None, "never reached, watched since"),
    ],
)
def test_one_broken_file_does_not_hide_the_others(
    failed: str, succeeded_at: datetime | None, begins: str
) -> None:
    """What was read beside it was seen."""
    shown = (Sighting("/tls/a.pem#web", 0, parse_certificate(leaf("web").der)),)
    target = replace(TARGET, kind="files", location="/tls/*, /more")
    failures = (Failure(FailureReason.PASSPHRASE, text("none fits"), failed),)
    state = replace(failing(3, succeeded_at), target=target, sightings=shown, failures=failures)
    found = unreachability(state, NOW)
    assert found is not None
    assert written(found).startswith(begins)


def test_names_several_reasons_once_each_and_counts_the_rest() -> None:
    """Many files that fail alike do not fill a mail."""
    failures = tuple(Failure(FailureReason.NOT_FOUND, text(f"file {n // 2}")) for n in range(10))
    found = unreachability(replace(failing(3, None), failures=failures), NOW)
    assert found is not None
    assert written(found) == (
        "never reached, watched since 13 Nov 2026 12:00 UTC, 3 checks in a row failed "
        "(file 0; file 1; file 2; and 2 more)"
    )


def test_a_stalled_target_says_so() -> None:
    """Without failures it is the probes themselves that do not end."""
    found = unreachability(SEEN, NOW + SPAN)
    assert found is not None
    assert written(found) == "last reached 23 Nov 2026 12:00 UTC, no check has finished since"


@pytest.mark.parametrize(
    ("now", "expected"),
    [(NOW, NOW + SPAN), (NOW + SPAN, NOW + 4 * SPAN), (NOW + 4 * SPAN, None)],
)
def test_knows_when_time_alone_changes_it(now: datetime, expected: datetime | None) -> None:
    """The next instant is known, so that nobody has to ask before."""
    assert unreachability_changes_at(SEEN, now) == expected


def test_nothing_changes_before_the_first_probe() -> None:
    """Without a probe there is no such instant."""
    assert unreachability_changes_at(TargetState(TARGET), NOW) is None

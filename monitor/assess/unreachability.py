"""Judge whether a target has been unreachable for too long: what is not seen cannot be watched.

A standby server answers only after a takeover: no answer is normal, but until it was reached once nothing is
known of it either. This must not judge certificates: those last known stay judged on their own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.assess import texts
from monitor.model import (
    Check,
    Failure,
    Finding,
    Message,
    Policy,
    Severity,
    TargetState,
    is_within,
)
from monitor.model.texts import joined

# Critical after this many times as many failed probes, or as much time, as a warning.
_WORSE = 4
_MOST_REASONS = 3


def unreachability(state: TargetState, now: datetime, *, awake_at: datetime | None = None) -> Finding | None:
    """Return the finding about an unreachable target, ``None`` before its first probe.

    Time before ``awake_at`` does not count: nothing was probed while the monitor itself was stopped.
    """
    since = state.succeeded_at or state.watched_since
    if state.probed_at is None or since is None:
        return None
    if state.target.traits.standby:
        return _never_seen(state)
    if state.failed_here:
        # What the monitor itself ran short of says nothing of the target: it stays what it was.
        return state.unreachable
    default = _severity(state, now - max(since, awake_at or since))
    severity = default and state.target.policy.severity(Check.UNREACHABLE, default)
    if severity is None:
        return None
    return Finding(Check.UNREACHABLE, severity, _message(state, since))


def unreachability_changes_at(state: TargetState, now: datetime) -> datetime | None:
    """Return the next instant at which time alone changes the finding about a target."""
    since = state.succeeded_at or state.watched_since
    if state.probed_at is None or since is None or state.target.traits.standby:
        return None
    span = _span(state.target.policy)
    return min((at for at in (since + span, since + _WORSE * span) if at > now), default=None)


def _never_seen(state: TargetState) -> Finding | None:
    """Return the finding about a standby that never served a certificate; no answer is normal later."""
    severity = state.target.policy.severity(Check.NEVER_SEEN, Severity.WARNING)
    if state.succeeded_at is not None or state.sightings or severity is None:
        return None
    return Finding(Check.NEVER_SEEN, severity, texts.NEVER_SEEN)


def _span(policy: Policy) -> timedelta:
    return policy.unreachable_after * policy.interval + policy.timeout


def _severity(state: TargetState, unseen: timedelta) -> Severity | None:
    span, most = _span(state.target.policy), state.target.policy.unreachable_after
    if state.failed_probes >= _WORSE * most or unseen >= _WORSE * span:
        return Severity.CRITICAL
    if state.failed_probes >= most or unseen >= span:
        return Severity.WARNING
    return None


def failures_named(failures: Iterable[Failure]) -> tuple[Message, ...]:
    """Return the messages of the first few different failures, which the finding includes."""
    return _different(failures)[:_MOST_REASONS]


def _different(failures: Iterable[Failure]) -> tuple[Message, ...]:
    return tuple(dict.fromkeys(failure.message for failure in failures))


def _message(state: TargetState, since: datetime) -> Message:
    in_part = _in_part(state)
    if state.succeeded_at:
        last = (texts.last_read_in_full if in_part else texts.last_reached)(at=since)
    else:
        last = (texts.never_read_in_full if in_part else texts.never_reached)(since=since)
    return texts.unreachable(last=last, failed=_failed(state))


def _failed(state: TargetState) -> Message:
    if not state.failed_probes:
        return texts.NO_CHECK_ENDED
    reasons = _different(state.failures)
    if not reasons:
        return texts.checks_failed_unknown(count=state.failed_probes)
    return texts.checks_failed(count=state.failed_probes, reasons=joined(reasons, _MOST_REASONS))


def _in_part(state: TargetState) -> bool:
    """Return whether the last probe read some locations: one broken file does not hide the others."""
    failed = [failure.location for failure in state.failures]
    if not all(failed) or state.target.location in failed:
        return False
    read = [one.location for one in state.sightings] + [one.location for one in state.lists]
    return any(
        not any(is_within(location, one) or location.startswith(f"{one}/") for one in failed)
        for location in read
    )

"""Advance a renewal day by what its ports serve and by time; actions of people are in ``progress``."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model import (
    Certificate,
    Check,
    DayEvent,
    DayEventKind,
    DayPort,
    DayStep,
    Finding,
    Message,
    RenewalDay,
    Severity,
    Snapshot,
    TargetState,
)
from monitor.planning.renewal_day import texts
from monitor.planning.renewal_day.change import DayChange, stopped, with_end, with_step

WORK_AT_MOST = timedelta(hours=12)
"""After so much work at a time a day rests by itself: alerts must not wait because somebody went home."""

_UNSUITABLE = frozenset(
    {
        Check.EXPIRY,
        Check.NOT_YET_VALID,
        Check.NAME,
        Check.TRUST,
        Check.USAGE,
        Check.KEY_TYPE,
        Check.WEAK_KEY,
        Check.WEAK_SIGNATURE,
        Check.REVOKED,
        Check.ENCRYPTION,
    }
)
"""Checks that, where critical, keep a new certificate from counting."""


def observe(day: RenewalDay, snapshot: Snapshot, now: datetime) -> DayChange:
    """Return a day after its ports were probed; nothing changes while no work goes on."""
    if not day.working:
        return DayChange(day)
    change = DayChange(day)
    for step in day.steps:
        change = _joined(change, _observed(change.day, step, snapshot, now))
    change = with_end(change, now)
    if change.day.working and now - day.work_began_at >= WORK_AT_MOST:
        event = DayEvent(now, DayEventKind.PAUSED, texts.TIME_OVER)
        return _joined(change, DayChange(replace(change.day, paused_at=now), (event,)))
    return change


def _joined(first: DayChange, second: DayChange) -> DayChange:
    return DayChange(second.day, first.events + second.events)


def _observed(day: RenewalDay, step: DayStep, snapshot: Snapshot, now: datetime) -> DayChange:
    ports = tuple(_port(port, step.expected, snapshot, now) for port in step.ports)
    if ports == step.ports:
        return DayChange(day)
    events = [event for pair in zip(step.ports, ports, strict=True) for event in _events(*pair, step, now)]
    changed = replace(step, ports=ports)
    if any(_other(*pair) for pair in zip(step.ports, ports, strict=True)):
        # Whatever was checked, it was another certificate.
        changed = replace(changed, confirmed_at=None)
    change = DayChange(with_step(day, changed), tuple(events))
    back = next((one for one in events if one.kind is DayEventKind.WENT_BACK), None)
    return _joined(change, stopped(change.day, step, back.message, now)) if back else change


def _port(port: DayPort, expected: str, snapshot: Snapshot, now: datetime) -> DayPort:
    state = snapshot.states.get(port.target_id)
    leaves = _leaves(state) if state else ()
    if state is None or not leaves:
        return port
    # A port that was switched before the plan was made serves the expected one from the beginning.
    chosen = any(_is(leaf, expected) for leaf in leaves)
    if not chosen and any(leaf.sha256 == port.old_sha256 for leaf in leaves):
        return replace(port, went_back=True, problem=None) if port.sha256 else port
    leaf = next((one for one in leaves if _is(one, expected)), leaves[0])
    found = (*state.assessment.findings, *snapshot.correlated.get(port.target_id, ()))
    problem = _problem(leaf, port, expected, found)
    same = leaf.sha256 == port.sha256 and not port.went_back
    at = port.served_at if same else now
    return replace(port, sha256=leaf.sha256, sha1=leaf.sha1, served_at=at, went_back=False, problem=problem)


def _leaves(state: TargetState) -> tuple[Certificate, ...]:
    """Return what a port serves: one certificate, or one for each type of key."""
    return tuple(one.certificate for one in state.sightings if one.position == 0)


def _is(leaf: Certificate, expected: str) -> bool:
    return bool(expected) and expected in (leaf.sha1.lower(), leaf.sha256)


def _problem(leaf: Certificate, port: DayPort, expected: str, found: Iterable[Finding]) -> Message | None:
    """Return why a certificate does not count, ``None`` where it does."""
    if expected:
        return None if _is(leaf, expected) else texts.not_expected(thumbprint=leaf.sha1)
    if port.old_valid_from is not None and leaf.not_before < port.old_valid_from:
        return texts.older(thumbprint=leaf.sha1)
    critical = (one for one in found if one.severity is Severity.CRITICAL and one.check in _UNSUITABLE)
    return next((one.message for one in critical if one.sha256 in ("", leaf.sha256)), None)


def _other(before: DayPort, after: DayPort) -> bool:
    return (before.sha256, before.went_back) != (after.sha256, after.went_back)


def _events(before: DayPort, after: DayPort, step: DayStep, now: datetime) -> Iterator[DayEvent]:
    if after.went_back and not before.went_back:
        said = texts.went_back(location=after.location)
        yield DayEvent(now, DayEventKind.WENT_BACK, said, step.id)
    elif after.done and not before.done:
        said = texts.serves_new(location=after.location, thumbprint=after.sha1)
        yield DayEvent(now, DayEventKind.SERVED, said, step.id)
    elif after.problem is not None and after.problem != before.problem:
        said = texts.serves_other(location=after.location, why=after.problem)
        yield DayEvent(now, DayEventKind.OTHER, said, step.id)

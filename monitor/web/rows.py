"""Choose, sort and word the rows of the page from a snapshot; writes no HTML and probes no clock."""

import heapq
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice

from monitor.metrics import exposed
from monitor.model import (
    Check,
    Failure,
    FailureReason,
    Finding,
    RevocationList,
    Severity,
    Sighting,
    Snapshot,
    TargetState,
    within,
    worst,
)
from monitor.model.certificate import DAY

# Nobody knows what an unreachable target without a known certificate has left: it comes first.
_UNKNOWN, _DATED, _BARE, _PENDING = range(4)
_SORTED_AT_ONCE = 5000
_SILENCE = frozenset({FailureReason.REFUSED, FailureReason.UNREACHABLE, FailureReason.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line of the page: one certificate or CRL at one location, or a target that shows none.

    ``days`` are whole days left, ``ended_days`` whole days since the end; at most one of them is set.
    """

    severity: Severity
    days: int | None
    ended_days: int | None
    ends_at: datetime | None
    leaf_ends_at: datetime | None
    title: str
    target_id: str
    location: str
    labels: tuple[tuple[str, str], ...]
    subject: str
    issuer: str
    notes: tuple[str, ...]
    state: str
    probed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Tie one location of a target to what was seen there, a certificate or a CRL, and to its end."""

    state: TargetState
    first: bool
    location: str
    sighting: Sighting | None
    ends_at: datetime | None
    listed: RevocationList | None = None

    @property
    def shown(self) -> bool:
        """Return whether anything was seen there."""
        return self.sighting is not None or self.listed is not None

    @property
    def sha256(self) -> str:
        """Return the fingerprint of what was seen there."""
        if self.listed is not None:
            return self.listed.sha256
        return self.sighting.certificate.sha256 if self.sighting else ""

    @property
    def order(self) -> tuple[int, float]:
        """Return where it stands on the page: soonest end first, never probed last."""
        if self.ends_at is not None:
            return _DATED, self.ends_at.timestamp()
        if self.state.probed_at is None:
            return _PENDING, 0.0
        return (_BARE if self.state.up else _UNKNOWN), float(self.state.idle_standby)


def matching(snapshot: Snapshot, words: str) -> Iterator[Place]:
    """Yield, soonest end first, the locations that contain every one of these words in their texts.

    Sorting goes in slices: one big sort would hold the interpreter for a tenth of a second.
    """
    number = count()
    wanted = words.casefold().split()
    found = (
        (*location.order, next(number), location)
        for state in snapshot
        for location in _locations(state)
        if not wanted or _contains(location, wanted)
    )
    slices = []
    while part := list(islice(found, _SORTED_AT_ONCE)):
        slices.append(sorted(part))
    return (location for _, _, _, location in heapq.merge(*slices))


def row(location: Place, findings: Iterable[Finding], now: datetime) -> Row:
    """Return a location in words."""
    state, sighting = location.state, location.sighting
    certificate = sighting.certificate if sighting else None
    own = [finding for finding in findings if _concerns(finding, location)]
    failures = [failure for failure in state.failures if _met_at(failure, location)]
    left = None if location.ends_at is None else (location.ends_at - now) / DAY
    return Row(
        severity=_severity(own, location),
        days=math.floor(left) if left is not None and left >= 0 else None,
        ended_days=math.floor(-left) if left is not None and left < 0 else None,
        ends_at=location.ends_at,
        leaf_ends_at=certificate.not_after if certificate else location.ends_at,
        title=state.target.info.title,
        target_id=state.target.id,
        location=location.location,
        labels=state.target.labels,
        subject=certificate.title if certificate else (_called(location.listed) if location.listed else ""),
        issuer=certificate.issuer_cn or certificate.issuer if certificate else "",
        notes=tuple(_notes(own, failures, idle_standby=state.idle_standby)),
        state=_word(location, failures),
        probed_at=state.probed_at,
    )


def _called(listed: RevocationList) -> str:
    number = f" {listed.number}" if listed.number else ""
    return f"{'delta CRL' if listed.delta else 'CRL'}{number} of {listed.issuer}"


def _notes(own: list[Finding], failures: list[Failure], *, idle_standby: bool) -> Iterator[str]:
    """Yield the findings, then the failures that none of them has named."""
    found = [finding.sentence for finding in own]
    yield from found
    for failure in failures:
        said = f"{failure.reason}: {failure.detail}"
        expected = idle_standby and failure.reason in _SILENCE
        if not expected and not any(said in sentence for sentence in found):
            yield said


def _severity(own: Iterable[Finding], location: Place) -> Severity:
    """Return the worst finding's severity; nothing found where nothing was seen is not ok but unknown."""
    found = worst(finding.severity for finding in own)
    unseen = not location.shown and not location.state.up
    return Severity.UNKNOWN if found is Severity.OK and unseen else found


def _locations(state: TargetState) -> Iterator[Place]:
    ends = {(path.location, path.leaf.sha256): path.not_after for path in state.assessment.paths}
    shown = exposed(state)
    for index, sighting in enumerate(shown):
        certificate = sighting.certificate
        end = ends.get((sighting.location, certificate.sha256), certificate.not_after)
        yield Place(state, index == 0, sighting.location, sighting, end)
    for index, listed in enumerate(state.lists):
        yield Place(state, not shown and index == 0, listed.location, None, listed.next_update, listed)
    seen = {one.location for one in shown} | {one.location for one in state.lists}
    bare = dict.fromkeys(f.location for f in state.failures if f.location and f.location not in seen)
    if not seen:
        bare = bare or {state.target.where: None}
    for index, location in enumerate(bare):
        yield Place(state, not seen and index == 0, location, None, None)


def _contains(location: Place, wanted: list[str]) -> bool:
    target = location.state.target
    texts = [target.id, target.where, target.info.title, location.location, *(v for _, v in target.labels)]
    if location.sighting:
        texts += [location.sighting.certificate.subject, *location.sighting.certificate.dns_names]
    if location.listed:
        texts.append(_called(location.listed))
    text = "\n".join(texts).casefold()
    return all(word in text for word in wanted)


def _concerns(finding: Finding, location: Place) -> bool:
    """Return whether a finding belongs on this row; one about the whole target stands on its first."""
    if location.listed is not None or finding.check is Check.CRL_EXPIRY:
        return (finding.location, finding.sha256) == (location.location, location.sha256)
    if finding.location:
        return finding.location == location.location and _on_path(finding, location)
    unread = _unread(location.state) if finding.check is Check.UNREACHABLE else None
    return location.first if unread is None else (not location.shown and location.location == unread)


def _unread(state: TargetState) -> str | None:
    """Return the first place that has a row of its own because nothing is known of it."""
    seen = {one.location for one in exposed(state)} | {one.location for one in state.lists}
    return next((one.location for one in state.failures if one.location and one.location not in seen), None)


def _on_path(finding: Finding, location: Place) -> bool:
    if not finding.sha256 or location.sighting is None:
        return True
    leaf = location.sighting.certificate.sha256
    paths = [path for path in location.state.assessment.paths if path.location == location.location]
    mine = {c.sha256 for path in paths if path.leaf.sha256 == leaf for c in path.certificates} | {leaf}
    others = {c.sha256 for path in paths for c in path.certificates}
    return finding.sha256 in mine or finding.sha256 not in others


def _met_at(failure: Failure, location: Place) -> bool:
    return within(location.location, failure.location) if failure.location else location.first


def _word(location: Place, failures: list[Failure]) -> str:
    state = location.state
    if state.probed_at is None:
        return "not looked at yet"
    if state.idle_standby:
        return "stands by" if state.succeeded_at or state.sightings else "stands by, never seen"
    if failures and not state.up:
        return f"not reached, {state.failed_probes} in a row" if state.failed_probes else "not reached"
    if state.encrypted is False:
        return "not encrypted"
    superseded = {old.old for old in state.assessment.superseded}
    return "superseded" if location.sha256 in superseded else "seen"

"""Choose, sort and word the rows of the page from a snapshot; writes no HTML and looks at no clock."""

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
    Finding,
    Reason,
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
_SILENCE = frozenset({Reason.REFUSED, Reason.UNREACHABLE, Reason.TIMEOUT})


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line of the page: one certificate or CRL at one place, or a target that shows none.

    ``days`` are whole days left, ``ended_days`` whole days since the end; at most one of them is set.
    """

    severity: Severity
    days: int | None
    ended_days: int | None
    ends_at: datetime | None
    leaf_ends_at: datetime | None
    title: str
    target_id: str
    place: str
    labels: tuple[tuple[str, str], ...]
    subject: str
    issuer: str
    notes: tuple[str, ...]
    state: str
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Place:
    """Tie one place of a target to what was seen there, a certificate or a CRL, and to its end."""

    state: TargetState
    first: bool
    place: str
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
        """Return where it stands on the page: soonest end first, never looked at last."""
        if self.ends_at is not None:
            return _DATED, self.ends_at.timestamp()
        if self.state.looked_at is None:
            return _PENDING, 0.0
        return (_BARE if self.state.up else _UNKNOWN), float(self.state.standing_by)


def matching(snapshot: Snapshot, words: str) -> Iterator[Place]:
    """Yield, soonest end first, the places that contain every one of these words in their texts.

    Sorting goes in slices: one big sort would hold the interpreter for a tenth of a second.
    """
    number = count()
    wanted = words.casefold().split()
    found = (
        (*place.order, next(number), place)
        for state in snapshot
        for place in _places(state)
        if not wanted or _contains(place, wanted)
    )
    slices = []
    while part := list(islice(found, _SORTED_AT_ONCE)):
        slices.append(sorted(part))
    return (place for _, _, _, place in heapq.merge(*slices))


def row(place: Place, findings: Iterable[Finding], now: datetime) -> Row:
    """Return a place in words."""
    state, sighting = place.state, place.sighting
    certificate = sighting.certificate if sighting else None
    own = [finding for finding in findings if _concerns(finding, place)]
    failures = [failure for failure in state.failures if _met_at(failure, place)]
    left = None if place.ends_at is None else (place.ends_at - now) / DAY
    return Row(
        severity=_severity(own, place),
        days=math.floor(left) if left is not None and left >= 0 else None,
        ended_days=math.floor(-left) if left is not None and left < 0 else None,
        ends_at=place.ends_at,
        leaf_ends_at=certificate.not_after if certificate else place.ends_at,
        title=state.target.meaning.title,
        target_id=state.target.id,
        place=place.place,
        labels=state.target.labels,
        subject=certificate.title if certificate else (_called(place.listed) if place.listed else ""),
        issuer=certificate.issuer_cn or certificate.issuer if certificate else "",
        notes=tuple(_notes(own, failures, standing_by=state.standing_by)),
        state=_word(place, failures),
        looked_at=state.looked_at,
    )


def _called(listed: RevocationList) -> str:
    number = f" {listed.number}" if listed.number else ""
    return f"{'delta CRL' if listed.delta else 'CRL'}{number} of {listed.issuer}"


def _notes(own: list[Finding], failures: list[Failure], *, standing_by: bool) -> Iterator[str]:
    """Yield the findings, then the failures that none of them has named."""
    found = [finding.sentence for finding in own]
    yield from found
    for failure in failures:
        said = f"{failure.reason}: {failure.detail}"
        expected = standing_by and failure.reason in _SILENCE
        if not expected and not any(said in sentence for sentence in found):
            yield said


def _severity(own: Iterable[Finding], place: Place) -> Severity:
    """Return the worst finding's severity; nothing found where nothing was seen is not ok but unknown."""
    found = worst(finding.severity for finding in own)
    unseen = not place.shown and not place.state.up
    return Severity.UNKNOWN if found is Severity.OK and unseen else found


def _places(state: TargetState) -> Iterator[Place]:
    ends = {(path.place, path.leaf.sha256): path.not_after for path in state.assessment.paths}
    shown = exposed(state)
    for index, sighting in enumerate(shown):
        certificate = sighting.certificate
        end = ends.get((sighting.place, certificate.sha256), certificate.not_after)
        yield Place(state, index == 0, sighting.place, sighting, end)
    for index, listed in enumerate(state.lists):
        yield Place(state, not shown and index == 0, listed.place, None, listed.next_update, listed)
    seen = {one.place for one in shown} | {one.place for one in state.lists}
    bare = dict.fromkeys(f.place for f in state.failures if f.place and f.place not in seen)
    if not seen:
        bare = bare or {state.target.where: None}
    for index, place in enumerate(bare):
        yield Place(state, not seen and index == 0, place, None, None)


def _contains(place: Place, wanted: list[str]) -> bool:
    target = place.state.target
    texts = [target.id, target.where, target.meaning.title, place.place, *(v for _, v in target.labels)]
    if place.sighting:
        texts += [place.sighting.certificate.subject, *place.sighting.certificate.dns_names]
    if place.listed:
        texts.append(_called(place.listed))
    text = "\n".join(texts).casefold()
    return all(word in text for word in wanted)


def _concerns(finding: Finding, place: Place) -> bool:
    """Return whether a finding belongs on this row; one about the whole target stands on its first."""
    if place.listed is not None or finding.check is Check.CRL_EXPIRY:
        return (finding.place, finding.sha256) == (place.place, place.sha256)
    if finding.place:
        return finding.place == place.place and _on_path(finding, place)
    unread = _unread(place.state) if finding.check is Check.UNREACHABLE else None
    return place.first if unread is None else (not place.shown and place.place == unread)


def _unread(state: TargetState) -> str | None:
    """Return the first place that has a row of its own because nothing is known of it."""
    seen = {one.place for one in exposed(state)} | {one.place for one in state.lists}
    return next((one.place for one in state.failures if one.place and one.place not in seen), None)


def _on_path(finding: Finding, place: Place) -> bool:
    if not finding.sha256 or place.sighting is None:
        return True
    leaf = place.sighting.certificate.sha256
    paths = [path for path in place.state.assessment.paths if path.place == place.place]
    mine = {c.sha256 for path in paths if path.leaf.sha256 == leaf for c in path.certificates} | {leaf}
    others = {c.sha256 for path in paths for c in path.certificates}
    return finding.sha256 in mine or finding.sha256 not in others


def _met_at(failure: Failure, place: Place) -> bool:
    return within(place.place, failure.place) if failure.place else place.first


def _word(place: Place, failures: list[Failure]) -> str:
    state = place.state
    if state.looked_at is None:
        return "not looked at yet"
    if state.standing_by:
        return "stands by" if state.succeeded_at or state.sightings else "stands by, never seen"
    if failures and not state.up:
        return f"not reached, {state.failed_looks} in a row" if state.failed_looks else "not reached"
    if state.encrypted is False:
        return "not encrypted"
    superseded = {old.old for old in state.assessment.superseded}
    return "superseded" if place.sha256 in superseded else "seen"

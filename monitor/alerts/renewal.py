"""Whether a certificate that was told has been renewed, and the one entry that says so."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.alerts.decision import Entry, Rung, Spot, Why
from monitor.alerts.keys import check_of, renewed, subject_of
from monitor.alerts.matter import spot_of
from monitor.alerts.whereabouts import (
    PROBES_TO_CONFIRM,
    Replacement,
    Whereabouts,
    replacements_in,
    unreachable_at,
)
from monitor.alerts.wording import day
from monitor.model import Certificate, Check, NotificationRecord, Snapshot, TargetState


@dataclass(frozen=True, slots=True)
class Fate:
    """Say what became of a certificate: not known yet (``waits``), renewed (entries), or just gone."""

    waits: bool = False
    entries: tuple[Entry, ...] = ()


def fate_of(row: NotificationRecord, where: Whereabouts) -> Fate:
    """Return what became of a certificate whose trouble was told and does not show any more.

    Still seen at a location where it was told means that thresholds changed, not the certificate.
    """
    sha256 = subject_of(row.key)
    owners = [(location, state) for location in row.locations for state in where.states.get(location, ())]
    if sha256 in where.waiting or any(unreachable_at(state, location) for location, state in owners):
        return Fate(waits=True)
    if where.seen.get(sha256, set()).intersection(row.locations):
        return Fate()
    if sha256 in where.replacements:
        return Fate(entries=tuple(entries_for(where.replacements[sha256])))
    if check_of(row.key) is Check.CA_EXPIRY and owners:
        return _fate_of_ca(row, sha256, owners)
    return Fate()


def entries_for(replacements: Iterable[Replacement]) -> Iterator[Entry]:
    """Yield one entry for each pair of an old and a new certificate, with every location of the pair."""
    pairs: dict[tuple[str, str], list[Replacement]] = {}
    for replacement in replacements:
        pairs.setdefault((replacement.old.sha256, replacement.new.sha256), []).append(replacement)
    for same in pairs.values():
        spots = tuple(dict.fromkeys(replacement.spot for replacement in same))
        old, new = same[0].old, same[0].new
        sentence = f"Renewed: it ends on {day(new.not_after)}, the one before on {day(old.not_after)}."
        yield _entry(spots[0].title, sentence, spots, new, old)


def all_renewals(snapshot: Snapshot) -> dict[str, Entry]:
    """Return an entry for every renewal that can be seen now, by the key under which it is told once."""
    visible = [
        replacement
        for state in snapshot.states.values()
        if state.former_leaves or state.assessment.superseded
        for replacement in replacements_in(state)
    ]
    return {renewed(e.replaced, e.certificate.sha256): e for e in entries_for(visible) if e.certificate}


def told_renewal(key: str, entry: Entry, now: datetime) -> NotificationRecord:
    """Return the row that keeps a renewal from being told twice."""
    return NotificationRecord(key, Rung.WARNING.value, now, now, entry.title)


def merged(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries about one renewal, or about one solved certificate, joined into one."""
    joined: dict[tuple[str, str, str], Entry] = {}
    for number, entry in enumerate(entries):
        new = entry.certificate.sha256 if entry.certificate else ""
        key = (entry.why.value, entry.replaced, new) if entry.replaced else (entry.why.value, "", str(number))
        joined[key] = join(joined[key], entry) if key in joined else entry
    return list(joined.values())


def join(first: Entry, second: Entry) -> Entry:
    """Return the first entry with what the second adds."""
    return replace(
        first,
        checks=tuple(dict.fromkeys(first.checks + second.checks)),
        sentences=tuple(dict.fromkeys(first.sentences + second.sentences)),
        spots=tuple(dict.fromkeys(first.spots + second.spots)),
    )


def _fate_of_ca(row: NotificationRecord, sha256: str, owners: list[tuple[str, TargetState]]) -> Fate:
    """Return whether a CA of the same name took over at every location; CAs above a leaf leave no trace."""
    successors = [(location, state, _successor(row, sha256, location, state)) for location, state in owners]
    if any(d.probes < PROBES_TO_CONFIRM for _, state in owners for d in state.former_leaves):
        return Fate(waits=True)
    if any(successor is None for _, _, successor in successors):
        return Fate()
    spots = tuple(dict.fromkeys(spot_of(state, location) for location, state, _ in successors))
    new = max((found for _, _, found in successors if found), key=lambda found: found.not_after)
    sentence = f"A new CA of this name took over; it ends on {day(new.not_after)}."
    entry = _entry(row.title, sentence, spots, new, None)
    return Fate(entries=(replace(entry, replaced=sha256),))


def _successor(row: NotificationRecord, sha256: str, location: str, state: TargetState) -> Certificate | None:
    above = (c for path in state.assessment.paths if path.location == location for c in path.certificates)
    return next((c for c in above if c.is_ca and c.title == row.title and c.sha256 != sha256), None)


def _entry(
    title: str, sentence: str, spots: tuple[Spot, ...], new: Certificate, old: Certificate | None
) -> Entry:
    return Entry(
        why=Why.RENEWED,
        rung=None,
        checks=(Check.EXPIRY,),
        title=title,
        sentences=(sentence,),
        spots=spots,
        certificate=new,
        replaced=old.sha256 if old else "",
        replaced_sha1=old.sha1 if old else "",
    )

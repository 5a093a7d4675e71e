"""What is no longer wrong: renewed, solved, answering again, or simply gone, and when to say so."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from monitor.alerts.blindness import host_of, unreachable_states
from monitor.alerts.decision import Entry, Spot, Why
from monitor.alerts.keys import (
    ABOUT_CERTIFICATE,
    ABOUT_STANDING,
    NETWORK,
    check_of,
    is_shared,
    subject_of,
    target_and_fingerprint,
)
from monitor.alerts.lists import list_of, spot_of_list, told_by_name
from monitor.alerts.matter import spot_of
from monitor.alerts.remedies import AT_A_PORT, OF_A_MACHINE
from monitor.alerts.renewal import Fate, entries_for, fate_of, join, merged
from monitor.alerts.standing import resolution_of_revocation
from monitor.alerts.whereabouts import Whereabouts, replacements_in, unreachable_at, whereabouts
from monitor.alerts.wording import TROUBLE
from monitor.model import Check, LogChange, NotificationRecord, Severity, Snapshot, TargetState

_NOT_PER_TARGET = ABOUT_CERTIFICATE | {Check.UNREACHABLE}


@dataclass(slots=True)
class Gone:
    """Gather good news and the rows that are done with."""

    entries: list[Entry] = field(default_factory=list)
    forget: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[LogChange]:
        """Return the rows to drop."""
        return [LogChange(key, None) for key in dict.fromkeys(self.forget)]


def settle(snapshot: Snapshot, told: Mapping[str, NotificationRecord], active: Collection[str]) -> Gone:
    """Return what became of every told matter that is not wrong any more.

    A row stays while that cannot be known yet: its target is blind, or the change was seen only once.
    """
    rows = [row for key, row in told.items() if key not in active and check_of(key) is not None]
    gone = Gone()
    if not rows:
        return gone
    _settle_blindness(gone, snapshot, told, active)
    rest = [row for row in rows if check_of(row.key) is not Check.UNREACHABLE]
    if rest:
        _settle_certificates(gone, rest, snapshot, active)
    return gone


def _settle_blindness(
    gone: Gone, snapshot: Snapshot, told: Mapping[str, NotificationRecord], active: Collection[str]
) -> None:
    rows = [row for key, row in told.items() if check_of(key) is Check.UNREACHABLE and key != NETWORK]
    known = [row for row in rows if _can_be_unreachable(snapshot, subject_of(row.key))]
    gone.forget += [row.key for row in rows if not _can_be_unreachable(snapshot, subject_of(row.key))]
    answering = [row.key for row in known if snapshot.states[subject_of(row.key)].up]
    if NETWORK in active:
        gone.forget += answering
    elif NETWORK in told:
        gone.forget += [NETWORK, *answering]
        gone.entries.append(_network_is_back(snapshot))
    else:
        _settle_hosts(gone, snapshot, [row.key for row in known], set(answering))


def _can_be_unreachable(snapshot: Snapshot, target_id: str) -> bool:
    """Return whether a target is still watched, and has not become one that only stands by."""
    state = snapshot.states.get(target_id)
    return state is not None and not state.target.traits.standby


def _settle_hosts(gone: Gone, snapshot: Snapshot, keys: list[str], answering: set[str]) -> None:
    hosts: dict[str, list[str]] = {}
    for key in keys:
        hosts.setdefault(host_of(snapshot.states[subject_of(key)]), []).append(key)
    for host, members in hosts.items():
        if answering.issuperset(members):
            gone.forget += members
            gone.entries.append(_answers(snapshot, host, members))


def _answers(snapshot: Snapshot, host: str, keys: list[str]) -> Entry:
    spots = tuple(spot_of(snapshot.states[subject_of(key)]) for key in keys)
    title = spots[0].title if len(spots) == 1 else host
    return Entry(Why.ANSWERS, None, (Check.UNREACHABLE,), title, (f"{title} can be looked at again.",), spots)


def _network_is_back(snapshot: Snapshot) -> Entry:
    unreachable = unreachable_states(snapshot)
    title = f"{len(snapshot) - len(unreachable)} of {len(snapshot)} targets"
    sentences = [f"{title} can be looked at again."]
    if unreachable:
        sentences.append(f"These {len(unreachable)} are still silent:")
    spots = tuple(spot_of(state) for state in unreachable)
    return Entry(Why.ANSWERS, None, (Check.UNREACHABLE,), title, tuple(sentences), spots)


def _settle_certificates(
    gone: Gone, rows: list[NotificationRecord], snapshot: Snapshot, active: Collection[str]
) -> None:
    where = whereabouts(
        snapshot,
        {_fingerprint(row) for row in rows},
        {location for row in rows for location in row.locations},
    )
    wrong = {_question(key) for key in active if _per_target(key)}
    for row in rows:
        if check_of(row.key) in ABOUT_STANDING:
            _apply(gone, row, resolution_of_revocation(row, snapshot, where))
        elif check_of(row.key) in ABOUT_CERTIFICATE:
            _apply(gone, row, fate_of(row, where))
        elif is_shared(row.key):
            _apply(gone, row, _fate_of_shared(row, snapshot, where, active))
        else:
            _apply(gone, row, _fate_at_target(row, snapshot, where, wrong))
    gone.entries = merged(gone.entries)


def _per_target(key: str) -> bool:
    check = check_of(key)
    return check is not None and check not in _NOT_PER_TARGET and not is_shared(key)


def _apply(gone: Gone, row: NotificationRecord, fate: Fate) -> None:
    if not fate.waits:
        gone.forget.append(row.key)
        gone.entries += fate.entries


def _fate_at_target(
    row: NotificationRecord, snapshot: Snapshot, where: Whereabouts, wrong: Collection[str]
) -> Fate:
    target_id, sha256 = target_and_fingerprint(row.key)
    state = snapshot.states.get(target_id)
    if state is None:
        return Fate()
    if sha256 in where.waiting or any(unreachable_at(state, location) for location in row.locations or ("",)):
        return Fate(waits=True)
    # Another certificate with the same fault took its location, or the question is no longer asked.
    if _question(row.key) in wrong or _unasked(state, row) or _left(state, sha256):
        return Fate()
    solved = _solved(row, tuple(spot_of(state, location) for location in row.locations))
    renewals = [r for r in replacements_in(state) if r.old.sha256 == sha256]
    if renewals:
        return Fate(entries=tuple(join(entry, solved) for entry in entries_for(renewals)))
    return Fate(entries=(solved,))


def _fate_of_shared(
    row: NotificationRecord, snapshot: Snapshot, where: Whereabouts, active: Collection[str]
) -> Fate:
    check = check_of(row.key) or Check.INCONSISTENT
    if check is Check.DISCOVERY_STALE and (lists := _lists_of(row, snapshot)) is not None:
        return lists
    if check is Check.DISCOVERY_STALE and told_by_name(row.locations, list_of(row.key)):
        return Fate(entries=(_solved(row, (spot_of_list(list_of(row.key)),)),))
    owners = [(location, state) for location in row.locations for state in where.states.get(location, ())]
    if any(unreachable_at(state, location) for location, state in owners):
        return Fate(waits=True)
    if check in OF_A_MACHINE and any(not state.up for _, state in owners):
        return Fate(waits=True)  # one store may be unreadable while others are read
    if check in AT_A_PORT and (left := _left_there(row, where)) is not None:
        return left
    asked = any(state.target.policy.severity(check, Severity.WARNING) for _, state in owners)
    asked = asked and not (check is Check.BINDING_STALE and _told_at_its_port(row, owners, active))
    spots = tuple(spot_of(state, location) for location, state in owners)
    return Fate(entries=(_solved(row, spots),)) if asked else Fate()


def _left_there(row: NotificationRecord, where: Whereabouts) -> Fate | None:
    """Return what became of a certificate that a port should not have served, ``None`` when it is just gone.

    Where it is served as before, only what lies on the machine is different, or not known any more.
    """
    sha256 = _fingerprint(row)
    if sha256 in where.waiting:
        return Fate(waits=True)
    if where.seen.get(sha256, set()).intersection(row.locations):
        return Fate()
    if sha256 in where.replacements:
        return Fate(entries=tuple(entries_for(where.replacements[sha256])))
    return None


def _told_at_its_port(
    row: NotificationRecord, owners: Iterable[tuple[str, TargetState]], active: Collection[str]
) -> bool:
    """Return whether a binding is as it was, and its port is told instead because it answers again."""
    *_, host, _, thumbprint = row.key.split(" ")
    not_deployed = f"{Check.NOT_DEPLOYED} {Check.NOT_DEPLOYED} {host}"
    return any(
        f"{not_deployed} {one.certificate.sha256}" in active
        for _, state in owners
        for one in state.sightings
        if one.certificate.sha1 == thumbprint
    )


def _lists_of(row: NotificationRecord, snapshot: Snapshot) -> Fate | None:
    """Return what became of a list that was told as stale, ``None`` when it was had again.

    After a start nothing is known until it was asked again, and how often it failed is counted anew.
    """
    discovery = snapshot.discoveries.get(list_of(row.key))
    if discovery is None:
        return Fate()
    waits = discovery.asked_at is None or discovery.failed > 0 or bool(discovery.failures)
    return Fate(waits=True) if waits else None


def _unasked(state: TargetState, row: NotificationRecord) -> bool:
    check, (_, sha256) = check_of(row.key), target_and_fingerprint(row.key)
    policy = state.target.policy
    accepted = check is Check.TRUST and sha256 in policy.accept
    return check is None or accepted or policy.severity(check, Severity.WARNING) is None


def _left(state: TargetState, sha256: str) -> bool:
    return any(
        former_leaves.old.sha256 == sha256 and former_leaves.new is None
        for former_leaves in state.former_leaves
    )


def _solved(row: NotificationRecord, spots: tuple[Spot, ...]) -> Entry:
    check = check_of(row.key) or Check.UNREACHABLE
    return Entry(Why.SOLVED, None, (check,), row.title, (f"No longer so: {TROUBLE[check]}.",), spots)


def _fingerprint(row: NotificationRecord) -> str:
    return row.key.rpartition(" ")[2]


def _question(key: str) -> str:
    """Return check and target of a key, without the certificate."""
    return key.rpartition(" ")[0]

"""What became of a certificate of which it was told that it was revoked, or that this could not be told.

What an issuer said is not recorded: after a start nothing is known until it was asked again, and silence is
no good news.
"""

from monitor.alerts.decision import Entry, Why
from monitor.alerts.keys import check_of, subject_of
from monitor.alerts.matter import spot_of
from monitor.alerts.renewal import Fate, fate_of
from monitor.alerts.whereabouts import PROBES_TO_CONFIRM, Whereabouts, unreachable_at
from monitor.alerts.wording import TROUBLE
from monitor.assess import asked_of, asked_paths
from monitor.model import Check, NotificationRecord, RevocationStatus, Severity, Snapshot, TargetState

_Owners = list[tuple[str, TargetState]]


def resolution_of_revocation(row: NotificationRecord, snapshot: Snapshot, where: Whereabouts) -> Fate:
    """Return what became of a told certificate that shows no such finding any more.

    Still seen, it is solved only when its issuer says that it is good. Out of sight it was renewed, or is
    gone: a CA above a leaf leaves no other trace.
    """
    if check_of(row.key) is Check.REVOCATION_UNKNOWN:
        return _fate_of_issuer(row, snapshot, where)
    fate = fate_of(row, where)
    if fate.waits or fate.entries:
        return fate
    sha256 = subject_of(row.key)
    owners = [(location, state) for location in row.locations for state in where.states.get(location, ())]
    holding = [(location, state) for location, state in owners if location in where.seen.get(sha256, ())]
    if holding:
        return _fate_in_sight(row, snapshot, holding)
    if any(
        former_leaves.probes < PROBES_TO_CONFIRM
        for _, state in owners
        for former_leaves in state.former_leaves
    ):
        return Fate(waits=True)
    leaf = any(
        former_leaves.old.sha256 == sha256 for _, state in owners for former_leaves in state.former_leaves
    )
    return Fate() if leaf or not owners else _solved(row, owners)


def _fate_in_sight(row: NotificationRecord, snapshot: Snapshot, holding: _Owners) -> Fate:
    if not any(_asked(state, Check.REVOKED) for _, state in holding):
        return Fate()
    known = snapshot.revocations.get(subject_of(row.key))
    if known is not None and known.status is RevocationStatus.GOOD:
        return _solved(row, holding)
    return Fate(waits=True)


def _fate_of_issuer(row: NotificationRecord, snapshot: Snapshot, where: Whereabouts) -> Fate:
    """Return what became of an issuer that told nothing: solved when it told of all that is asked about."""
    issuer = subject_of(row.key).removeprefix(f"{Check.REVOCATION_UNKNOWN} ")
    owners = [(location, state) for location in row.locations for state in where.states.get(location, ())]
    if any(unreachable_at(state, location) for location, state in owners):
        return Fate(waits=True)
    asked = [(location, state) for location, state in owners if _asked(state, Check.REVOCATION_UNKNOWN)]
    if not asked:
        return Fate()
    if any(_open(state, issuer, snapshot) for _, state in asked):
        return Fate(waits=True)
    return _solved(row, asked)


def _open(state: TargetState, issuer: str, snapshot: Snapshot) -> bool:
    """Return whether an issuer has not told yet of a certificate that a target shows."""
    own = [
        one
        for path in asked_paths(state)
        for one in asked_of(path)
        if (one.issuer_cn or one.issuer) == issuer
    ]
    told = [snapshot.revocations.get(one.sha256) for one in own]
    return any(known is None or known.status is RevocationStatus.UNKNOWN for known in told)


def _asked(state: TargetState, check: Check) -> bool:
    policy = state.target.policy
    return bool(policy.revocation) and policy.severity(check, Severity.WARNING) is not None


def _solved(row: NotificationRecord, owners: _Owners) -> Fate:
    check = check_of(row.key) or Check.REVOKED
    spots = tuple(spot_of(state, location) for location, state in owners)
    entry = Entry(Why.SOLVED, None, (check,), row.title, (f"No longer so: {TROUBLE[check]}.",), spots)
    return Fate(entries=(entry,))

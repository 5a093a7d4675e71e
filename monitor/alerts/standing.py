"""What became of a certificate of which it was told that it was revoked, or that this could not be told.

What an issuer said is not recorded: after a start nothing is known until it was asked again, and silence is
no good news.
"""

from monitor.alerts.decision import Entry, Why
from monitor.alerts.keys import check_of, subject_of
from monitor.alerts.matter import spot_of
from monitor.alerts.renewal import Fate, fate_of
from monitor.alerts.whereabouts import LOOKS_TO_BELIEVE, Whereabouts, blind_at
from monitor.alerts.wording import TROUBLE
from monitor.assess import asked_of, asked_paths
from monitor.model import Check, Severity, Snapshot, Standing, TargetState, Told

_Owners = list[tuple[str, TargetState]]


def fate_of_standing(row: Told, snapshot: Snapshot, where: Whereabouts) -> Fate:
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
    owners = [(place, state) for place in row.places for state in where.states.get(place, ())]
    holding = [(place, state) for place, state in owners if place in where.seen.get(sha256, ())]
    if holding:
        return _fate_in_sight(row, snapshot, holding)
    if any(departed.looks < LOOKS_TO_BELIEVE for _, state in owners for departed in state.departed):
        return Fate(waits=True)
    leaf = any(departed.old.sha256 == sha256 for _, state in owners for departed in state.departed)
    return Fate() if leaf or not owners else _solved(row, owners)


def _fate_in_sight(row: Told, snapshot: Snapshot, holding: _Owners) -> Fate:
    if not any(_asked(state, Check.REVOKED) for _, state in holding):
        return Fate()
    known = snapshot.revocations.get(subject_of(row.key))
    if known is not None and known.standing is Standing.GOOD:
        return _solved(row, holding)
    return Fate(waits=True)


def _fate_of_issuer(row: Told, snapshot: Snapshot, where: Whereabouts) -> Fate:
    """Return what became of an issuer that told nothing: solved when it told of all that is asked about."""
    issuer = subject_of(row.key).removeprefix(f"{Check.REVOCATION_UNKNOWN} ")
    owners = [(place, state) for place in row.places for state in where.states.get(place, ())]
    if any(blind_at(state, place) for place, state in owners):
        return Fate(waits=True)
    asked = [(place, state) for place, state in owners if _asked(state, Check.REVOCATION_UNKNOWN)]
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
    return any(known is None or known.standing is Standing.UNKNOWN for known in told)


def _asked(state: TargetState, check: Check) -> bool:
    policy = state.target.policy
    return bool(policy.revocation) and policy.severity(check, Severity.WARNING) is not None


def _solved(row: Told, owners: _Owners) -> Fate:
    check = check_of(row.key) or Check.REVOKED
    spots = tuple(spot_of(state, place) for place, state in owners)
    entry = Entry(Why.SOLVED, None, (check,), row.title, (f"No longer so: {TROUBLE[check]}.",), spots)
    return Fate(entries=(entry,))

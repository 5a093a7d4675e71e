"""Lists of targets that could not be had: told by their own name where no endpoint gives them.

It must not decide when: the finding does, where a target of the list bears one.
"""

from collections.abc import Collection, Iterator

from monitor.alerts.decision import Rung, Spot
from monitor.alerts.keys import key_of, subject_of
from monitor.alerts.matter import Matter
from monitor.assess import stale_without_targets
from monitor.model import Check, Policy, Severity, Snapshot


def add_lists(matters: dict[str, Matter], snapshot: Snapshot) -> None:
    """Add the lists that gave no target at all, and let none be told as one of its targets."""
    for matter in _of_nothing(snapshot):
        matters.setdefault(matter.key, matter)
    for matter in matters.values():
        if matter.check is Check.DISCOVERY_STALE:
            name = list_of(matter.key)
            discovery = snapshot.discoveries.get(name)
            if discovery is not None and discovery.target_id not in snapshot.states:
                matter.spots = {(name, name): spot_of_list(name)}


def list_of(key: str) -> str:
    """Return the id of the discovery whose list a key is about."""
    return subject_of(key).removeprefix(f"{Check.DISCOVERY_STALE} ")


def spot_of_list(name: str) -> Spot:
    """Return the location of a list that comes from no endpoint."""
    return Spot(name, name, ())


def told_by_name(locations: Collection[str], name: str) -> bool:
    """Return whether a list was told by its own name, not at the endpoint that gives it."""
    return tuple(locations) == (name,)


def _of_nothing(snapshot: Snapshot) -> Iterator[Matter]:
    for finding in stale_without_targets(snapshot):
        key = key_of("", finding)
        critical = finding.severity is Severity.CRITICAL
        usual = Policy()
        yield Matter(
            key=key,
            group=finding.matter,
            check=finding.check,
            rung=Rung.CRITICAL if critical else Rung.WARNING,
            remind_every=usual.remind_critical_every if critical else usual.remind_warning_every,
            title=finding.location,
            sentences={finding.sentence: None},
        )

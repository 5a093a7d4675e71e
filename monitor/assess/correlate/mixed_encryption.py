"""Judge sites of which some recorders are encrypted and others are not, where either is allowed.

It must not judge one port alone: what the policy requires of it is judged with the target.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate import texts
from monitor.model import AlertKey, Check, Finding, Message, Scope, Severity, Snapshot, TargetState
from monitor.model.label_names import group_name
from monitor.model.texts import names


def mixed_encryption(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Finding]]:  # noqa: ARG001 - as asked of all
    """Yield a finding for each plain port of a recorder whose site has encrypted ones of the same group."""
    sites: dict[tuple[str, str], list[TargetState]] = defaultdict(list)
    for state in snapshot:
        target = state.target
        if target.policy.encryption != "any" or state.encrypted is None or not target.labels:
            continue
        site = target.label("site")
        if site and target.label("component") == "recording_server":
            sites[site, target.label("certificate_group")].append(state)
    for (site, group), states in sites.items():
        yield from _findings(site, group, states)


def _findings(site: str, group: str, states: list[TargetState]) -> Iterator[tuple[str, Finding]]:
    plain = [state for state in states if not state.encrypted]
    if not plain or len(plain) == len(states):
        return
    said = _message(site, group, [state.target.location for state in plain], len(states))
    for state in plain:
        severity = state.target.policy.severity(Check.ENCRYPTION, Severity.WARNING)
        if severity is not None:
            shared = AlertKey(Check.ENCRYPTION, Scope.SITE, site)
            where = state.target.location
            yield (
                state.target.id,
                Finding(Check.ENCRYPTION, severity, said, location=where, shared_alert=shared),
            )


def _message(site: str, group: str, plain: list[str], total: int) -> Message:
    locations, encrypted = names(sorted(plain)), total - len(plain)
    if group:
        return texts.mixed_encryption_in_group(
            total=total,
            site=site,
            group=group_name(group),
            encrypted=encrypted,
            plain=len(plain),
            locations=locations,
        )
    return texts.mixed_encryption(
        total=total, site=site, encrypted=encrypted, plain=len(plain), locations=locations
    )

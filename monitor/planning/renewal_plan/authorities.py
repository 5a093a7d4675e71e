"""The first steps of a plan: the CAs, whether they are renewed, and who trusts them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.alerts import filled_steps, first_expiring_ca
from monitor.model import Certificate, DayStep, Message, Path, Snapshot, Target, TargetState
from monitor.planning.renewal_plan import texts
from monitor.planning.renewal_plan.groups import Group, outlives_ca
from monitor.planning.renewal_plan.ids import CA, step_id
from monitor.planning.renewal_plan.plan import PlannedStep, Trust

_Use = tuple[Target, Path]


def authorities(
    groups: Iterable[Group], snapshot: Snapshot, site: str, now: datetime
) -> Iterator[PlannedStep]:
    """Yield a step for each CA of the groups, and one for a CA to be chosen where there is none at all."""
    some = False
    for ca, uses in _by_ca(groups).values():
        some = True
        yield _step(ca, uses, snapshot, site, now)
    if not some:
        step = DayStep(step_id(CA, "", ""), CA, "CA")
        said = (texts.NO_CA, texts.DISTRIBUTE, texts.CONFIRM_CA)
        yield PlannedStep(step, texts.CA_TITLE, instructions=said)


def _by_ca(groups: Iterable[Group]) -> dict[str, tuple[Certificate, list[_Use]]]:
    """Return by SHA-256 the last CA of every path, with the paths below it."""
    found: dict[str, tuple[Certificate, list[_Use]]] = {}
    for group in groups:
        for state in group.states:
            for path in state.assessment.paths:
                if len(path.certificates) > 1:
                    last = path.certificates[-1]
                    found.setdefault(last.sha256, (last, []))[1].append((state.target, path))
    return found


def _step(ca: Certificate, uses: list[_Use], snapshot: Snapshot, site: str, now: datetime) -> PlannedStep:
    target, path = next((one for one in uses if outlives_ca(one[1], now)), uses[0])
    runbook, renewed = target.info.runbook, outlives_ca(path, now)
    present = (first_expiring_ca(path) or ca) if renewed else ca
    successor = _successor(present, snapshot) if renewed else None
    if renewed:
        said = filled_steps(runbook.ca_first, target, path, ()) or (texts.DISTRIBUTE,)
    else:
        said = (texts.ca_outlives(ca=ca.title, not_after=ca.not_after), texts.DISTRIBUTE)
    trusted = successor or (None if renewed else ca)
    return PlannedStep(
        DayStep(step_id(CA, ca.title, ca.sha256), CA, ca.title),
        texts.ca_title(ca=ca.title),
        expires_at=present.not_after,
        remarks=tuple(_remarks(successor, trusted, renewed=renewed)),
        instructions=(*said, texts.CONFIRM_CA),
        link=runbook.link,
        trust=_trust(trusted, snapshot, site) if trusted else None,
    )


def _remarks(
    successor: Certificate | None, trusted: Certificate | None, *, renewed: bool
) -> Iterator[Message]:
    if successor is not None:
        yield texts.new_ca_found(thumbprint=successor.sha1, not_after=successor.not_after)
    elif renewed:
        yield texts.NEW_CA_UNKNOWN
    if trusted is not None:
        yield texts.CLIENTS


def _successor(ca: Certificate, snapshot: Snapshot) -> Certificate | None:
    """Return the newest certificate with the CA's name that expires after it and was seen anywhere."""
    newer = (
        sighting.certificate
        for state in snapshot
        for sighting in state.sightings
        if sighting.certificate.is_ca
        and sighting.certificate.subject == ca.subject
        and sighting.certificate.not_after > ca.not_after
    )
    return max(newer, key=lambda one: one.not_after, default=None)


def _trust(ca: Certificate, snapshot: Snapshot, site: str) -> Trust:
    """Return which computers of a site trust a CA, as far as their stores were read."""
    hosts: dict[str, bool | None] = {}
    for state in snapshot:
        if state.target.label("site").casefold() != site.casefold() or state.target.info.low_impact:
            continue
        if host := _host(state):
            known = _has_root(state, ca)
            hosts[host] = known if known is not None else hosts.get(host)
    return Trust(
        tuple(sorted(host for host, has in hosts.items() if has)),
        tuple(sorted(host for host, has in hosts.items() if has is False)),
        tuple(sorted(host for host, has in hosts.items() if has is None)),
    )


def _host(state: TargetState) -> str:
    return state.target.host or (state.machine.host if state.machine else "")


def _has_root(state: TargetState, ca: Certificate) -> bool | None:
    if state.machine is None or state.machine.roots is None:
        return None
    return ca.sha256 in state.machine.roots

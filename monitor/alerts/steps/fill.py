"""What an alert stops from working and what to do about it, with names and thumbprints filled in.

A wrong step is worse than none: there are steps only for what a renewal resolves, and never with the old
certificate's thumbprint where the new one's belongs. It must not decide what is notified.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.alerts.alert import RenewalSteps, StepsKey
from monitor.alerts.decision import NotificationItem
from monitor.alerts.keys import RESOLVED_BY_RENEWAL, STORE_VS_ENDPOINT, machine_of
from monitor.alerts.steps.brief_texts import CA_FIRST, DO, SWITCH
from monitor.alerts.steps.texts import (
    CA_REFUSED,
    NEW_THUMBPRINT,
    NO_NAMES,
    NOT_KNOWN,
    REFUSED,
    RENEW,
    RENEW_AT_PORT,
    RENEW_CA_FIRST,
    STEPS,
    UNNAMED,
)
from monitor.alerts.texts import name_list, on_day, shown
from monitor.assess import mismatch, missing_names
from monitor.assess.issuance import issuance, reworded
from monitor.model import Certificate, Check, Finding, Issuance, Message, Path, Target, TargetState
from monitor.model.message import Parameter, completed
from monitor.parse.display import display

_ABOUT_CA = frozenset({Check.CA_EXPIRY, Check.OUTLIVES_CA})
_STANDARD: StepsKey = ("standard",)
_NO_IMPACT = frozenset(
    {Check.RENEWAL_WINDOW, Check.RENEWAL_LATE, Check.RECORDER_PAIR, Check.FAILOVER_OLDER, Check.KEY_TYPE}
)
"""Checks of which the impact is not known where no preset says it."""
_HAS_IMPACT = RESOLVED_BY_RENEWAL | {Check.NOT_YET_VALID, Check.TRUST, Check.USAGE}

_SWITCH_RANK = 3
# People paste steps into a shell, and the names in a certificate are a stranger's words.
_NAME = re.compile(r"[\w.*:-]+")
_HARMFUL = re.compile(r"[\"'`$&|<>;%^\\]")
_MOST_NAMES = 25
_LONGEST_NAMES = 600


def add_steps(
    known: dict[StepsKey, RenewalSteps],
    state: TargetState,
    finding: Finding,
    certificate: Certificate | None,
    now: datetime,
) -> None:
    """Add what a target's info says to a finding, once for all targets with the same info.

    A finding that a renewal resolves and that has no certificate is about the other one of a pair: this one
    needs no steps.
    """
    if finding.check in STORE_VS_ENDPOINT:
        _add_for_store(known, state, finding, certificate)
        return
    runbook = state.target.info.runbook
    if not (runbook.impact or runbook.steps or runbook.ca_first or runbook.link):
        _add_standard(known, state, finding, certificate, now)
        return
    if certificate is None and finding.check in RESOLVED_BY_RENEWAL:
        return
    path = _path_of(state, finding, certificate) if finding.check in RESOLVED_BY_RENEWAL else None
    first = path is not None and bool(runbook.ca_first) and _needs_ca_first(path, finding, now)
    key, rank = _key(state, finding, certificate), (2 if first else 1 if path else 0)
    if key not in known or _rank(known[key]) < rank:
        impact = runbook.impact if finding.check in _HAS_IMPACT else None
        steps = _steps(state.target, path, finding, first=first) if path else ()
        brief = runbook.in_brief if path and not first else None
        title = _title(state.target)
        known[key] = RenewalSteps(impact, steps, runbook.link, title, ca_first=first, in_brief=brief)


def merged_steps(several: list[Mapping[StepsKey, RenewalSteps]]) -> tuple[RenewalSteps, ...]:
    """Return the steps of several alerts of one item: each once, the most complete of its kind."""
    merged: dict[StepsKey, RenewalSteps] = {}
    for known in several:
        for key, steps in known.items():
            if key not in merged or _rank(merged[key]) < _rank(steps):
                merged[key] = steps
    return tuple(dict.fromkeys(one for one in merged.values() if one.impact or one.steps or one.link))


def in_brief(item: NotificationItem) -> Message | None:
    """Return what to do about an item in one line, ``None`` where nothing is to be done."""
    if item.level is None or item.check is None:
        return None
    if item.check not in _ABOUT_CA and any(one.ca_first for one in item.renewal_steps):
        return CA_FIRST
    if any(one.switch for one in item.renewal_steps):
        return SWITCH
    known = next((one.in_brief for one in item.renewal_steps if one.in_brief), None)
    return known if known and item.check is Check.EXPIRY else DO[item.check]


def standard_steps(finding: Finding) -> tuple[Message, ...]:
    """Return the steps for a finding that fit any product, with their placeholders filled."""
    location = finding.location.partition(" (")[0]
    return tuple(
        completed(step, host=machine_of(finding), location=location, instead=finding.instead)
        for step in STEPS.get(finding.check, ())
    )


def _add_standard(
    known: dict[StepsKey, RenewalSteps],
    state: TargetState,
    finding: Finding,
    certificate: Certificate | None,
    now: datetime,
) -> None:
    """Add the impact and the steps that fit any product."""
    if finding.check is Check.REVOKED:
        known.setdefault((finding.check,), RenewalSteps(steps=standard_steps(finding)))
        return
    path = _path_of(state, finding, certificate) if finding.check in RESOLVED_BY_RENEWAL else None
    if path is None:
        return
    first, target = _needs_ca_first(path, finding, now), state.target
    if finding.check in _ABOUT_CA and not first:
        return  # the CA itself, in a file: how it is renewed is not known
    steps = RENEW_CA_FIRST if first else RENEW_AT_PORT if target.kind == "endpoint" else RENEW
    if _STANDARD not in known or (first and not known[_STANDARD].ca_first):
        impact = (
            None if finding.check in _NO_IMPACT else CA_REFUSED if finding.check in _ABOUT_CA else REFUSED
        )
        filled = _filled(steps, target, path, finding)
        known[_STANDARD] = RenewalSteps(impact, filled, ca_first=first)


def _add_for_store(
    known: dict[StepsKey, RenewalSteps], state: TargetState, finding: Finding, certificate: Certificate | None
) -> None:
    """Add the steps for a finding about a machine's stores.

    Steps for a new certificate that is there already replace those for getting one: both have one key.
    """
    target = state.target
    if finding.check is not Check.NOT_DEPLOYED:
        title = "" if finding.check is Check.CA_NOT_INSTALLED else machine_of(finding)
        known.setdefault((finding.check,), RenewalSteps(steps=standard_steps(finding), target_title=title))
        return
    runbook = target.info.runbook
    path = _path_of(state, finding, certificate)
    steps = (
        _filled(runbook.switch, target, path, finding) if runbook.switch and path else standard_steps(finding)
    )
    key = _key(state, finding, certificate)
    if key not in known or _rank(known[key]) < _SWITCH_RANK:
        known[key] = RenewalSteps(runbook.impact, steps, runbook.link, _title(target), switch=True)


def _rank(steps: RenewalSteps) -> int:
    return _SWITCH_RANK if steps.switch else 2 if steps.ca_first else 1 if steps.steps else 0


def _key(state: TargetState, finding: Finding, certificate: Certificate | None) -> StepsKey:
    """Return the key of equal steps: how the certificate was made, and the kind of target.

    Texts of one preset differ otherwise only in the host that they name.
    """
    target = state.target
    runbook = target.info.runbook
    component = target.info.component or target.label("component")
    same = (runbook.impact, runbook.link)
    if not component:
        return (*same, runbook.steps, runbook.ca_first)
    group = target.label("certificate_group")
    path = _path_of(state, finding, certificate) or next(iter(state.assessment.paths), None)
    made = issuance(path, target) if path else Issuance.UNKNOWN
    return (*same, component, group, made, len(runbook.steps), len(runbook.ca_first))


def _title(target: Target) -> str:
    return target.info.title or target.location


def _path_of(state: TargetState, finding: Finding, certificate: Certificate | None) -> Path | None:
    if certificate is None:
        return None
    on = [
        path
        for path in state.assessment.paths
        if any(one.sha256 == certificate.sha256 for one in path.certificates)
    ]
    return next((path for path in on if path.location == finding.location), on[0] if on else None)


def first_expiring_ca(path: Path) -> Certificate | None:
    """Return the CA of a path that expires first, ``None`` without any."""
    return min(path.certificates[1:], key=lambda one: one.not_after, default=None)


def _needs_ca_first(path: Path, finding: Finding, now: datetime) -> bool:
    """Return whether a certificate issued now would outlive its CA, or be no better for another reason."""
    ca = first_expiring_ca(path)
    if finding.check is Check.REVOKED and finding.sha256 != path.leaf.sha256:
        return True
    return ca is not None and (finding.check in _ABOUT_CA or ca.not_after < now + path.leaf.lifetime)


def _steps(target: Target, path: Path, finding: Finding, *, first: bool) -> tuple[Message, ...]:
    runbook = target.info.runbook
    return _filled(runbook.ca_first if first else runbook.steps, target, path, finding)


def _filled(steps: tuple[Message, ...], target: Target, path: Path, finding: Finding) -> tuple[Message, ...]:
    wanted = list(names_to_request(target, path.leaf))
    if finding.check in (Check.NAME, Check.NAME_IN_SUBJECT_ONLY) and mismatch(path.leaf, target.server_name):
        wanted.append(target.server_name)
    return filled_steps(steps, target, path, wanted, finding.instead)


def filled_steps(
    steps: tuple[Message, ...], target: Target, path: Path, names: Iterable[str], thumbprint: str = ""
) -> tuple[Message, ...]:
    """Return steps with their placeholders filled; without a thumbprint they ask for the new one's."""
    leaf, ca = path.leaf, first_expiring_ca(path)
    issuer = _HARMFUL.sub("", shown(ca.title if ca else leaf.issuer_cn or leaf.issuer, 200))
    values: dict[str, Parameter] = {
        "names": _names(names),
        "issuer": issuer or UNNAMED,
        "ca_expires": on_day(at=ca.not_after) if ca else NOT_KNOWN,
        "thumbprint": thumbprint or NEW_THUMBPRINT,
        "served_thumbprint": leaf.sha1,
    }
    worded = reworded(steps, issuance(path, target), display(target.host))
    return tuple(completed(step, **values) for step in worded)


def names_to_request(target: Target, leaf: Certificate) -> tuple[str, ...]:
    """Return the names of the present certificate, and those that it should have too, safe in a command."""
    wanted = (*leaf.dns_names, *leaf.ip_addresses, *missing_names(target, leaf))
    return tuple(dict.fromkeys(name for name in wanted if _NAME.fullmatch(name)))


def _names(wanted: Iterable[str]) -> Message:
    """Return the names to request, the first of very many."""
    listed = list(dict.fromkeys(name for name in wanted if _NAME.fullmatch(name)))
    most = _MOST_NAMES
    while len(", ".join(listed[:most])) > _LONGEST_NAMES:
        most -= 1
    return name_list(listed, most) if most and listed else NO_NAMES

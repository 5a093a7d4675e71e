"""The results of ``check``, one element for each endpoint or file, and their JSON form; pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from monitor.messages import Writer, english, failure_json, parameters
from monitor.model import (
    Assessment,
    Failure,
    Finding,
    RevocationList,
    Severity,
    Sighting,
    TargetState,
    worst,
)
from monitor.model.certificate import DAY

EXIT = {Severity.OK: 0, Severity.WARNING: 1, Severity.CRITICAL: 2, Severity.UNKNOWN: 3}


@dataclass(frozen=True, slots=True)
class ReportElement:
    """The result for one endpoint or one file.

    ``target`` is the argument, or the path when the argument is a glob or folder; ``owner`` and ``note`` are
    those of the configured target.
    """

    target: str
    failures: tuple[Failure, ...]
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...]
    assessment: Assessment
    lists: tuple[RevocationList, ...] = ()
    owner: str = ""
    note: str = ""

    @property
    def severity(self) -> Severity:
        """Return the worst severity, or unknown when nothing could be probed."""
        unreachable = bool(self.failures) and not self.sightings and not self.lists
        return worst([f.severity for f in self.findings] + [Severity.UNKNOWN] * unreachable)

    @property
    def not_after(self) -> datetime | None:
        """Return the earliest expiry over the paths of this element."""
        return min((path.not_after for path in self.assessment.paths), default=None)

    @property
    def next_update(self) -> datetime | None:
        """Return the earliest next update of its CRLs, except those that a later one replaces."""
        replaced = {pair.old for pair in self.assessment.superseded}
        current = (one.next_update for one in self.lists if one.sha256 not in replaced)
        return min((at for at in current if at is not None), default=None)


def elements(typed: str, state: TargetState, *, split: bool) -> list[ReportElement]:
    """Return the elements of one probed target: one for each location if ``split``, else one.

    A file with named certificates has an element for each of them, a server one for each probed address or
    key type, an empty store has one. Failures and findings of the whole target belong to the element of the
    argument.
    """
    owner, note = state.target.label("owner"), state.target.info.note
    return [replace(one, owner=owner, note=note) for one in _elements(typed, state, split=split)]


def _elements(typed: str, state: TargetState, *, split: bool) -> list[ReportElement]:
    locations = dict.fromkeys(
        [sighting.location for sighting in state.sightings]
        + [one.location for one in state.lists]
        + [failure.location for failure in state.failures]
        + [finding.location for finding in state.assessment.findings]
    )
    shown = dict.fromkeys(sighting.location for sighting in state.sightings)
    split = split or len(shown) > 1 or any(_named(location, state) for location in shown)
    if not split or not locations:
        judged = state.assessment
        return [ReportElement(typed, state.failures, judged.findings, state.sightings, judged, state.lists)]
    return [_at(_label(typed, location, state), location, state) for location in locations]


def _named(location: str, state: TargetState) -> bool:
    return location.startswith(f"{state.target.location}#")


def _label(typed: str, location: str, state: TargetState) -> str:
    if location in ("", state.target.location):
        return typed
    return typed + location.removeprefix(state.target.location) if _named(location, state) else location


def _at(target: str, location: str, state: TargetState) -> ReportElement:
    paths = tuple(path for path in state.assessment.paths if path.location == location)
    return ReportElement(
        target,
        tuple(failure for failure in state.failures if failure.location == location),
        tuple(finding for finding in state.assessment.findings if finding.location == location),
        tuple(sighting for sighting in state.sightings if sighting.location == location),
        Assessment(paths=paths, superseded=state.assessment.superseded),
        tuple(one for one in state.lists if one.location == location),
    )


def exit_code(found: Iterable[ReportElement]) -> int:
    """Return the exit code for several targets: critical before unknown before warning before ok."""
    return EXIT[worst(element.severity for element in found)]


def as_json(found: Sequence[ReportElement], now: datetime) -> str:
    """Return one JSON array, one object for each element; names and shapes are published.

    It is plain ASCII (RFC 8259 section 7 escapes the rest), so that no code page can garble it.
    """
    objects = [_object(element, now) for element in found]
    try:
        # The standard library indents in Python, which takes a tenth of a large check.
        return to_json(objects, indent=2, ensure_ascii=True).decode()
    except PydanticSerializationError:
        return json.dumps(objects, indent=2)  # the name of a file is no Unicode


def _object(element: ReportElement, now: datetime) -> dict[str, Any]:
    writer = english(now)
    return {
        "target": element.target,
        "owner": element.owner,
        "note": element.note,
        "severity": element.severity,
        "failures": [failure_json(failure, writer) for failure in element.failures],
        "findings": [_finding(finding, writer) for finding in element.findings],
        "certificates": [_certificate(s, element.assessment, now) for s in element.sightings],
        "crls": [_list(one, now) for one in element.lists],
        "days_to_expiry": _days(element.not_after, now),
    }


def _finding(finding: Finding, writer: Writer) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "code": finding.message.code,
        "parameters": parameters(finding.message),
        "sentence": writer.write(finding.message),
        "sha256": finding.sha256 or None,
        "location": finding.location or None,
    }


def _list(one: RevocationList, now: datetime) -> dict[str, Any]:
    return {
        "location": one.location,
        "position": one.position,
        "issuer": one.issuer,
        "number": one.number or None,
        "delta": one.delta,
        "entries": one.entries,
        "sha256": one.sha256,
        "this_update": _instant(one.this_update),
        "next_update": None if one.next_update is None else _instant(one.next_update),
        "days_to_next_update": _days(one.next_update, now),
    }


def _certificate(sighting: Sighting, assessment: Assessment, now: datetime) -> dict[str, Any]:
    certificate = sighting.certificate
    return {
        "location": sighting.location,
        "position": sighting.position,
        "on_path": assessment.on_path(sighting.location, certificate.sha256),
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "sha1": certificate.sha1,
        "sha256": certificate.sha256,
        "not_before": _instant(certificate.not_before),
        "not_after": _instant(certificate.not_after),
        "days_to_expiry": _days(certificate.not_after, now),
        "dns_names": list(certificate.dns_names),
        "ip_addresses": list(certificate.ip_addresses),
    }


def _days(expires_at: datetime | None, now: datetime) -> float | None:
    return None if expires_at is None else (expires_at - now) / DAY


def _instant(instant: datetime) -> str:
    """Return the time in RFC 3339 format, in UTC."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")

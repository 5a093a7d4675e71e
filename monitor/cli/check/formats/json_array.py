"""The results of ``check`` as a JSON array; pure. Names and shapes are published."""

import json
from datetime import datetime
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from monitor.cli.check.chain import chain
from monitor.cli.check.formats.sentences import CheckReport
from monitor.cli.check.report import ReportElement
from monitor.messages import Writer, failure_json, parameters
from monitor.model import Assessment, Certificate, Finding, RevocationList, Sighting
from monitor.model.certificate import DAY


def as_json(report: CheckReport) -> str:
    """Return one JSON array, one object for each element.

    It is plain ASCII (RFC 8259 section 7 escapes the rest), so that no code page can garble it.
    """
    objects = [_object(element, report) for element in report.shown]
    try:
        # The standard library indents in Python, which takes a tenth of a large check.
        return to_json(objects, indent=2, ensure_ascii=True).decode()
    except PydanticSerializationError:
        return json.dumps(objects, indent=2)  # the name of a file is no Unicode


def _object(element: ReportElement, report: CheckReport) -> dict[str, Any]:
    writer, now = report.writer, report.now
    connection = element.connection
    return {
        "target": element.target,
        "owner": element.owner,
        "note": element.note,
        "host": None if connection is None else connection.host,
        "port": None if connection is None else connection.port,
        "protocol": None if connection is None else connection.protocol,
        "tls_version": (connection.tls_version or None) if connection else None,
        "severity": element.severity,
        "failures": [failure_json(failure, writer) for failure in element.failures],
        "findings": [_finding(finding, writer) for finding in element.findings],
        "certificates": [_certificate(s, element.assessment, now) for s in element.sightings],
        "crls": [_list(one, now) for one in element.lists],
        "days_to_expiry": _days(element.not_after, now),
    } | ({"chain": _chain(element, now)} if report.with_chain else {})


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
        **_facts(certificate, now),
        "dns_names": list(certificate.dns_names),
        "ip_addresses": list(certificate.ip_addresses),
    }


def _chain(element: ReportElement, now: datetime) -> list[dict[str, Any]]:
    return [
        {"position": link.position, "standing": link.standing, **_facts(link.certificate, now)}
        for link in chain(element)
    ]


def _facts(certificate: Certificate, now: datetime) -> dict[str, Any]:
    return {
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "sha1": certificate.sha1,
        "sha256": certificate.sha256,
        "key_type": certificate.key_type,
        "key_bits": certificate.key_bits or None,
        "not_before": _instant(certificate.not_before),
        "not_after": _instant(certificate.not_after),
        "days_to_expiry": _days(certificate.not_after, now),
    }


def _days(expires_at: datetime | None, now: datetime) -> float | None:
    return None if expires_at is None else (expires_at - now) / DAY


def _instant(instant: datetime) -> str:
    """Return the time in RFC 3339 format, in UTC."""
    return instant.isoformat(timespec="seconds").replace("+00:00", "Z")

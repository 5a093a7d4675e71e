"""Turn the collector's JSON document into a probe result; no I/O, no clock, nothing judged.

Facts about a certificate (dates, names, thumbprints) are taken from its DER bytes, never from the document.
"""

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError

from monitor.model import (
    Binding,
    Certificate,
    Failure,
    FailureReason,
    KeyLink,
    KeyPermission,
    Machine,
    Message,
    PrivateKey,
    ProbeResult,
    ServiceAccount,
    Sighting,
    StoreEntry,
    damaged_items,
    text,
)
from monitor.model.texts import located
from monitor.parse import UnreadableCertificateError, display, parse_certificate
from monitor.parse.texts import BAD_BASE64
from monitor.windows import texts
from monitor.windows.document import InstalledCertificate, KeyInfo, Report, ReportedCertificate
from monitor.windows.providers import is_hardware

LARGEST = 16 * 1024 * 1024
"""Bytes of one document, at most: some five thousand certificates."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ReportError(ValueError):
    """The bytes are not a readable document; ``reason`` is ``too_large`` or ``bad_answer``."""

    def __init__(self, reason: FailureReason, message: Message) -> None:
        """Make the error for a reason and a message about the document."""
        super().__init__(message.code)
        self.reason = reason
        self.message = message


def parse_report(data: bytes, *, largest: int = LARGEST) -> Report:
    """Parse a document.

    Raises ``ReportError`` for more than ``largest`` bytes, for truncated or invalid JSON, for another schema,
    and for a format of another major version.
    """
    if len(data) > largest:
        raise ReportError(FailureReason.TOO_LARGE, texts.report_too_large(mebibytes=largest >> 20))
    document = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        return Report.model_validate_json(document)
    except ValidationError as error:
        raise ReportError(FailureReason.BAD_ANSWER, _invalid(document, error)) from None


def _invalid(document: bytes, error: ValidationError) -> Message:
    first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return texts.report_not_json(error=display(first["msg"].removeprefix("Invalid JSON: ")))
    where = display(".".join(map(str, first["loc"])) or "document")
    if where == "version" and (found := _version(document)):
        return texts.report_format(found=found)
    said, more = display(first["msg"].removeprefix("Value error, ")), error.error_count() - 1
    if not more:
        return texts.report_invalid(field=where, error=said)
    return texts.report_invalid_and_more(field=where, error=said, count=more)


def _version(document: bytes) -> str:
    version = json.loads(document).get("version")  # it was parsed as a JSON object just before
    return version if isinstance(version, str) and re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", version) else ""


def machine_names(report: Report) -> tuple[str, ...]:
    """Return the machine's names and addresses, the full name first, without those that every machine has."""
    addresses = (one for one in report.host.addresses if not _everywhere(one))
    given = (report.host.fqdn.lower(), report.host.netbios.lower(), *addresses)
    return tuple(dict.fromkeys(name for name in given if name))


def _everywhere(address: str) -> bool:
    one = ipaddress.ip_address(address)
    return one.is_link_local or one.is_unspecified or one.is_multicast or address in ("127.0.0.1", "::1")


def report_result(report: Report, host: str = "", also: Iterable[str] = ()) -> ProbeResult:
    """Return the result of a document: sightings at ``HOST/LocalMachine/My/THUMBPRINT`` and the machine.

    ``host`` is the machine's name in the configuration, by default its own full name; ``also`` are further
    names to join it by. A store that could not be read is a failure at ``HOST/LocalMachine/NAME``; archived
    certificates are kept and yield no sighting.
    """
    own = machine_names(report)
    reading = _Reading(host or own[0])
    for stored in report.certificates:
        reading.take(stored)
    for failure in report.errors:
        if failure.part.startswith("LocalMachine/") and failure.part not in report.stores:
            location = f"{reading.host}/{failure.part}"
            said = located(location=location, problem=text(display(failure.message)))
            reading.failures.append(Failure(FailureReason.UNREADABLE, said, location))
    machine = Machine(
        host=reading.host,
        names=tuple(dict.fromkeys((reading.host, *also, *own))),
        taken_at=report.taken_at,
        entries=tuple(reading.entries),
        stores=report.stores,
        roots=_installed(report.roots),
        intermediates=_installed(report.intermediates),
        bindings=_bindings(report),
        accounts=_accounts(report),
    )
    return ProbeResult(
        tuple(reading.sightings),
        tuple(reading.failures),
        reading.ders,
        machine=machine,
        isolated=damaged_items(reading.failures),
    )


@dataclass(slots=True)
class _Reading:
    """The sightings, failures and store entries collected from one document."""

    host: str
    sightings: list[Sighting] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    entries: list[StoreEntry] = field(default_factory=list)
    ders: dict[str, bytes] = field(default_factory=dict)
    _locations: set[str] = field(default_factory=set)

    def take(self, stored: ReportedCertificate) -> None:
        try:
            der = base64.b64decode(stored.raw, validate=True)
            found = parse_certificate(der)
        except (binascii.Error, ValueError, UnreadableCertificateError) as error:
            location = f"{self.host}/{stored.store}/{stored.thumbprint.upper()}"
            problem = error.message if isinstance(error, UnreadableCertificateError) else BAD_BASE64
            said = located(location=location, problem=problem)
            self.failures.append(Failure(FailureReason.BAD_CERTIFICATE, said, location))
            return
        location = f"{self.host}/{stored.store}/{found.sha1}"
        if location in self._locations:
            return
        self._locations.add(location)
        self.entries.append(_kept(location, stored, found))
        if not stored.archived:
            self.sightings.append(Sighting(location, 0, found))
            self.ders[found.sha256] = der


def _kept(location: str, stored: ReportedCertificate, found: Certificate) -> StoreEntry:
    return StoreEntry(
        location,
        stored.store,
        found.sha1,
        found.sha256,
        friendly_name=stored.friendly_name,
        archived=stored.archived,
        key=_key(stored.key),
    )


def _key(key: KeyInfo) -> PrivateKey:
    readers = key.readers
    return PrivateKey(
        link=KeyLink(key.link),
        provider=key.provider,
        container=key.container,
        hardware=key.hardware or is_hardware(key.provider),
        readers=None
        if readers is None
        else tuple(KeyPermission(one.sid, one.name, one.allowed) for one in readers),
    )


def _installed(given: tuple[InstalledCertificate, ...] | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(dict.fromkeys(one.sha256.lower() for one in given))


def _bindings(report: Report) -> tuple[Binding, ...] | None:
    if report.bindings is None:
        return None
    return tuple(
        Binding(one.address, one.port, one.thumbprint.upper(), one.store or "My", one.app_id)
        for one in report.bindings
    )


def _accounts(report: Report) -> tuple[ServiceAccount, ...] | None:
    if report.services is None:
        return None
    return tuple(
        ServiceAccount(one.name, one.display_name, one.account, one.sids, one.running)
        for one in report.services
    )

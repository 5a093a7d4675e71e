"""Parse one DER certificate into the fields that the monitor uses.

Everything but the dates may be missing or malformed. Nothing is judged here: what is unusual is listed in
``oddities``.
"""

import sys
from collections.abc import Callable
from datetime import datetime
from hashlib import sha1, sha256
from typing import NamedTuple, TypeVar
from weakref import WeakValueDictionary

from monitor.model import Certificate, DateForm, Message
from monitor.parse.der import DerElement, DerError, child_list
from monitor.parse.extensions import Extensions, parse_extensions
from monitor.parse.keys import key_type_and_size, signature_hash
from monitor.parse.names import format_name
from monitor.parse.shape import Fields, fields
from monitor.parse.times import parse_time

T = TypeVar("T")

_VERSIONS = {b"\x00": 1, b"\x01": 2, b"\x02": 3}
_LONGEST_SERIAL = 128

_known: WeakValueDictionary[str, Certificate] = WeakValueDictionary()


class UnreadableCertificateError(ValueError):
    """The bytes are not a certificate, or a certificate without readable dates; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        """Store the message."""
        super().__init__(message.code)
        self.message = message


class _Dates(NamedTuple):
    """The validity period of a certificate, and how it was encoded."""

    not_before: datetime
    not_after: datetime
    form: DateForm


def parse_certificate(der: bytes) -> Certificate:
    """Return the facts of one certificate; equal bytes give the same object while it is referenced.

    Raises ``UnreadableCertificateError`` when the bytes do not have the shape of a certificate or its dates
    cannot be read.
    """
    fingerprint = sha256(der).hexdigest()
    found = _known.get(fingerprint)
    if found is None:
        found = _known[fingerprint] = _read(der, fingerprint)
    return found


def _read(der: bytes, fingerprint: str) -> Certificate:
    try:
        parts = fields(der)
        dates = _dates(parts.validity)
    except DerError as error:
        raise UnreadableCertificateError(error.message) from None
    return _assembled(der, fingerprint, parts, dates)


def _dates(validity: DerElement) -> _Dates:
    start, end = child_list(validity, 2)[:2]
    not_before, start_form = parse_time(start)
    not_after, end_form = parse_time(end)
    return _Dates(not_before, not_after, max(start_form, end_form))


def _assembled(der: bytes, fingerprint: str, parts: Fields, dates: _Dates) -> Certificate:
    oddities: list[str] = []
    _note_dates(dates, oddities)
    _note_version(parts, oddities)
    more = parse_extensions(parts.extensions) if parts.extensions else Extensions()
    subject, subject_cn, subject_problem = format_name(parts.subject.encoded)
    issuer, issuer_cn, issuer_problem = format_name(parts.issuer.encoded)
    for which, problem in (("subject", subject_problem), ("issuer", issuer_problem)):
        if problem:
            oddities.append(f"the {which} is malformed: {problem}")
    key_type, key_bits = _attempt(
        lambda: key_type_and_size(parts.key), ("unknown", 0), "the public key", oddities
    )
    hashed = _attempt(lambda: signature_hash(parts.algorithm), "unknown", "the algorithm", oddities)
    self_issued = parts.subject.content == parts.issuer.content
    # basicConstraints decides, then keyUsage.
    marked = more.ca if more.ca is not None else more.signs_certificates
    presumed = marked is None and _seems_ca(more, self_issued=self_issued)
    return Certificate(
        sha256=fingerprint,
        sha1=sha1(der, usedforsecurity=False).hexdigest().upper(),
        subject=subject,
        issuer=issuer,
        subject_cn=subject_cn,
        issuer_cn=issuer_cn,
        serial=_serial(parts.serial.content, oddities),
        not_before=dates.not_before,
        not_after=dates.not_after,
        dns_names=tuple(more.dns_names),
        ip_addresses=tuple(more.ip_addresses),
        is_ca=presumed if marked is None else marked,
        self_issued=self_issued,
        key_type=sys.intern(key_type),
        key_bits=key_bits,
        signature_hash=sys.intern(hashed),
        extended_usages=more.usages,
        oddities=tuple(oddities + more.oddities),
        key_usage=more.key_usage,
        netscape_server=more.netscape_server,
        date_form=dates.form,
        presumed_ca=presumed,
        template=sys.intern(more.template),
        public_policy=more.public_policy,
    )


def _attempt(read: Callable[[], T], instead: T, what: str, oddities: list[str]) -> T:
    try:
        return read()
    except DerError as error:
        oddities.append(f"{what} is unreadable: {error}")
        return instead


def _note_dates(dates: _Dates, oddities: list[str]) -> None:
    if dates.form is not DateForm.STANDARD:
        oddities.append("a date is not written as the standard demands")
    if dates.not_after < dates.not_before:
        oddities.append("its end lies before its beginning")


def _note_version(parts: Fields, oddities: list[str]) -> None:
    number = parts.version.content[2:] if parts.version else b"\x00"
    version = _VERSIONS.get(number)
    if version is None:
        oddities.append("its version number is none of 1, 2 and 3")
    elif parts.extensions and version != 3:
        oddities.append(f"it has extensions although its version is {version}")


def _serial(content: bytes, oddities: list[str]) -> str:
    if len(content) > 20:
        oddities.append(f"its serial number is {len(content)} octets long (20 are allowed)")
    if not content or content[0] & 0x80:
        oddities.append("its serial number is negative" if content else "its serial number is empty")
    if len(content) > 1 and content[0] == 0:
        content = content[1:]
    return content[:_LONGEST_SERIAL].hex().upper()


def _seems_ca(more: Extensions, *, self_issued: bool) -> bool:
    """Return whether a certificate can issue others although nothing in it says so.

    Old private roots (version 1, or made by scripts) have neither basicConstraints nor keyUsage: a
    self-issued certificate without host names and purposes counts as a CA.
    """
    return self_issued and more.usages is None and not more.dns_names and not more.ip_addresses

"""Match the name or address by which a target is reached against those in its certificate.

It must not decide severities: it returns which of the two checks fails, and a sentence.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from service_identity import CertificateError
from service_identity.hazmat import DNS_ID, DNSPattern

from monitor.addresses import IpAddress, read_ip, to_ascii
from monitor.model import Certificate, Check

_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class NameProblem:
    """The check that a certificate's names fail, and a sentence."""

    check: Check
    sentence: str


def mismatch(certificate: Certificate, wanted: str) -> NameProblem | None:
    """Return why a certificate is not for ``wanted``, a DNS name or an IP address; ``None`` when it is.

    Names follow RFC 9525: alternative names only, a wildcard stands for the whole first label, addresses
    match iPAddress entries only. A name found nowhere but in the subject is a milder problem of its own.
    """
    name = wanted.strip().rstrip(".").lower()
    address = _address(name)
    if address is not None:
        return _address_mismatch(certificate, address)
    if name in certificate.dns_names or _matches(certificate.dns_names, name):
        return None
    return _name_mismatch(certificate, name)


def _address(text: str) -> IpAddress | None:
    if text[-1:].isalpha() and ":" not in text:
        return None  # what most names look like: not worth an exception
    return read_ip(text.strip("[]"))


def _name_mismatch(certificate: Certificate, name: str) -> NameProblem:
    if not _matches((certificate.subject_cn,), name):
        return NameProblem(Check.NAME, f'the certificate is not for "{name}": {_names_on(certificate)}')
    if certificate.dns_names or certificate.ip_addresses:
        remark = "its subject does, but clients ignore that beside alternative names"
        sentence = f'no alternative name fits "{name}" ({remark}): {_names_on(certificate)}'
        return NameProblem(Check.NAME, sentence)
    return _subject_only(name)


def _address_mismatch(certificate: Certificate, address: IpAddress) -> NameProblem | None:
    if str(address) in certificate.ip_addresses:
        return None
    if any(_address(entry) == address for entry in certificate.dns_names):
        remark = "it stands there as a DNS entry, which many clients do not accept for an address"
        return NameProblem(Check.NAME, f"the certificate lacks an IP entry for {address}: {remark}")
    if _address(certificate.subject_cn) == address and not (
        certificate.dns_names or certificate.ip_addresses
    ):
        return _subject_only(str(address))
    return NameProblem(Check.NAME, f"the certificate is not for {address}: {_names_on(certificate)}")


def _subject_only(name: str) -> NameProblem:
    remark = "current clients accept only alternative names"
    return NameProblem(
        Check.NAME_IN_SUBJECT_ONLY, f'the certificate names "{name}" only in its subject: {remark}'
    )


def _matches(entries: Iterable[str], name: str) -> bool:
    wanted = _identity(name)
    if wanted is None:
        return False
    patterns = (_pattern(entry) for entry in entries)
    return any(wanted.verify(pattern) for pattern in patterns if pattern is not None)


def _identity(name: str) -> DNS_ID | None:
    """Return a name encoded by IDNA 2008, else by the older rules that still resolve it."""
    with contextlib.suppress(ValueError, ImportError):
        return DNS_ID(name)
    with contextlib.suppress(ValueError):
        return DNS_ID(to_ascii(name))
    return None


def _pattern(entry: str) -> DNSPattern | None:
    """Return one entry's pattern, ``None`` when it is unusable: the other entries still count."""
    if not entry.isascii():
        return None
    with contextlib.suppress(CertificateError):
        return DNSPattern.from_bytes(entry.rstrip(".").encode())
    return None


def _names_on(certificate: Certificate) -> str:
    """Return the first few names that the certificate does have, unusable ones in quotes."""
    names = [entry if _pattern(entry) else f'"{entry}" (unusable)' for entry in certificate.dns_names]
    entries = [*names, *certificate.ip_addresses]
    if entries:
        rest = len(entries) - _MOST_LISTED
        more = f" and {rest} more" if rest > 0 else ""
        return f"it carries {', '.join(entries[:_MOST_LISTED])}{more}"
    subject = f'only the subject "{certificate.subject_cn}"' if certificate.subject_cn else "no name at all"
    return f"it carries {subject}"

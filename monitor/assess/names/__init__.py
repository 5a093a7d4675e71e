"""Match the name or address by which a target is reached against those in its certificate.

It must not decide severities: it returns which of the two checks fails, and a message.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor.addresses import IpAddress, read_ip
from monitor.assess.names import texts
from monitor.model import Certificate, Check, Message, text
from monitor.model.texts import enumerated

_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class NameProblem:
    """The check that a certificate's names fail, and a message that says why."""

    check: Check
    message: Message


def mismatch(certificate: Certificate, wanted: str) -> NameProblem | None:
    """Return why a certificate is not for ``wanted``, a DNS name or an IP address; ``None`` when it is.

    Names follow RFC 9525: alternative names only, a wildcard stands for the whole first label, addresses
    match iPAddress entries only. A name found nowhere but in the subject is a milder problem of its own.
    Entries are taken as they are written: only of ``wanted`` the dot at its end is dropped.
    """
    name = wanted.strip().removesuffix(".").lower()
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
        return NameProblem(Check.NAME, texts.name_mismatch(name=name, carried=_names_on(certificate)))
    if certificate.dns_names or certificate.ip_addresses:
        said = texts.name_in_ignored_subject(name=name, carried=_names_on(certificate))
        return NameProblem(Check.NAME, said)
    return _subject_only(name)


def _address_mismatch(certificate: Certificate, address: IpAddress) -> NameProblem | None:
    if str(address) in certificate.ip_addresses:
        return None
    if any(_address(entry) == address for entry in certificate.dns_names):
        return NameProblem(Check.NAME, texts.address_as_dns_name(address=str(address)))
    if _address(certificate.subject_cn) == address and not (
        certificate.dns_names or certificate.ip_addresses
    ):
        return _subject_only(str(address))
    said = texts.address_mismatch(address=str(address), carried=_names_on(certificate))
    return NameProblem(Check.NAME, said)


def _subject_only(name: str) -> NameProblem:
    return NameProblem(Check.NAME_IN_SUBJECT_ONLY, texts.name_in_subject_only(name=name))


def _matches(entries: Iterable[str], name: str) -> bool:
    from monitor.assess.names.patterns import matches  # noqa: PLC0415 - loads a library that few names need

    return matches(entries, name)


def _usable(entry: str) -> bool:
    from monitor.assess.names.patterns import pattern  # noqa: PLC0415 - as above

    return pattern(entry) is not None


def _names_on(certificate: Certificate) -> Message:
    """Return the first few names that the certificate does have, unusable ones marked."""
    entries = [text(one) if _usable(one) else texts.unusable_name(name=one) for one in certificate.dns_names]
    entries += map(text, certificate.ip_addresses)
    if entries:
        return texts.includes(names=enumerated(entries, _MOST_LISTED))
    if certificate.subject_cn:
        return texts.includes_subject_only(subject=certificate.subject_cn)
    return texts.INCLUDES_NOTHING

"""Sightings of the certificates in one machine's stores, each with its issuers from the same machine; pure.

It must not judge, and takes facts about a certificate from its DER bytes only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha1

from monitor import parse
from monitor.assess import CertificateWithDer
from monitor.model import Certificate, Failure, FailureReason, Sighting, StoreEntry
from monitor.windows.certificate import StoredCertificate
from monitor.windows.issuers import Issuers
from monitor.windows.texts import stored_certificate_unreadable


@dataclass(slots=True)
class StoreContents:
    """The result of reading some stores, as in ``ProbeResult``, with the properties of each certificate."""

    sightings: list[Sighting] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    ders: dict[str, bytes] = field(default_factory=dict)
    entries: list[StoreEntry] = field(default_factory=list)


def store_contents(
    host: str, stores: Mapping[str, Sequence[StoredCertificate]], others: Iterable[StoredCertificate]
) -> StoreContents:
    """Return the certificates of each store at ``HOST/STORE/THUMBPRINT``.

    Position 0 is the stored certificate, the following positions are its issuers as far as these stores or
    ``others`` contain them: the paths from it on this machine. Archived certificates are kept and yield no
    sighting.
    """
    found = StoreContents()
    leaves = [(store, one, _held(one.der)) for store, ones in stores.items() for one in ones]
    pool = (leaf for _, one, leaf in leaves if leaf is not None and not one.archived)
    issuers = Issuers([*pool, *_readable(others)])
    for store, one, leaf in leaves:
        location = f"{host}/{store}/{_thumbprint(one.der)}"
        if leaf is None:
            said = stored_certificate_unreadable(location=location)
            found.failures.append(Failure(FailureReason.BAD_CERTIFICATE, said, location))
            continue
        found.entries.append(_kept(location, store, one, leaf[0]))
        if not one.archived:
            chain = (leaf, *issuers.above(leaf))
            found.sightings += [
                Sighting(location, n, certificate) for n, (certificate, _) in enumerate(chain)
            ]
            found.ders.update({certificate.sha256: der for certificate, der in chain})
    return found


def fingerprints(stored: Iterable[StoredCertificate]) -> tuple[str, ...]:
    """Return the SHA-256 of every certificate that is not archived, in lower-case hex."""
    return tuple(dict.fromkeys(one.sha256 for one in stored if not one.archived))


def _readable(stored: Iterable[StoredCertificate]) -> Iterator[CertificateWithDer]:
    for one in stored:
        if not one.archived and (held := _held(one.der)) is not None:
            yield held


@lru_cache(maxsize=4096)
def _held(der: bytes) -> CertificateWithDer | None:
    """Return a certificate with its parsed form, cached so that states share memory."""
    try:
        return parse.parse_certificate(der), der
    except parse.UnreadableCertificateError:
        return None


def _thumbprint(der: bytes) -> str:
    return sha1(der, usedforsecurity=False).hexdigest().upper()


def _kept(location: str, store: str, one: StoredCertificate, leaf: Certificate) -> StoreEntry:
    """Return the store properties of one certificate at its location."""
    return StoreEntry(location, store, leaf.sha1, leaf.sha256, one.friendly_name, one.archived, one.key)

"""The certificates that a probe saw: named by SHA-256 on the way, parsed from their bytes on arrival."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from monitor.model import Certificate, Failure, FailureReason, Message, Sighting
from monitor.parse import UnreadableCertificateError, parse_certificate
from monitor.wire.document import WireError, boolean, count, fingerprint, listed, string

LARGEST_CERTIFICATE = 1024 * 1024
"""Bytes of one certificate: what a server may send in a whole handshake."""
CertificateLookup = Callable[[str], bytes | None]
"""Returns the DER bytes of a certificate by its SHA-256, ``None`` where they are not here."""


@dataclass(frozen=True, slots=True)
class SeenCertificates:
    """Sightings with the bytes of their certificates, and a failure for each that cannot be parsed here."""

    sightings: tuple[Sighting, ...]
    ders: Mapping[str, bytes]
    failures: tuple[Failure, ...]


def write_sighting(sighting: Sighting, location: str) -> list[object]:
    """Return a sighting; the location of its order is left out, as nearly every one is there."""
    there = "" if sighting.location == location else sighting.location
    written: list[object] = [sighting.certificate.sha256, sighting.position, there, sighting.own_key]
    while not written[-1] and len(written) > 2:
        written.pop()
    return written


def named_certificates(data: object) -> Iterator[str]:
    """Iterate over the SHA-256 of the certificates of sightings."""
    return (fingerprint(_parts(one)[0]) for one in listed(data))


def read_sightings(data: object, location: str, der_of: CertificateLookup) -> SeenCertificates:
    """Return the sightings at the location of an order; raise ``WireError`` for a certificate not here."""
    sightings: list[Sighting] = []
    failures: list[Failure] = []
    ders: dict[str, bytes] = {}
    read: dict[str, Certificate | Message] = {}
    for one in listed(data):
        sha256, position, there, own_key = _parts(one)
        place, name = string(there) or location, fingerprint(sha256)
        if name not in read:
            ders[name], read[name] = _read(name, der_of)
        found = read[name]
        if isinstance(found, Message):
            failures.append(Failure(FailureReason.BAD_CERTIFICATE, found, place))
        else:
            sightings.append(Sighting(place, count(position), found, boolean(own_key)))
    seen = {one.certificate.sha256 for one in sightings}
    kept = {name: der for name, der in ders.items() if name in seen}
    return SeenCertificates(tuple(sightings), kept, tuple(failures))


def _read(name: str, der_of: CertificateLookup) -> tuple[bytes, Certificate | Message]:
    """Return the bytes and their certificate, or why it cannot be used."""
    if (der := der_of(name)) is None:
        raise WireError(f"the certificate {name[:16]} is named, and its bytes are not here")
    if len(der) > LARGEST_CERTIFICATE:
        raise WireError(f"the certificate {name[:16]} has more than {LARGEST_CERTIFICATE} bytes")
    try:
        return der, parse_certificate(der)
    except UnreadableCertificateError as error:
        return der, error.message


def _parts(data: object) -> tuple[object, object, object, object]:
    parts = (*listed(data), *(None, None, "", False)[len(listed(data)) :])
    return parts[0], parts[1], parts[2], parts[3]

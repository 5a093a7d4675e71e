"""The whole chain of a server, or the paths of a file, with the standing of each certificate; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.cli.check.report import ReportElement
from monitor.model import Certificate, Path


class Standing(StrEnum):
    """Where a certificate stands in a chain; a published set."""

    LEAF = "leaf"
    INTERMEDIATE = "intermediate"
    TRUSTED_CA = "trusted_ca"
    UNTRUSTED_CA = "untrusted_ca"
    UNUSED = "unused"
    """Served, but on no path from the leaf."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One certificate; ``position`` is that in the served list, ``None`` for one from the trusted CAs."""

    certificate: Certificate
    standing: Standing
    position: int | None


def chain(element: ReportElement) -> list[ChainLink]:
    """Return the certificates as served, then those of the paths that were not served."""
    paths = element.assessment.paths
    links = [
        ChainLink(one.certificate, _standing(one.certificate, one.location, paths), one.position)
        for one in element.sightings
    ]
    return links + list(_not_served(element))


def first_leaf(element: ReportElement) -> ChainLink | None:
    """Return the leaf of the path that expires first."""
    path = element.first_path
    if path is None:
        return None
    position = next((s.position for s in element.sightings if s.certificate is path.leaf), None)
    return ChainLink(path.leaf, Standing.LEAF, position)


def _not_served(element: ReportElement) -> Iterator[ChainLink]:
    shown = {one.certificate.sha256 for one in element.sightings}
    for path in element.assessment.paths:
        for certificate in path.certificates:
            if certificate.sha256 not in shown:
                shown.add(certificate.sha256)
                yield ChainLink(certificate, _on_path(certificate, path), None)


def _standing(certificate: Certificate, location: str, paths: tuple[Path, ...]) -> Standing:
    """Return the standing on the first path of this location that has the certificate."""
    for path in paths:
        if path.location == location and any(one.sha256 == certificate.sha256 for one in path.certificates):
            return _on_path(certificate, path)
    return Standing.UNUSED


def _on_path(certificate: Certificate, path: Path) -> Standing:
    if certificate.sha256 == path.leaf.sha256:
        return Standing.LEAF
    if certificate.sha256 != path.certificates[-1].sha256:
        return Standing.INTERMEDIATE
    if path.trusted:
        return Standing.TRUSTED_CA
    return Standing.UNTRUSTED_CA if certificate.self_issued else Standing.INTERMEDIATE

"""Everything known of one certificate: its path, where it is, what depends on it, and its alerts."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from monitor.assess.issuance import issuance
from monitor.model import (
    AlertGroup,
    Certificate,
    Issuance,
    Path,
    RenewalWindow,
    Revocation,
    Sighting,
    Snapshot,
    TargetState,
)

_THUMBPRINTS = {40: "sha1", 64: "sha256"}
"""The kinds of thumbprints by their number of hex digits."""


@dataclass(frozen=True, slots=True)
class CertificateUse:
    """A location at which a certificate was seen; ``position`` is its index in the chain, 0 for the leaf."""

    target_id: str
    title: str
    location: str
    position: int


@dataclass(frozen=True, slots=True)
class Dependent:
    """A certificate whose path has the CA on it, and at how many locations it is."""

    certificate: Certificate
    locations: int


@dataclass(frozen=True, slots=True)
class CertificateDetail:
    """One certificate; ``path`` is the shortest-lived one from it to a trusted CA, ``None`` for none.

    ``made`` is how it was made.
    """

    certificate: Certificate
    path: Path | None
    uses: tuple[CertificateUse, ...]
    dependents: tuple[Dependent, ...]
    alerts: tuple[AlertGroup, ...]
    revocation: Revocation | None
    renewal: RenewalWindow | None
    made: Issuance = Issuance.UNKNOWN


def thumbprint(written: str) -> str:
    """Return a thumbprint as lower hex without separators, however it is written; empty if it is none."""
    bare = "".join(one for one in written.casefold() if one not in " :-\u200e")
    return bare if len(bare) in _THUMBPRINTS and all(one in "0123456789abcdef" for one in bare) else ""


def find_certificate(snapshot: Snapshot, written: str) -> Certificate | None:
    """Return the certificate of a SHA-256 or SHA-1 thumbprint, ``None`` if no target shows it."""
    wanted = thumbprint(written)
    if not wanted:
        return None
    for one in _certificates(snapshot):
        if wanted in (one.sha256, one.sha1.casefold()):
            return one
    return None


def certificate_detail(snapshot: Snapshot, certificate: Certificate) -> CertificateDetail:
    """Return all about a certificate."""
    uses: list[CertificateUse] = []
    dependents: dict[str, tuple[Certificate, set[str]]] = {}
    paths: list[Path] = []
    made: set[Issuance] = set()
    for state in snapshot:
        uses += _uses(state, certificate)
        for path in state.assessment.paths:
            if path.leaf.sha256 == certificate.sha256:
                paths.append(path)
                made.add(issuance(path, state.target))
            elif any(one.sha256 == certificate.sha256 for one in path.certificates):
                dependents.setdefault(path.leaf.sha256, (path.leaf, set()))[1].add(path.location)
                paths.append(_above(path, certificate))
    found = [Dependent(leaf, len(locations)) for leaf, locations in dependents.values()]
    best = min(paths, key=lambda one: (not one.trusted, one.not_after), default=None)
    made.add(issuance(best or Path("", (certificate,), trusted=False)))
    return CertificateDetail(
        certificate,
        path=best,
        uses=tuple(dict.fromkeys(uses)),
        dependents=tuple(sorted(found, key=lambda one: one.certificate.not_after)),
        alerts=tuple(one for one in snapshot.alerts if _is_about(one, certificate)),
        revocation=snapshot.revocations.get(certificate.sha256),
        renewal=snapshot.renewals.get(certificate.sha256),
        made=_surest(made),
    )


def _surest(made: Collection[Issuance]) -> Issuance:
    """Return the first in the order of the kinds, which begins with those that leave no doubt."""
    return next(one for one in Issuance if one in made)


def _certificates(snapshot: Snapshot) -> Iterator[Certificate]:
    """Yield every certificate that was seen or is on a path; those of many targets many times."""
    for state in snapshot:
        yield from (one.certificate for one in state.sightings)
        for path in state.assessment.paths:
            yield from path.certificates[1:]


def _uses(state: TargetState, certificate: Certificate) -> Iterator[CertificateUse]:
    for one in _of(state.sightings, certificate):
        target = state.target
        yield CertificateUse(target.id, target.info.title or target.location, one.location, one.position)


def _of(sightings: Iterable[Sighting], certificate: Certificate) -> Iterator[Sighting]:
    return (one for one in sightings if one.certificate.sha256 == certificate.sha256)


def _above(path: Path, certificate: Certificate) -> Path:
    """Return the part of a path from a CA upwards."""
    index = next(i for i, one in enumerate(path.certificates) if one.sha256 == certificate.sha256)
    return Path(path.location, path.certificates[index:], path.trusted, path.problem)


def _is_about(group: AlertGroup, certificate: Certificate) -> bool:
    return group.certificate is not None and group.certificate.sha256 == certificate.sha256

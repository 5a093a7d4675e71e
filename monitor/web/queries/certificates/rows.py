"""The rows of the list of certificates: each certificate and CRL once, with all its locations."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from operator import attrgetter

from monitor.model import Certificate, Check, Finding, Path, RevocationList, Target
from monitor.web.queries.cache.row_index import Recipe, RowInput
from monitor.web.queries.lists.levels import LEVELS, level_of, level_rank
from monitor.web.queries.lists.listing import OF_TARGETS, Facet, Listing
from monitor.web.queries.lists.row_words import (
    joined,
    labels_of,
    one_value,
    values,
    words_of_certificate,
    words_of_target,
)

TYPES = ("leaf", "ca", "crl")
_NEVER = datetime.max.replace(tzinfo=UTC)
_MOST_SEARCHED = 1000
"""A CA may be served at 100,000 locations, and nobody looks for it by one of them."""


@dataclass(frozen=True, slots=True)
class CertificateLocation:
    """One location of a certificate or CRL in one target, with what is found of it there.

    ``expires_at`` is the earliest expiry on its path, or its own. ``superseded`` is whether it was replaced
    by a newer one beside it.
    """

    target: Target
    location: str
    shown: Certificate | RevocationList
    expires_at: datetime | None
    findings: tuple[Finding, ...]
    level: str
    superseded: bool


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate or CRL; ``levels`` is the worst level at any of its locations."""

    shown: Certificate | RevocationList
    locations: tuple[CertificateLocation, ...]
    expires_at: datetime | None
    types: tuple[str, ...]
    levels: tuple[str, ...]
    checks: tuple[str, ...]
    sites: tuple[str, ...]
    components: tuple[str, ...]
    owners: tuple[str, ...]
    kinds: tuple[str, ...]
    issuers: tuple[str, ...]
    order: tuple[int, datetime, str]
    text: str

    @property
    def title(self) -> str:
        """Return the shortest name for people."""
        return self.shown.title if isinstance(self.shown, Certificate) else self.shown.issuer


CERTIFICATES: Listing[CertificateRow] = Listing(
    facets=(
        Facet("level", attrgetter("levels"), LEVELS),
        Facet("check", attrgetter("checks"), tuple(Check)),
        Facet("type", attrgetter("types"), TYPES),
        *OF_TARGETS,
    ),
    sorts={
        "level": attrgetter("order"),
        "expires": attrgetter("expires_at"),
        "title": lambda row: row.title.casefold(),
        "issuer": lambda row: row.issuers[0].casefold() if row.issuers else None,
        "locations": lambda row: len(row.locations),
    },
    text=attrgetter("text"),
    expires_at=attrgetter("expires_at"),
)
"""The list of certificates."""


def locations(seen: RowInput) -> Iterator[tuple[Hashable, CertificateLocation]]:
    """Yield every certificate and CRL of a target with its SHA-256, each once for a location."""
    state = seen.state
    paths = {(one.location, one.leaf.sha256): one for one in state.assessment.paths}
    superseded = {one.old for one in state.assessment.superseded}
    found = _Found(seen)
    sighted = {(one.location, one.certificate.sha256): one.certificate for one in state.sightings}
    for (at, sha256), certificate in sighted.items():
        path = paths.get((at, sha256))
        expires_at = path.not_after if path else certificate.not_after
        own = found.of(at, certificate, path)
        yield sha256, _location(seen, at, certificate, expires_at, own, sha256 in superseded)
    for crl in state.lists:
        own = found.at(crl.location, crl.sha256)
        yield crl.sha256, _location(seen, crl.location, crl, crl.next_update, own, crl.sha256 in superseded)


class _Found:
    """The findings of a target by what they are about."""

    def __init__(self, seen: RowInput) -> None:
        self._on_paths: dict[str, set[str]] = {}
        for path in seen.state.assessment.paths if seen.findings else ():
            self._on_paths.setdefault(path.location, set()).update(one.sha256 for one in path.certificates)
        self._about: dict[tuple[str, str], list[Finding]] = {}
        self._of_location: dict[str, list[Finding]] = {}
        for one in seen.findings:
            self._about.setdefault((one.location, one.sha256), []).append(one)
            on_a_path = one.sha256 in self._on_paths.get(one.location, ())
            if one.location and not on_a_path and one.check is not Check.CRL_EXPIRY:
                self._of_location.setdefault(one.location, []).append(one)

    def at(self, location: str, sha256: str) -> tuple[Finding, ...]:
        """Return what is about a certificate or CRL at a location, or wherever it is."""
        return (*self._about.get((location, sha256), ()), *self._about.get(("", sha256), ()))

    def of(self, location: str, certificate: Certificate, path: Path | None) -> tuple[Finding, ...]:
        """Return what concerns a certificate at a location: it, and a leaf's whole path."""
        if not self._about:
            return ()
        mine = (one.sha256 for one in path.certificates) if path else (certificate.sha256,)
        about = [one for sha256 in mine for one in self.at(location, sha256)]
        return tuple(dict.fromkeys((*about, *(self._of_location.get(location, ()) if path else ()))))


def _location(  # noqa: PLR0913, PLR0917 - what is known of one location
    seen: RowInput,
    location: str,
    shown: Certificate | RevocationList,
    expires_at: datetime | None,
    findings: tuple[Finding, ...],
    superseded: bool,  # noqa: FBT001 - as the others
) -> CertificateLocation:
    level = level_of(findings, expires_at, seen.now)
    return CertificateLocation(seen.state.target, location, shown, expires_at, findings, level, superseded)


def fold(locations: Sequence[CertificateLocation]) -> CertificateRow:
    """Return the row of all locations of one certificate."""
    shown = locations[0].shown
    expires_at = min((one.expires_at for one in locations if one.expires_at), default=None)
    level = min((one.level for one in locations), key=level_rank)
    targets = [one.target for one in locations]
    labels = [labels_of(one.labels, one.info.owner) for one in targets]
    sites, components, owners = (values(chain.from_iterable(some)) for some in zip(*labels, strict=True))
    return CertificateRow(
        shown=shown,
        locations=tuple(locations),
        expires_at=expires_at,
        types=one_value(_type(shown)),
        levels=one_value(level),
        checks=values(finding.check.value for one in locations for finding in one.findings),
        sites=sites,
        components=components,
        owners=owners,
        kinds=values(one.kind for one in targets),
        issuers=one_value(_issuer(shown)),
        order=(level_rank(level), expires_at or _NEVER, shown.sha256),
        text=joined(_words(shown, locations)),
    )


def _type(shown: Certificate | RevocationList) -> str:
    if isinstance(shown, RevocationList):
        return "crl"
    return "ca" if shown.is_ca else "leaf"


def _issuer(shown: Certificate | RevocationList) -> str:
    return shown.issuer if isinstance(shown, RevocationList) else shown.issuer_cn or shown.issuer


def _words(shown: Certificate | RevocationList, locations: Sequence[CertificateLocation]) -> Iterator[str]:
    if isinstance(shown, RevocationList):
        yield from ("delta CRL" if shown.delta else "CRL", shown.number, shown.issuer, shown.sha256)
    else:
        yield from words_of_certificate(shown)
    yield from chain.from_iterable(
        (one.location, *words_of_target(one.target)) for one in islice(locations, _MOST_SEARCHED)
    )


CERTIFICATE_ROWS: Recipe[CertificateLocation, CertificateRow] = Recipe(locations, fold)

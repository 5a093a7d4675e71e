"""Find the path from a served certificate to an anchor, as leniently as real clients do.

Time is not part of trust: a path that is only expired is trusted, and its dates are judged elsewhere. It
must not match names, and it does no I/O. One finder is used by one thread.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.assess import texts
from monitor.assess.paths.candidates import candidates
from monitor.assess.paths.links import CertificateWithDer, canonical, old_style_ca
from monitor.assess.paths.openssl import valid, verified, verified_as_given
from monitor.assess.paths.problem import PathRefusal, problem
from monitor.assess.paths.routes import Route, Walk
from monitor.model import Anchor, Anchors, Certificate, DateForm, Message, Path

_MOST_BETWEEN = 16
_MOST_AS_SERVED = 64


@dataclass(frozen=True, slots=True)
class _Case:
    """A leaf, what was served with it, the anchors that could matter, and the instant."""

    leaf: CertificateWithDer
    pool: tuple[CertificateWithDer, ...]
    anchors: tuple[CertificateWithDer, ...]
    now: datetime

    def instants(self) -> tuple[datetime | None, ...]:
        """Return the instants to try in turn; ``None`` means without checking time.

        An expired leaf is tried just before its expiry; one that is not yet valid only without time.
        """
        certificate = self.leaf[0]
        if self.now < certificate.not_before or certificate.not_after <= certificate.not_before:
            return (None,)
        return min(self.now, certificate.not_after - timedelta(seconds=1)), None


class PathFinder:
    """Finds paths and caches them, so that an unchanged chain costs no cryptography."""

    def __init__(self, size: int = 131_072) -> None:
        """Cache at most ``size`` paths; it should exceed the number of targets."""
        self._size = size
        self._verdicts: OrderedDict[tuple[str, ...], Path] = OrderedDict()
        self._indexes: OrderedDict[str, _Index] = OrderedDict()

    def find(
        self,
        location: str,
        chain: Sequence[CertificateWithDer],
        anchors: Anchors,
        now: datetime,
        *,
        keep: bool = True,
    ) -> Path:
        """Return the path of the first certificate of ``chain`` over the others to one of the anchors.

        ``chain`` is what was served, leaf first, each certificate with its DER; order, repetition and
        unrelated certificates among the others do not matter. It must not be empty. Without ``keep`` a path
        that is not in the cache is not put there.
        """
        key = (anchors.key, *[certificate.sha256 for certificate, _ in chain])
        path = self._verdicts.get(key)
        if path is None or not _holds(path, now):
            path = self._find(location, chain, anchors, now)
            if not keep:
                return path
            self._verdicts[key] = path
            if len(self._verdicts) > self._size:
                self._verdicts.popitem(last=False)
        self._verdicts.move_to_end(key)
        return path if path.location == location else replace(path, location=location)

    def _find(
        self, location: str, chain: Sequence[CertificateWithDer], anchors: Anchors, now: datetime
    ) -> Path:
        served = {held[0].sha256: held for held in reversed(chain)}
        leaf = served.pop(chain[0][0].sha256)
        chosen = candidates(leaf, served.values())
        unique = {held[0].sha256: held for held in chosen.held}
        index = self._index(anchors)
        for held in index.between((leaf, *unique.values())):
            unique.setdefault(held[0].sha256, held)
        relevant = index.relevant((leaf, *unique.values()))
        order = _Preference(now)
        case = _Case(leaf, order.sorted(unique.values()), order.sorted(relevant), now)
        certificates, why, ended = _judged(case, known=bool(anchors.members))
        if why is not None and (ended or not chosen.complete):
            why = texts.search_ended(problem=why, sent=len(chain))
        begin, end = _window((leaf, *case.pool, *case.anchors), now)
        refused = _refused_as_served(case, chain, certificates) if why is None else ""
        return Path(location, certificates, why is None, why, begin, end, refused)

    def _index(self, anchors: Anchors) -> "_Index":
        index = self._indexes.get(anchors.key)
        if index is None:
            index = self._indexes[anchors.key] = _Index(anchors)
            if len(self._indexes) > 16:
                self._indexes.popitem(last=False)
        self._indexes.move_to_end(anchors.key)
        return index


class _Index:
    """The few anchors of a large set that can matter for a chain.

    An OpenSSL store of these few is made in microseconds, where one of a whole system bundle takes
    milliseconds, and can leave out what is not valid at the instant in question.
    """

    def __init__(self, anchors: Anchors) -> None:
        self._by_subject = _by_subject(anchors.members)
        self._between = _by_subject(anchors.intermediates)
        self._by_fingerprint = {one.certificate.sha256: (one.certificate, one.der) for one in anchors.members}

    def relevant(self, served: Iterable[CertificateWithDer]) -> list[CertificateWithDer]:
        """Return the anchors that were served, and those named as issuers of served certificates."""
        found: dict[str, CertificateWithDer] = {}
        for certificate, _ in served:
            if certificate.sha256 in self._by_fingerprint:
                found[certificate.sha256] = self._by_fingerprint[certificate.sha256]
            for held in self._by_subject.get(canonical(certificate.issuer), ()):
                found[held[0].sha256] = held
        return list(found.values())

    def between(self, served: Iterable[CertificateWithDer]) -> list[CertificateWithDer]:
        """Return the available intermediates that issued served certificates, and those above them."""
        found = {certificate.sha256: (certificate, der) for certificate, der in served}
        known = len(found)
        waiting = list(found.values()) if self._between else []
        for certificate, _ in waiting:
            for held in self._between.get(canonical(certificate.issuer), ()):
                if held[0].sha256 not in found and len(found) < known + _MOST_BETWEEN:
                    found[held[0].sha256] = held
                    waiting.append(held)
        return list(found.values())[known:]


def _by_subject(anchors: Iterable[Anchor]) -> dict[str, list[CertificateWithDer]]:
    found: dict[str, list[CertificateWithDer]] = {}
    for anchor in anchors:
        held = (anchor.certificate, anchor.der)
        found.setdefault(canonical(anchor.certificate.subject), []).append(held)
    return found


class _Preference:
    """An order of certificates: those valid now first, then the newest."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def sorted(self, held: Iterable[CertificateWithDer]) -> tuple[CertificateWithDer, ...]:
        return tuple(sorted(held, key=self._rank, reverse=True))

    def _rank(self, held: CertificateWithDer) -> tuple[bool, datetime, datetime]:
        certificate = held[0]
        return valid(certificate, self._now), certificate.not_after, certificate.not_before


def _holds(path: Path, now: datetime) -> bool:
    return (path.valid_from is None or path.valid_from <= now) and (
        path.valid_until is None or now < path.valid_until
    )


def _window(held: Iterable[CertificateWithDer], now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the nearest instants around ``now`` at which any certificate becomes valid or expires."""
    edges = [edge for certificate, _ in held for edge in (certificate.not_before, certificate.not_after)]
    past = [edge for edge in edges if edge <= now]
    return max(past, default=None), min((edge for edge in edges if edge > now), default=None)


class _Verdict(NamedTuple):
    """The path that was found, why it is not trusted, and whether the search ended before all was tried."""

    certificates: tuple[Certificate, ...]
    problem: Message | None = None
    ended: bool = False


def _judged(case: _Case, *, known: bool) -> _Verdict:
    if case.anchors:
        for at in case.instants():
            found = verified(case.leaf, case.pool, case.anchors, at)
            if isinstance(found, tuple):
                return _Verdict(found)
    return _walked(case, known=known)


def _walked(case: _Case, *, known: bool) -> _Verdict:
    """Follow the signatures, and let OpenSSL verify each single route."""
    walk = Walk(case.pool, case.anchors)
    routes = walk.routes(case.leaf)
    anchored = [route for route in routes if walk.anchored(route)]
    refusal: PathRefusal | None = None
    for at, route in ((at, route) for at in case.instants() for route in anchored):
        found = _route_verified(route, at)
        if isinstance(found, tuple):
            return _Verdict(found)
        refusal = found
    route = anchored[0] if anchored else max(routes, key=_completeness)
    why = problem(route, refusal, walk.namesakes(route), known=known)
    return _Verdict(tuple(certificate for certificate, _ in route), why, walk.ended)


def _refused_as_served(case: _Case, chain: Sequence[CertificateWithDer], path: Sequence[Certificate]) -> str:
    """Return why OpenSSL refuses a trusted chain just as it is served, empty if it does not.

    Of several CAs of one name it takes the first and tries no other: only there can it differ from what was
    found here. What has other reasons (dates, a root of the old style) is judged on its own, or accepted.
    """
    above = {held[0].sha256: held for held in (*chain[1:], *case.anchors)}
    names = {canonical(certificate.subject) for certificate, _ in above.values()}
    if len(names) == len(above) or len(chain) > _MOST_AS_SERVED:
        return ""
    usual = all(one.date_form is DateForm.STANDARD and valid(one, case.now) for one in path)
    root = above.get(path[-1].sha256)
    if not usual or not above.keys() >= {one.sha256 for one in path[1:]} or (root and old_style_ca(root[1])):
        return ""
    found = verified_as_given(case.leaf, chain[1:], case.anchors, case.now)
    return found.reason if isinstance(found, PathRefusal) else ""


def _completeness(route: Route) -> tuple[bool, int]:
    return route[-1][0].self_issued, len(route)


def _route_verified(route: Route, at: datetime | None) -> tuple[Certificate, ...] | PathRefusal:
    """Verify exactly one route.

    OpenSSL does not accept an anchor of the old style, so the certificate that it signed, which the walk has
    verified, is the anchor instead.
    """
    root = route[-1]
    if len(route) == 1 or not old_style_ca(root[1]):
        return verified(route[0], route[1:-1], route[-1:], at)
    if at is not None and not valid(root[0], at):
        return PathRefusal("a trusted CA is not valid at this time", len(route) - 1)
    found = verified(route[0], route[1:-2], route[-2:-1], at)
    return (*found, root[0]) if isinstance(found, tuple) else found

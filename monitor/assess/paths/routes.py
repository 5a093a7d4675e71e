"""Walk from a certificate to its issuers by name and signature, as far as certificates are available.

It must not consider time, trust or extensions: a route is what was signed, not what is valid.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from monitor.assess.paths.links import CertificateWithDer, canonical, is_signed_by

Route = tuple[CertificateWithDer, ...]

# A hostile server can send hundreds of certificates of one name: these bound the work for one path.
MOST_CHECKS = 128
_MOST_ROUTES = 32
_LONGEST = 16


class Walk:
    """The routes from one leaf over a pool of certificates, to anchors where possible.

    ``ended`` is true once a bound has kept a certificate from being tried.
    """

    def __init__(self, pool: Iterable[CertificateWithDer], anchors: Sequence[CertificateWithDer]) -> None:
        """Take candidates in the order in which they are tried, after the anchors."""
        self._anchors = {certificate.sha256 for certificate, _ in anchors}
        self._by_subject: dict[str, dict[str, CertificateWithDer]] = defaultdict(dict)
        for held in (*anchors, *pool):
            self._by_subject[canonical(held[0].subject)].setdefault(held[0].sha256, held)
        self._checks = MOST_CHECKS
        self.ended = False

    def routes(self, leaf: CertificateWithDer) -> list[Route]:
        """Return up to 32 routes; one that ends at an anchor goes no further."""
        found: list[Route] = []
        for route in self._extended((leaf,)):
            if len(found) == _MOST_ROUTES:
                self.ended = True
                break
            found.append(route)
        return found

    def anchored(self, route: Route) -> bool:
        """Return whether a route ends at an anchor."""
        return route[-1][0].sha256 in self._anchors

    def namesakes(self, route: Route) -> list[CertificateWithDer]:
        """Return the certificates whose subject is the issuer that a route's end lacks."""
        tip = route[-1][0]
        named = self._by_subject.get(canonical(tip.issuer), {})
        return [held for held in named.values() if held[0].sha256 != tip.sha256]

    def _extended(self, route: Route) -> Iterator[Route]:
        grown = False
        if not self.anchored(route) and len(route) < _LONGEST:
            for issuer in self._issuers(route):
                grown = True
                yield from self._extended((*route, issuer))
        if not grown:
            yield route

    def _issuers(self, route: Route) -> Iterator[CertificateWithDer]:
        behind = {certificate.sha256 for certificate, _ in route}
        for held in self.namesakes(route):
            if held[0].sha256 in behind:
                continue
            if self._checks == 0:
                self.ended = True
                return
            self._checks -= 1
            if is_signed_by(route[-1][1], held[1]):
                yield held

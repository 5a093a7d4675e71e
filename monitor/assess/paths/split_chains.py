"""Split the certificates of one file into chains: each that issued no other one begins a chain.

It must not consider trust or validity: a file may contain certificates that have nothing in common.
"""

from collections import defaultdict
from collections.abc import Sequence

from monitor.assess.paths.links import CertificateWithDer, canonical, is_signed_by

Chain = tuple[CertificateWithDer, ...]

# Beyond this many signature checks in one file names alone decide: a bundle of thousands must not stop the
# rest.
_MOST_CHECKS = 2000


def split_chains(chain: Sequence[CertificateWithDer]) -> tuple[Chain, ...]:
    """Return the chains in a file, each a certificate that issued no other, and its possible issuers.

    Where all issued one another (two cross-signed CAs) the first in the file begins the chain, so that every
    certificate is in one.
    """
    unique = {held[0].sha256: held for held in reversed(chain)}
    family = _Family([unique[sha256] for sha256 in reversed(unique)])
    found = [family.chain(held) for held in family.members if held[0].sha256 not in family.issuers]
    reached = {certificate.sha256 for one in found for certificate, _ in one}
    for held in family.members:
        if held[0].sha256 not in reached:
            found.append(family.chain(held))
            reached.update(certificate.sha256 for certificate, _ in found[-1])
    return tuple(found)


class _Family:
    """Who issued whom among the certificates of one file."""

    def __init__(self, members: list[CertificateWithDer]) -> None:
        self.members = members
        self.issuers: set[str] = set()
        self._parents: dict[str, list[CertificateWithDer]] = {}
        self._checks = _MOST_CHECKS
        by_subject: dict[str, list[CertificateWithDer]] = defaultdict(list)
        for held in members:
            by_subject[canonical(held[0].subject)].append(held)
        for held in members:
            self._parents[held[0].sha256] = self._issuers_of(held, by_subject[canonical(held[0].issuer)])

    def chain(self, first: CertificateWithDer) -> Chain:
        """Return a certificate followed by its issuers, their issuers and so on."""
        found = {first[0].sha256: first}
        waiting = [first]
        for held in waiting:
            for parent in self._parents[held[0].sha256]:
                if parent[0].sha256 not in found:
                    found[parent[0].sha256] = parent
                    waiting.append(parent)
        return tuple(found.values())

    def _issuers_of(
        self, child: CertificateWithDer, candidates: list[CertificateWithDer]
    ) -> list[CertificateWithDer]:
        found = [issuer for issuer in candidates if issuer is not child and self._signed(child, issuer)]
        self.issuers.update(certificate.sha256 for certificate, _ in found)
        return found

    def _signed(self, child: CertificateWithDer, issuer: CertificateWithDer) -> bool:
        if self._checks == 0:
            return True
        self._checks -= 1
        return is_signed_by(child[1], issuer[1]) is not False

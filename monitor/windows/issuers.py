"""Find the issuers of a stored certificate among others of the same machine; pure.

It must not judge: an issuer is a certificate whose key made the signature, whatever its dates and usages.
"""

from collections.abc import Iterable

from monitor.assess.paths.links import CertificateWithDer, canonical, is_signed_by

MOST = 16
"""Certificates above one, at most: renewed and cross-signed CAs make more than a line."""


class Issuers:
    """An index of possible issuers by name, verified by signature."""

    def __init__(self, held: Iterable[CertificateWithDer]) -> None:
        """Index the certificates that may be issuers, each with its DER."""
        self._by_subject: dict[str, dict[str, CertificateWithDer]] = {}
        for one in held:
            self._by_subject.setdefault(canonical(one[0].subject), {}).setdefault(one[0].sha256, one)

    def above(self, leaf: CertificateWithDer) -> tuple[CertificateWithDer, ...]:
        """Return the issuers of a certificate, then their issuers and so on, without itself."""
        found = {leaf[0].sha256: leaf}
        waiting = [leaf]
        for child in waiting:
            named = self._by_subject.get(canonical(child[0].issuer), {})
            for sha256, one in named.items():
                if len(found) <= MOST and sha256 not in found and is_signed_by(child[1], one[1]):
                    found[sha256] = one
                    waiting.append(one)
        return tuple(found.values())[1:]

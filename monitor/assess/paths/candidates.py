"""Choose which of many served certificates can be on a path, so that unrelated ones cost nothing.

It must not verify anything: names connect certificates here, and names can lie.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from monitor.assess.paths.links import CertificateWithDer, canonical

# Up to here all are taken: it is cheaper to hand them to OpenSSL than to choose.
_ALWAYS = 64
_MOST = 256


class Candidates(NamedTuple):
    """Certificates that can be on a path; ``complete`` is false if there were too many to take them all."""

    held: list[CertificateWithDer]
    complete: bool


def candidates(leaf: CertificateWithDer, others: Collection[CertificateWithDer]) -> Candidates:
    """Return the other certificates that can be reached by issuer names, the nearest first."""
    if len(others) < _ALWAYS:
        return Candidates(list(others), complete=True)
    by_subject: dict[str, list[CertificateWithDer]] = defaultdict(list)
    for held in others:
        by_subject[canonical(held[0].subject)].append(held)
    found: list[CertificateWithDer] = []
    waiting = [leaf]
    for certificate, _ in waiting:
        above = by_subject.pop(canonical(certificate.issuer), [])
        found += above
        waiting += above
        if len(found) > _MOST:
            return Candidates(found[:_MOST], complete=False)
    return Candidates(found, complete=True)

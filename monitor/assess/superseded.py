"""Find the certificates of a collection that have a successor beside them.

It must not look at paths: an old certificate that something current still needs is no leaf.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from monitor.model import Certificate, Superseded

_Purpose = tuple[object, ...]


def superseded(leaves: Iterable[Certificate], now: datetime) -> tuple[Superseded, ...]:
    """Return which leaves have a newer one for the same names and usages; the newer must already be valid."""
    groups: dict[_Purpose, dict[str, Certificate]] = defaultdict(dict)
    for leaf in leaves:
        groups[_purpose(leaf)][leaf.sha256] = leaf
    return tuple(pair for group in groups.values() if len(group) > 1 for pair in _pairs(group.values(), now))


def _purpose(certificate: Certificate) -> _Purpose:
    names = frozenset(name.lower() for name in certificate.dns_names), frozenset(certificate.ip_addresses)
    whom: object = names if any(names) else certificate.subject.casefold()
    usages = certificate.extended_usages
    return whom, None if usages is None else frozenset(usages), certificate.is_ca


def _pairs(group: Iterable[Certificate], now: datetime) -> list[Superseded]:
    begun = [certificate for certificate in group if certificate.not_before <= now]
    if not begun:
        return []
    newest = max(begun, key=lambda certificate: certificate.not_after)
    return [Superseded(old.sha256, newest.sha256) for old in group if old.not_after < newest.not_after]

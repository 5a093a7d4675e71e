"""Find the certificates of a collection that are superseded by another one in it.

It must not consider paths: an old certificate that something current still needs is no leaf.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from monitor.model import Certificate, Superseded

_Purpose = tuple[object, ...]


def superseded(leaves: Iterable[Certificate], now: datetime) -> tuple[Superseded, ...]:
    """Return which leaves have a successor for the same names and usages that is valid already.

    A successor becomes valid no earlier and expires later. What a product or an operating system signs for
    itself (often for ten years, with the host's name) does not supersede a certificate that a CA issued.
    """
    groups: dict[_Purpose, dict[str, Certificate]] = defaultdict(dict)
    for leaf in leaves:
        groups[_purpose(leaf)][leaf.sha256] = leaf
    return tuple(pair for group in groups.values() if len(group) > 1 for pair in _pairs(group.values(), now))


def _purpose(certificate: Certificate) -> _Purpose:
    names = frozenset(name.lower() for name in certificate.dns_names), frozenset(certificate.ip_addresses)
    whom: object = names if any(names) else certificate.subject.casefold()
    usages = certificate.extended_usages
    return whom, None if usages is None else frozenset(usages), certificate.is_ca


def _pairs(group: Collection[Certificate], now: datetime) -> Iterator[Superseded]:
    newest_first = sorted(group, key=lambda certificate: certificate.not_after, reverse=True)
    for old in group:
        later = next((new for new in newest_first if _succeeds(new, old, now)), None)
        if later is not None:
            yield Superseded(old.sha256, later.sha256)


def _succeeds(new: Certificate, old: Certificate, now: datetime) -> bool:
    return (
        new.not_after > old.not_after
        and old.not_before <= new.not_before <= now
        and (old.self_issued or not new.self_issued)
    )

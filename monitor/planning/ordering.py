"""Order certificates by what has to be renewed first; it knows nothing of targets."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Protocol


class Sortable(Protocol):
    """One certificate: its expiry, and the SHA-256 of the CAs above it that are sorted with it."""

    @property
    def not_after(self) -> datetime:
        """Return when it expires."""

    @property
    def is_ca(self) -> bool:
        """Return whether it is a CA."""

    @property
    def low_impact(self) -> bool:
        """Return whether little stops when it expires."""

    @property
    def above(self) -> Collection[str]:
        """Return the SHA-256 of the CAs above it."""


SortKey = tuple[bool, datetime, str, int, datetime, str]
"""What certificates are sorted by."""


class RenewalOrder:
    """Low impact last, a CA before all that depends on it, the earliest first.

    CAs that share a certificate below them stay together, with all that depends on them: such a group has its
    place by the earliest expiry in it.
    """

    def __init__(self, known: Mapping[str, Sortable]) -> None:
        """Take the CAs and the certificates below them by SHA-256; all others are ordered by expiry alone."""
        self._known = known
        self._groups = _groups(known)
        self._ranks = {sha256: rank for rank, sha256 in enumerate(_cas_first(known))}
        self._earliest: dict[str, datetime] = {}
        for sha256, group in self._groups.items():
            not_after = known[sha256].not_after
            self._earliest[group] = min(not_after, self._earliest.get(group, not_after))

    def sort_key(self, sha256: str) -> SortKey:
        """Return what a certificate is sorted by."""
        one, group = self._known[sha256], self._groups.get(sha256, sha256)
        first = self._earliest.get(group, one.not_after)
        rank = self._ranks.get(sha256, len(self._ranks))
        return one.low_impact, first, group, rank, one.not_after, sha256


def _groups(known: Mapping[str, Sortable]) -> dict[str, str]:
    """Return the group of each certificate that depends on a CA, and of each of those CAs."""
    leader: dict[str, str] = {}

    def find(sha256: str) -> str:
        while (up := leader.setdefault(sha256, sha256)) != sha256:
            leader[sha256] = leader[up]
            sha256 = up
        return sha256

    tied = {sha256: tuple(one.above) for sha256, one in known.items() if one.above}
    for sha256, above in tied.items():
        for other in (*above, sha256) if known[sha256].is_ca else above:
            leader[find(other)] = find(above[0])
    groups = {sha256: find(above[0]) for sha256, above in tied.items()}
    return groups | {ca: find(ca) for ca in tuple(leader)}


def _cas_first(known: Mapping[str, Sortable]) -> Iterator[str]:
    """Yield the CAs, each after those above it; those that certify each other in the order found."""
    cas = [sha256 for sha256, one in known.items() if one.is_ca]
    cas.sort(key=lambda sha256: (known[sha256].not_after, sha256), reverse=True)
    waiting, entered = [(sha256, False) for sha256 in cas], set[str]()
    while waiting:
        sha256, is_next = waiting.pop()
        if is_next:
            yield sha256
        elif sha256 not in entered:
            entered.add(sha256)
            waiting.append((sha256, True))
            waiting += [(above, False) for above in known[sha256].above]

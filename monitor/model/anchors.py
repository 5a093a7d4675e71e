"""The certificates that a path may end at, as plain values; must not read files."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from monitor.model.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Anchor:
    """One trusted certificate and where it came from (``system`` or a file).

    ``between`` is true for an intermediate at hand: it is trusted only where an anchor stands above it.
    """

    certificate: Certificate
    der: bytes
    origin: str
    between: bool = False


@dataclass(frozen=True, slots=True)
class Anchors:
    """A set of anchors, the newest first, and the intermediates at hand; equal sets have equal ``key``."""

    members: tuple[Anchor, ...] = ()
    key: str = ""
    between: tuple[Anchor, ...] = ()

    @classmethod
    def of(cls, anchors: Iterable[Anchor]) -> "Anchors":
        """Return the set of some anchors; of several with the same bytes the first is kept.

        What is trusted in one location is trusted, though it be an intermediate in another.
        """
        given = tuple(anchors)
        unique: dict[str, Anchor] = {}
        for anchor in (*(one for one in given if not one.between), *(one for one in given if one.between)):
            unique.setdefault(anchor.certificate.sha256, anchor)
        ordered = sorted(unique.values(), key=_end, reverse=True)
        members = tuple(anchor for anchor in ordered if not anchor.between)
        between = tuple(anchor for anchor in ordered if anchor.between)
        return cls(members, _key(ordered) if ordered else "", between)


def _key(anchors: Iterable[Anchor]) -> str:
    marked = sorted(f"{one.certificate.sha256}{'?' * one.between}" for one in anchors)
    return sha256("".join(marked).encode()).hexdigest()


def _end(anchor: Anchor) -> tuple[float, float]:
    certificate = anchor.certificate
    return certificate.not_after.timestamp(), certificate.not_before.timestamp()

"""Trust anchors as plain values; must not read files."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from monitor.model.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Anchor:
    """One trusted certificate and its origin (``system`` or a file).

    ``intermediate`` is true for an intermediate certificate: it is trusted only below an anchor.
    """

    certificate: Certificate
    der: bytes
    origin: str
    intermediate: bool = False


@dataclass(frozen=True, slots=True)
class Anchors:
    """A set of anchors, the newest first, and available intermediates; equal sets have equal ``key``."""

    members: tuple[Anchor, ...] = ()
    key: str = ""
    intermediates: tuple[Anchor, ...] = ()

    @classmethod
    def of(cls, anchors: Iterable[Anchor]) -> "Anchors":
        """Return the set of some anchors; of several with the same bytes the first is kept.

        A certificate that is an anchor in one set and an intermediate in another is an anchor.
        """
        given = tuple(anchors)
        unique: dict[str, Anchor] = {}
        for anchor in (
            *(one for one in given if not one.intermediate),
            *(one for one in given if one.intermediate),
        ):
            unique.setdefault(anchor.certificate.sha256, anchor)
        ordered = sorted(unique.values(), key=_end, reverse=True)
        members = tuple(anchor for anchor in ordered if not anchor.intermediate)
        between = tuple(anchor for anchor in ordered if anchor.intermediate)
        return cls(members, _key(ordered) if ordered else "", between)


def _key(anchors: Iterable[Anchor]) -> str:
    marked = sorted(f"{one.certificate.sha256}{'?' * one.intermediate}" for one in anchors)
    return sha256("".join(marked).encode()).hexdigest()


def _end(anchor: Anchor) -> tuple[float, float]:
    certificate = anchor.certificate
    return certificate.not_after.timestamp(), certificate.not_before.timestamp()

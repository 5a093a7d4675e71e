"""Hold the certificates that paths may end at.

It must not read files: whoever loads anchors hands their bytes over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from monitor.model import Certificate


@dataclass(frozen=True, slots=True)
class Anchor:
    """Hold one trusted certificate and where it came from (``system`` or a file)."""

    certificate: Certificate
    der: bytes
    origin: str


@dataclass(frozen=True, slots=True)
class Anchors:
    """Hold a set of anchors, the newest first; equal sets have equal ``key``."""

    members: tuple[Anchor, ...] = ()
    key: str = ""

    @classmethod
    def of(cls, anchors: Iterable[Anchor]) -> "Anchors":
        """Return the set of some anchors; of several with the same bytes the first is kept."""
        unique: dict[str, Anchor] = {}
        for anchor in anchors:
            unique.setdefault(anchor.certificate.sha256, anchor)
        key = sha256("".join(sorted(unique)).encode()).hexdigest() if unique else ""
        return cls(tuple(sorted(unique.values(), key=_end, reverse=True)), key)


def _end(anchor: Anchor) -> tuple[float, float]:
    certificate = anchor.certificate
    return certificate.not_after.timestamp(), certificate.not_before.timestamp()

"""Judge what does not depend on time: key and signature strength, and leaves that outlive their CA.

It must not decide severities: each judgment is a message, ``None`` when all is well.
"""

from collections.abc import Callable
from datetime import timedelta

from monitor.assess import texts
from monitor.assess.tolerance import Tolerance
from monitor.model import Certificate, Message, Path

_LEAST_BITS = {"RSA": 2048, "DSA": 2048, "EC": 256}
# Tools issue a root and its certificates in one go, each for as many days from its own second.
_ISSUED_TOGETHER = Tolerance(timedelta(days=1), 0.05)
_WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})

Who = Callable[[Certificate], Message]
"""How a message names a certificate."""


def weak_key(certificate: Certificate, who: Who) -> Message | None:
    """Return what is weak about the key (NIST SP 800-57: at least 112 bits of strength).

    A key whose size could not be read (0 bits) is not judged.
    """
    least = _LEAST_BITS.get(certificate.key_type, 0)
    if not 0 < certificate.key_bits < least:
        return None
    return texts.weak_key(
        who=who(certificate),
        key_type=certificate.key_type,
        bits=str(certificate.key_bits),
        least=str(least),
    )


def weak_signature(certificate: Certificate, who: Who) -> Message | None:
    """Return what is weak about the signature.

    Nobody relies on the signature of a self-issued certificate.
    """
    if certificate.self_issued or certificate.signature_hash not in _WEAK_HASHES:
        return None
    return texts.weak_signature(who=who(certificate), hash=certificate.signature_hash.upper())


def outlived(path: Path) -> Certificate | None:
    """Return the CA of the path that expires first, if it expires clearly before the leaf."""
    first = min(path.certificates[1:], key=lambda certificate: certificate.not_after, default=None)
    if first is None:
        return None
    return first if path.leaf.not_after - first.not_after > _ISSUED_TOGETHER.of(path.leaf) else None

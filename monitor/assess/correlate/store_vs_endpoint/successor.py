"""Find the certificate that was made to take an older one's place and lies ready beside it.

It must not ask who serves what: only whether one certificate stands in for another.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.assess.correlate.store_vs_endpoint.sides import Held, names_of
from monitor.model import Certificate, Link

# Certificates made for different services of a machine in one sitting are twins: neither follows the other.
_ONE_SITTING = timedelta(days=7)
_SHARE = 0.25
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"


def successor(old: Certificate, held: Iterable[Held], now: datetime, *, key_type: str = "") -> Held | None:
    """Return what lies ready to replace a certificate, the latest of several; ``None`` where nothing does.

    Ready is what is valid now, lies where services look, is not archived, and has its private key or may have
    it. ``key_type`` is the only one that the service takes. A certificate with another type of key beside the
    old one is meant for use beside it; where the old one does not lie there any more, it took its place.
    """
    held = list(held)
    lies = any(one.certificate.sha256 == old.sha256 for one in held)
    ready = [
        one
        for one in held
        if one.personal
        and _usable(one)
        and one.certificate.not_before <= now < one.certificate.not_after
        and key_type in ("", one.certificate.key_type)
        and (one.certificate.key_type == old.key_type or not lies)
        and follows(one.certificate, old)
    ]
    return max(ready, key=lambda one: (one.certificate.not_before, one.certificate.sha256), default=None)


def follows(new: Certificate, old: Certificate) -> bool:
    """Return whether a certificate was made to take the place of another.

    It begins later by more than a sitting, does not end sooner, has every name of the old one (and may have
    more) and the same usages. A self-signed one does not follow one of a CA: products make those themselves.
    """
    return (
        new.sha256 != old.sha256
        and new.not_before - old.not_before > min(_ONE_SITTING, old.lifetime * _SHARE)
        and new.not_after >= old.not_after
        and new.is_ca == old.is_ca
        and (old.self_issued or not new.self_issued)
        and _usages_fit(new, old)
        and _names_fit(new, old)
    )


def _names_fit(new: Certificate, old: Certificate) -> bool:
    return names_of(old) <= names_of(new)


def _usages_fit(new: Certificate, old: Certificate) -> bool:
    """Compare usages: a machine's own certificate (clients and servers) is no renewal of a server's one.

    Public CAs leave client authentication out of renewals since 2025, so that may be missing.
    """
    wanted, given = _usages(old), _usages(new)
    return wanted == given or (wanted is not None and given == wanted - {_CLIENT_AUTH})


def _usages(certificate: Certificate) -> frozenset[str] | None:
    usages = certificate.extended_usages
    return None if usages is None else frozenset(usages)


def _usable(held: Held) -> bool:
    kept = held.kept
    return kept is None or not (kept.archived or kept.key.link is Link.MISSING)

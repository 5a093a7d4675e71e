"""Find certificates that are used, or meant to be, and have no private key on their machine.

It must not judge who may read a key.
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess.correlate.store_vs_endpoint.bindings import address_of, store_of
from monitor.assess.correlate.store_vs_endpoint.sides import Held, Side
from monitor.assess.correlate.store_vs_endpoint.successor import follows
from monitor.assess.expiry import bounded, end_and_date
from monitor.assess.names import mismatch
from monitor.model import Check, Finding, Link, Severity


def keys_missing(found: list[Side], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each valid certificate without a key that is bound, served or the newest.

    Bound by http.sys it is critical: Windows refuses every connection there.
    """
    for side in found:
        for several in side.by_thumbprint.values():
            keyless = _without_key(several)
            if keyless is not None and now < keyless.certificate.not_after and not keyless.certificate.is_ca:
                yield from _finding(side, keyless, now)


def _without_key(several: list[Held]) -> Held | None:
    """Return a certificate without a key in any personal store; a copy elsewhere needs none."""
    personal = [held for held in several if held.personal and held.kept and not held.kept.archived]
    linked = any(held.kept and held.kept.key.link is not Link.MISSING for held in personal)
    return None if linked or not personal else personal[0]


def _finding(side: Side, held: Held, now: datetime) -> Iterator[tuple[str, Finding]]:
    said = _use(side, held)
    if said is None:
        return
    default, use = said
    target, leaf = side.state.target, held.certificate
    severity = target.policy.severity(Check.KEY_MISSING, default)
    if severity is not None:
        sentence = (
            f"the certificate {leaf.sha1} in {held.where} of {side.host}, which {end_and_date(leaf, now)}, "
            f"has no private key there, {use}"
        )
        matter = f"{Check.KEY_MISSING} {side.host} {leaf.sha1}"
        yield target.id, Finding(Check.KEY_MISSING, severity, sentence, leaf.sha256, held.place, matter)


def _use(side: Side, held: Held) -> tuple[Severity, str] | None:
    """Return what it is used or meant for, ``None`` where it is only kept: a key is then not wanted."""
    leaf = held.certificate
    bound = [
        address_of(binding)
        for binding in (side.machine.bindings if side.machine else None) or ()
        if binding.thumbprint.upper() == leaf.sha1 and store_of(binding).lower() == held.where.lower()
    ]
    if bound:
        return Severity.CRITICAL, f"although http.sys has it bound to {bounded(', ', sorted(bound))}"
    served = sorted({served.place for served in side.served if served.certificate.sha256 == leaf.sha256})
    if served:
        return Severity.WARNING, f"although it is served at {bounded(', ', served)}"
    if _newest(side, held):
        return Severity.WARNING, "although it is the newest one there for its names: no service can use it"
    return None


def _newest(side: Side, held: Held) -> bool:
    """Return whether it is the newest of its kind, and this machine's: for its name, or after one with a key.

    People keep the certificates of other machines in the same store; those need no key.
    """
    leaf = held.certificate
    personal = [one for one in side.related(leaf) if one.personal and one.kept and not one.kept.archived]
    if any(follows(one.certificate, leaf) for one in personal):
        return False
    older = [one for one in personal if follows(leaf, one.certificate)]
    with_key = any(one.kept and one.kept.key.link is Link.PRESENT for one in older)
    return with_key or any(mismatch(leaf, name) is None for name in side.names.full)

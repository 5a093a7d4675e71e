"""Find ports that still serve a certificate although its successor lies ready on the machine or on disk.

The commonest trap of automatic renewal on Windows: the store has the new one, the binding and the service
stay on the old one. It must not judge how long the served one has left beyond its share in the severity.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.assess.correlate.recorders import RECORDERS
from monitor.assess.correlate.store_vs_endpoint.sides import Held, Served, Side
from monitor.assess.correlate.store_vs_endpoint.successor import successor
from monitor.assess.expiry import due, end_and_date
from monitor.model import Check, Finding, Severity

# Whoever renews switches the service a while after the certificate was issued.
_IN_HAND = timedelta(hours=1)
_TWINS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Old:
    """Hold one place that serves an old certificate, and what lies ready instead."""

    side: Side
    served: Served
    new: Held


def olds(found: list[Side], now: datetime) -> list[Old]:
    """Return the places that serve an old certificate, each once with the latest that lies ready.

    Those that fell silent only just now are among them.
    """
    best: dict[tuple[str, str, str], Old] = {}
    for side in found:
        for served in side.served:
            new = _ready(side, served, now)
            if new is not None:
                key = served.state.target.id, served.place, served.certificate.sha256
                known = best.get(key)
                if known is None or new.certificate.not_before > known.new.certificate.not_before:
                    best[key] = Old(side, served, new)
    return list(best.values())


def served_old(several: list[Old], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each place that serves an old certificate.

    Nothing is said of one that does not answer. It is a warning at once, and critical from the instant at
    which the end of the served one is critical.
    """
    for old in several:
        served, leaf = old.served, old.served.certificate
        policy = served.state.target.policy
        critical = now >= due(leaf, policy, as_ca=False).critical_at
        severity = policy.severity(Check.NOT_DEPLOYED, Severity.CRITICAL if critical else Severity.WARNING)
        if severity is not None and served.answers:
            matter = f"{Check.NOT_DEPLOYED} {old.side.host} {leaf.sha256}"
            finding = Finding(
                Check.NOT_DEPLOYED,
                severity,
                _sentence(old, now),
                leaf.sha256,
                served.place,
                matter,
                instead=old.new.certificate.sha1,
            )
            yield served.state.target.id, finding


def _sentence(old: Old, now: datetime) -> str:
    leaf, new = old.served.certificate, old.new.certificate
    lies = f"is in {old.new.where} of {old.side.host}" if old.new.kept else f"lies at {old.new.where}"
    return (
        f"{old.served.place} still serves {leaf.sha1}, which {end_and_date(leaf, now)}, although a "
        f"newer certificate for the same names {lies}: "
        f"{new.sha1}, which {end_and_date(new, now)}"
    )


def _ready(side: Side, served: Served, now: datetime) -> Held | None:
    """Return what lies ready for a place, nothing where it is not known what that serves."""
    state, leaf = served.state, served.certificate
    if not served.counts or state.looked_at is None:
        return None
    others = [held for held in side.related(leaf) if not _set_apart(side, served, held)]
    new = successor(leaf, others, now, key_type=state.target.part.key_type)
    if new is None or state.looked_at - new.certificate.not_before < _IN_HAND:
        return None
    return new


def _set_apart(side: Side, served: Served, held: Held) -> bool:
    """Return whether what lies ready is in use at another port as that one's own certificate.

    Of a recorder's two certificates the pair is judged as such; elsewhere two that end together are twins.
    """
    for other in side.served:
        if other.certificate.sha256 != held.certificate.sha256 or other.place == served.place:
            continue
        if _a_pair(served, other):
            return True
        if abs(held.certificate.not_after - served.certificate.not_after) <= _TWINS:
            return True
    return False


def _a_pair(one: Served, other: Served) -> bool:
    ports = one.state.target, other.state.target
    groups = {target.label("certificate_group") for target in ports}
    return groups == {"server", "streaming_media"} and all(t.label("component") in RECORDERS for t in ports)

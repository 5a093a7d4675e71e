"""Judge ports that still serve a certificate although its successor is in a store or a file of the machine.

The commonest trap of automatic renewal on Windows: the store has the new certificate, the binding and the
service stay on the old one. How long the served one is valid counts only for the severity.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.assess.correlate.recorders import RECORDERS
from monitor.assess.correlate.store_vs_endpoint import texts
from monitor.assess.correlate.store_vs_endpoint.machine_view import (
    AvailableCertificate,
    MachineView,
    ServedLeaf,
    names_of,
)
from monitor.assess.expiry import due
from monitor.model import AlertKey, Certificate, Check, Finding, KeyLink, Message, Scope, Severity

# Services are switched a while after the certificate was issued.
_GRACE = timedelta(hours=1)
# Certificates made for different services of a machine on one occasion are twins: none replaces another.
_ONE_OCCASION = timedelta(days=7)
_SHARE_OF_LIFETIME = 0.25
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"


@dataclass(frozen=True, slots=True)
class OutdatedLeaf:
    """A leaf that is still served, and the successor that is available on the machine."""

    view: MachineView
    served: ServedLeaf
    successor: AvailableCertificate


def outdated_leaves(views: list[MachineView], now: datetime) -> list[OutdatedLeaf]:
    """Return the outdated leaf of each location, with the latest successor that is available.

    Endpoints that became unreachable only just now are included.
    """
    latest: dict[tuple[str, str, str], OutdatedLeaf] = {}
    for view in views:
        for served in view.served:
            new = _successor_of(view, served, now)
            if new is not None:
                key = served.state.target.id, served.location, served.certificate.sha256
                known = latest.get(key)
                if known is None or new.certificate.not_before > known.successor.certificate.not_before:
                    latest[key] = OutdatedLeaf(view, served, new)
    return list(latest.values())


def not_deployed(outdated: list[OutdatedLeaf], now: datetime) -> Iterator[tuple[str, Finding]]:
    """Yield a finding for each location that serves an outdated leaf now.

    It is a warning at once, and critical from the instant at which the served certificate's expiry is.
    """
    for one in outdated:
        served, leaf = one.served, one.served.certificate
        policy = served.state.target.policy
        critical = now >= due(leaf, policy, as_ca=False).critical_at
        severity = policy.severity(Check.NOT_DEPLOYED, Severity.CRITICAL if critical else Severity.WARNING)
        if severity is not None and served.current:
            shared = AlertKey(Check.NOT_DEPLOYED, Scope.MACHINE, one.view.qualified_host, leaf.sha256)
            finding = Finding(
                Check.NOT_DEPLOYED,
                severity,
                _message(one),
                leaf.sha256,
                served.location,
                shared,
                instead=one.successor.certificate.sha1,
            )
            yield served.state.target.id, finding


def successor(
    old: Certificate, available: Iterable[AvailableCertificate], now: datetime, *, key_type: str = ""
) -> AvailableCertificate | None:
    """Return the latest available certificate that replaces an older one, ``None`` where there is none.

    It has to be valid now, in a personal store or a file, not archived, and may not lack its private key.
    ``key_type`` is the only one that the service accepts. A certificate with another type of key is meant for
    use beside the old one as long as that is available too; afterwards it has replaced it.
    """
    available = list(available)
    old_is_there = any(one.certificate.sha256 == old.sha256 for one in available)
    ready = [
        one
        for one in available
        if one.personal
        and _usable(one)
        and one.certificate.not_before <= now < one.certificate.not_after
        and key_type in ("", one.certificate.key_type)
        and (one.certificate.key_type == old.key_type or not old_is_there)
        and replaces(one.certificate, old)
    ]
    return max(ready, key=lambda one: (one.certificate.not_before, one.certificate.sha256), default=None)


def replaces(new: Certificate, old: Certificate) -> bool:
    """Return whether a certificate was issued to replace another.

    It becomes valid later (not on the same occasion), expires no earlier, and has every name of the old one
    (and perhaps more) and the same usages. A self-signed one does not replace one of a CA: products make
    those themselves.
    """
    return (
        new.sha256 != old.sha256
        and new.not_before - old.not_before > min(_ONE_OCCASION, old.lifetime * _SHARE_OF_LIFETIME)
        and new.not_after >= old.not_after
        and new.is_ca == old.is_ca
        and (old.self_issued or not new.self_issued)
        and _usages_fit(new, old)
        and names_of(old) <= names_of(new)
    )


def _message(one: OutdatedLeaf) -> Message:
    leaf, new = one.served.certificate, one.successor.certificate
    location, container = one.served.location, one.successor.container
    if one.successor.entry:
        return texts.not_deployed_from_store(
            location=location,
            sha1=leaf.sha1,
            not_after=leaf.not_after,
            store=container,
            host=one.view.host,
            new_sha1=new.sha1,
            new_not_after=new.not_after,
        )
    return texts.not_deployed_from_file(
        location=location,
        sha1=leaf.sha1,
        not_after=leaf.not_after,
        path=container,
        new_sha1=new.sha1,
        new_not_after=new.not_after,
    )


def _successor_of(view: MachineView, served: ServedLeaf, now: datetime) -> AvailableCertificate | None:
    """Return the successor for a location, none where it is not known what that serves."""
    state, leaf = served.state, served.certificate
    if not served.recent or state.probed_at is None:
        return None
    others = [one for one in view.sharing_a_name(leaf) if not _used_elsewhere(view, served, one)]
    new = successor(leaf, others, now, key_type=state.target.traits.key_type)
    if new is None or state.probed_at - new.certificate.not_before < _GRACE:
        return None
    return new


def _used_elsewhere(view: MachineView, served: ServedLeaf, available: AvailableCertificate) -> bool:
    """Return whether another port serves an available certificate as its own.

    A recorder's two certificates are judged as a pair; elsewhere two that expire together are twins.
    """
    for other in view.served:
        if other.certificate.sha256 != available.certificate.sha256 or other.location == served.location:
            continue
        if _are_recorder_pair(served, other):
            return True
        if abs(available.certificate.not_after - served.certificate.not_after) <= _ONE_OCCASION:
            return True
    return False


def _are_recorder_pair(one: ServedLeaf, other: ServedLeaf) -> bool:
    ports = one.state.target, other.state.target
    groups = {target.label("certificate_group") for target in ports}
    return groups == {"server", "streaming_media"} and all(t.label("component") in RECORDERS for t in ports)


def _usages_fit(new: Certificate, old: Certificate) -> bool:
    """Return whether usages fit: a machine certificate (for clients too) does not replace a server's.

    Public CAs leave client authentication out of renewals since 2025, so that may be missing.
    """
    wanted, given = _usages(old), _usages(new)
    return wanted == given or (wanted is not None and given == wanted - {_CLIENT_AUTH})


def _usages(certificate: Certificate) -> frozenset[str] | None:
    usages = certificate.extended_usages
    return None if usages is None else frozenset(usages)


def _usable(available: AvailableCertificate) -> bool:
    entry = available.entry
    return entry is None or not (entry.archived or entry.key.link is KeyLink.MISSING)

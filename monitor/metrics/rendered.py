"""Render one target's labels and values, so that a scrape only joins them; keeps no state itself.

The metric name is not part of the text, and each value is the rest of its line (``} 1``), empty when it is
not known.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.metrics.columns import NEVER
from monitor.metrics.exposed import Chain, exposed_sightings
from monitor.metrics.text import label, number, seconds, stamp
from monitor.model import Certificate, Finding, Severity, Sighting, TargetState

_YES, _NO = b"} 1", b"} 0"
_COUNTED = frozenset({Severity.WARNING, Severity.CRITICAL})

PROBED = (0, 1, 6, 7, 8)
"""Which of a target's values change with each probe, though it finds nothing new."""


@dataclass(frozen=True, slots=True)
class RenderedCertificate:
    """The text of one sighting's series; ``expires_at`` is its expiry in Unix seconds."""

    labels: bytes
    not_after: bytes
    not_before: bytes
    info: bytes
    expires_at: float


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text of one target's series; ``values`` are in the order of ``families.TARGET``.

    ``expires_at`` is the earliest expiry on its paths in Unix seconds, not a number when there is none.
    ``lists`` and ``findings`` are whole lines without names.
    """

    labels: bytes
    info: bytes
    values: tuple[bytes, ...]
    expires_at: float
    certificates: tuple[RenderedCertificate, ...] = ()
    lists: tuple[bytes, ...] = ()
    findings: tuple[bytes, ...] = ()


def render(
    state: TargetState, correlated: tuple[Finding, ...] = (), *, labels: tuple[str, ...], chain: Chain
) -> Rendered:
    """Render for the chosen extra labels of ``target_info`` and the chosen part of the chain."""
    target = b"{" + label("target", state.target.id)
    expiry = state.assessment.not_after
    return Rendered(
        target,
        _target_info(state, labels),
        _values(state),
        NEVER if expiry is None else seconds(expiry),
        tuple(_certificate(target, sighting) for sighting in exposed_sightings(state, chain)),
        tuple(target + end for end in _lists(state)) if state.lists else (),
        tuple(target + end for end in _findings((*state.findings, *correlated))),
    )


def only_probed_again(before: TargetState, after: TargetState) -> bool:
    """Return whether nothing but the values of the probe itself can differ in the text of two states."""
    return (
        after.target is before.target
        and after.sightings is before.sightings
        and (after.assessment is before.assessment or after.assessment == before.assessment)
        and (after.lists is before.lists or after.lists == before.lists)
        and after.unreachable == before.unreachable
    )


def probe_values(state: TargetState) -> tuple[bytes, ...]:
    """Return the values of ``PROBED``: two flags, two times and a duration."""
    probed = stamp(state.probed_at)
    return (
        _flag(state.up),
        _flag(state.encrypted),
        probed,
        probed if state.succeeded_at == state.probed_at else stamp(state.succeeded_at),
        b"} " + number(state.duration.total_seconds()) if probed else b"",
    )


def leaf_locations(state: TargetState) -> Iterator[tuple[str, bytes]]:
    """Yield the SHA-256 of each leaf with the labels of its location, each pair once."""
    for location, sha256 in dict.fromkeys(
        (path.location, path.leaf.sha256) for path in state.assessment.paths
    ):
        yield sha256, b",%b,%b" % (label("location", location), label("fingerprint", sha256))


def _target_info(state: TargetState, labels: tuple[str, ...]) -> bytes:
    target = state.target
    fixed = (
        label("kind", target.kind),
        *((label("zone", target.zone),) if target.zone else ()),
        label("title", target.info.title or target.location),
        label("location", target.location),
    )
    return b"," + b",".join([*fixed, *(label(name, target.label(name)) for name in labels)]) + _YES


def _certificate(target: bytes, sighting: Sighting) -> RenderedCertificate:
    """Render everything but the days, which change with every scrape."""
    certificate = sighting.certificate
    location = label("location", sighting.location)
    return RenderedCertificate(
        b'%b,%b,position="%d",fingerprint="%b"'
        % (target, location, sighting.position, certificate.sha256.encode()),
        stamp(certificate.not_after),
        stamp(certificate.not_before),
        _certificate_info(certificate),
        seconds(certificate.not_after),
    )


def _certificate_info(certificate: Certificate) -> bytes:
    parts = (
        label("subject_cn", certificate.subject_cn),
        label("issuer_cn", certificate.issuer_cn),
        label("serial", certificate.serial),
    )
    return b"," + b",".join(parts) + _YES


def _values(state: TargetState) -> tuple[bytes, ...]:
    """Return the rests of the lines of ``families.TARGET``, in its order."""
    judged = state.assessment
    up, encrypted, *times = probe_values(state)
    return (
        up,
        encrypted,
        stamp(judged.not_after),
        stamp(judged.warning_due_at),
        stamp(judged.critical_due_at),
        b"} " + number(state.target.policy.interval.total_seconds()),
        *times,
        _YES if state.target.traits.standby else b"",
    )


def _lists(state: TargetState) -> tuple[bytes, ...]:
    """Return the rest of the line for each location with CRLs: the earliest next update of current ones."""
    replaced = {pair.old for pair in state.assessment.superseded}
    next_updates: dict[str, datetime] = {}
    for one in state.lists:
        if one.next_update is not None and one.sha256 not in replaced:
            earliest = min(next_updates.get(one.location, one.next_update), one.next_update)
            next_updates[one.location] = earliest
    return tuple(b"," + label("location", location) + stamp(at) for location, at in next_updates.items())


def _flag(value: bool | None) -> bytes:  # noqa: FBT001 - the value itself, not a switch
    return b"" if value is None else (_YES if value else _NO)


def _findings(findings: Iterable[Finding]) -> tuple[bytes, ...]:
    counts = Counter(
        (label("location", f.location), f.check, f.severity) for f in findings if f.severity in _COUNTED
    )
    return tuple(
        b',%b,check="%b",severity="%b"} %d' % (location, check.encode(), severity.encode(), count)
        for (location, check, severity), count in counts.items()
    )

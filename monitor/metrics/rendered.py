"""Render one target's labels and values once, so that a scrape only joins them; keeps no state itself.

Memory determines the form: at 100,000 targets each field costs megabytes. So the metric name is not part of
the text, and each value is the rest of its line (``} 1``), empty when it is not known.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.metrics.exposed import Chain, exposed_sightings
from monitor.metrics.text import label, number, seconds, stamp
from monitor.model import Certificate, Finding, Severity, Sighting, TargetState

_YES, _NO = b"} 1", b"} 0"
_COUNTED = frozenset({Severity.WARNING, Severity.CRITICAL})


class RenderedCertificate:
    """The text of one sighting's series; ``expires_at`` is its expiry in Unix seconds."""

    __slots__ = ("expires_at", "info", "labels", "not_after", "not_before")

    def __init__(self, target: bytes, sighting: Sighting) -> None:
        """Render everything but the days, which change with every scrape."""
        certificate = sighting.certificate
        location = label("location", sighting.location)
        self.labels = b'%b,%b,position="%d",fingerprint="%b"' % (
            target,
            location,
            sighting.position,
            certificate.sha256.encode(),
        )
        self.expires_at = seconds(certificate.not_after)
        self.not_after = stamp(certificate.not_after)
        self.not_before = stamp(certificate.not_before)
        self.info = _certificate_info(certificate)


class Rendered:
    """The text of one target's series, made from ``state`` and ``correlated``.

    ``not_after`` is the earliest expiry on its paths in Unix seconds, ``None`` when it is not known.
    """

    __slots__ = (
        "certificates",
        "correlated",
        "findings",
        "info",
        "labels",
        "lists",
        "not_after",
        "state",
        "values",
    )

    def __init__(
        self, state: TargetState, correlated: tuple[Finding, ...], labels: tuple[str, ...], chain: Chain
    ) -> None:
        """Render for the chosen extra labels of ``target_info`` and the chosen part of the chain."""
        self.state = state
        self.correlated = correlated
        self.labels = b"{" + label("target", state.target.id)
        self.info = _target_info(state, labels)
        self.values = _values(state)
        end = state.assessment.not_after
        self.not_after = None if end is None else seconds(end)
        self.certificates = tuple(
            RenderedCertificate(self.labels, s) for s in exposed_sightings(state, chain)
        )
        self.lists = _lists(state) if state.lists else ()
        self.findings = _findings((*state.findings, *correlated))

    def holds(self, state: TargetState, correlated: tuple[Finding, ...]) -> bool:
        """Return whether this is still the text of that state."""
        return self.state is state and self.correlated == correlated


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
        label("title", target.info.title or target.location),
        label("location", target.location),
    )
    return b"," + b",".join([*fixed, *(label(name, target.label(name)) for name in labels)]) + _YES


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
    probed = stamp(state.probed_at)
    return (
        _flag(state.up),
        _flag(state.encrypted),
        stamp(judged.not_after),
        stamp(judged.warning_due_at),
        stamp(judged.critical_due_at),
        b"} " + number(state.target.policy.interval.total_seconds()),
        probed,
        probed if state.succeeded_at == state.probed_at else stamp(state.succeeded_at),
        b"} " + number(state.duration.total_seconds()) if probed else b"",
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

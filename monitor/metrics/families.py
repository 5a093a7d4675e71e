"""The metric families about a snapshot, as text in bounded pieces; reads no clock.

Rendered here and not by prometheus_client: its objects cost 3 to 4 seconds and 290 MB a scrape at 100,000
targets. Two alternatives were measured and rejected: caching whole lines per family (a third of the time,
twice the memory), and rendering everything at each scrape (no memory, ten times the time).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar

from monitor.metrics.alerts import AlertLines
from monitor.metrics.exposed import Chain
from monitor.metrics.rendered import Rendered, RenderedCertificate, leaf_locations
from monitor.metrics.text import MetricFamily, label, seconds, stamp
from monitor.model import RenewalWindow, Snapshot, TargetState, label_problem

T = TypeVar("T")
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LINES_PER_PIECE = 1000  # lines: some 200 kB and a millisecond, so that the event loop can run in between
NEW_TARGETS_PER_PIECE = 250  # targets: rendering one for the first time takes 25 microseconds
CACHED = "Cached from the last probe, not measured at the scrape."
CERTIFICATES_CACHED = "The certificates themselves are cached from the last probe."
DAYS_LEFT = b"} %.5f"


INFO = MetricFamily("cert_monitor_target_info", "The watched targets; always 1. " + CACHED)
TARGETS = MetricFamily(
    "cert_monitor_targets",
    "Watched targets by kind and by their last probe: up, down, standby (answers only after a takeover, so "
    "no answer is expected), or pending before the first.",
)
TARGET = (
    MetricFamily(
        "cert_monitor_target_up",
        "Whether the last probe succeeded at every location; absent before the first. " + CACHED,
    ),
    MetricFamily(
        "cert_monitor_target_encrypted", "Whether the port spoke TLS; absent when not known. " + CACHED
    ),
    MetricFamily(
        "cert_monitor_target_not_after_timestamp_seconds",
        "Earliest expiry on the certificate paths of the target, Unix time. " + CACHED,
    ),
    MetricFamily(
        "cert_monitor_target_warning_due_timestamp_seconds",
        "Unix time from which the earliest expiry is a warning. " + CACHED,
    ),
    MetricFamily(
        "cert_monitor_target_critical_due_timestamp_seconds",
        "Unix time from which the earliest expiry is critical. " + CACHED,
    ),
    MetricFamily("cert_monitor_target_interval_seconds", "Configured time between two probes of the target."),
    MetricFamily(
        "cert_monitor_target_last_probe_timestamp_seconds",
        "Unix time of the last probe, whether it succeeded or not. " + CACHED,
    ),
    MetricFamily(
        "cert_monitor_target_last_success_timestamp_seconds",
        "Unix time of the last probe that succeeded. " + CACHED,
    ),
    MetricFamily("cert_monitor_target_probe_duration_seconds", "Duration of the last probe. " + CACHED),
    MetricFamily(
        "cert_monitor_target_standby",
        "1 for a target that answers only after a takeover, so that no answer is no outage. "
        "Absent for others.",
    ),
)
TARGET_DAYS = MetricFamily(
    "cert_monitor_target_days_to_expiry",
    "Days of 24 hours to the earliest expiry on the certificate paths of the target, negative after it, "
    "counted at the scrape; one series that continues over renewals. " + CERTIFICATES_CACHED,
)
NOT_AFTER = MetricFamily(
    "cert_monitor_certificate_not_after_timestamp_seconds", "Last instant of validity, Unix time. " + CACHED
)
NOT_BEFORE = MetricFamily(
    "cert_monitor_certificate_not_before_timestamp_seconds",
    "First instant of validity, Unix time. " + CACHED,
)
DAYS = MetricFamily(
    "cert_monitor_certificate_days_to_expiry",
    "Days of 24 hours to the expiry of a certificate, negative after it, counted at the scrape. "
    + CERTIFICATES_CACHED,
)
CERTIFICATE_INFO = MetricFamily(
    "cert_monitor_certificate_info", "Subject, issuer and serial of a certificate; always 1. " + CACHED
)
LISTS = MetricFamily(
    "cert_monitor_crl_next_update_timestamp_seconds",
    "Unix time at which the CRL at a location expires, the earliest where there are several; absent where it "
    "names none. " + CACHED,
)
WINDOW_START = MetricFamily(
    "cert_monitor_renewal_window_start_timestamp_seconds",
    "Unix time from which the CA suggests renewing the certificate. Cached from its last answer.",
)
WINDOW_END = MetricFamily(
    "cert_monitor_renewal_window_end_timestamp_seconds",
    "Unix time until which the CA suggests renewing the certificate. Cached from its last answer.",
)
FINDINGS = MetricFamily("cert_monitor_findings", "Number of warning and critical findings. " + CACHED)


class Exposition:
    """Renders snapshots as text, caching the output for states that did not change."""

    def __init__(self, *, labels: Sequence[str] = (), chain: Chain = "leaf") -> None:
        """Select labels of ``target_info`` and certificates; raise ``ValueError`` for an invalid label."""
        for name in labels:
            if problem := label_problem(name):
                raise ValueError(f"metrics.labels: {name!r}: {problem}")
        self._labels = tuple(dict.fromkeys(labels))
        self._chain: Chain = chain
        self._rendered: dict[str, Rendered] = {}
        self._alerts = AlertLines()

    def pieces(self, snapshot: Snapshot, now: datetime) -> Iterator[bytes]:
        """Yield the text family by family, at most about ``LINES_PER_PIECE`` lines at a time.

        The snapshot is immutable, so a caller may pause between pieces for any time.
        """
        targets: list[Rendered] = []
        certificates: list[RenderedCertificate] = []
        judged: list[Rendered] = []
        listing: list[Rendered] = []
        asking: list[Rendered] = []
        counts: Counter[tuple[str, bytes]] = Counter()
        yield INFO.head
        for chunk in self._render(snapshot):
            targets += chunk
            certificates += [certificate for target in chunk for certificate in target.certificates]
            judged += [target for target in chunk if target.findings]
            listing += [target for target in chunk if target.lists]
            asking += [target for target in chunk if target.state.target.policy.renewal_information]
            counts.update([(target.state.target.kind, _state(target.state)) for target in chunk])
            yield _lines(INFO, [target.labels + target.info for target in chunk])
        yield TARGETS.head + _lines(TARGETS, _counted(counts))
        for index, family in enumerate(TARGET):
            yield family.head
            for chunk in _chunks(targets):
                yield _lines(family, [t.labels + text for t in chunk if (text := t.values[index])])
        at = seconds(now)
        yield from _days(targets, at)
        yield from _certificates(certificates, at)
        yield LISTS.head
        for chunk in _chunks(listing):
            yield _lines(LISTS, [target.labels + text for target in chunk for text in target.lists])
        yield from _windows(asking if snapshot.renewals else [], snapshot.renewals)
        yield FINDINGS.head
        for chunk in _chunks(judged):
            yield _lines(FINDINGS, [target.labels + text for target in chunk for text in target.findings])
        yield from self._alerts.pieces(snapshot.alerts)

    def _render(self, snapshot: Snapshot) -> Iterator[list[Rendered]]:
        known, current = self._rendered, dict[str, Rendered]()
        states = iter(snapshot.states.items())
        while part := list(islice(states, NEW_TARGETS_PER_PIECE)):
            chunk = []
            for target_id, state in part:
                correlated = snapshot.correlated.get(target_id, ())
                rendered = known.get(target_id)
                if rendered is None or not rendered.holds(state, correlated):
                    rendered = Rendered(state, correlated, self._labels, self._chain)
                current[target_id] = rendered
                chunk.append(rendered)
            yield chunk
        # Replaced as a whole, which drops removed targets and replaced states.
        self._rendered = current


def _state(state: TargetState) -> bytes:
    if state.idle_standby:
        return b"standby"
    return b"pending" if state.up is None else (b"up" if state.up else b"down")


def _counted(counts: Counter[tuple[str, bytes]]) -> list[bytes]:
    return [
        b'{%b,state="%b"} %d' % (label("kind", kind), name, counts[kind, name])
        for kind in sorted({kind for kind, _ in counts})
        for name in (b"up", b"down", b"standby", b"pending")
    ]


def _days(targets: list[Rendered], now: float) -> Iterator[bytes]:
    yield TARGET_DAYS.head
    for chunk in _chunks(targets):
        known = [(t.labels, t.not_after) for t in chunk if t.not_after is not None]
        yield _lines(TARGET_DAYS, [labels + DAYS_LEFT % ((end - now) / 86400) for labels, end in known])


def _certificates(certificates: list[RenderedCertificate], now: float) -> Iterator[bytes]:
    yield NOT_AFTER.head
    for chunk in _chunks(certificates):
        yield _lines(NOT_AFTER, [c.labels + c.not_after for c in chunk])
    yield NOT_BEFORE.head
    for chunk in _chunks(certificates):
        yield _lines(NOT_BEFORE, [c.labels + c.not_before for c in chunk])
    yield DAYS.head
    for chunk in _chunks(certificates):
        yield _lines(DAYS, [c.labels + DAYS_LEFT % ((c.expires_at - now) / 86400) for c in chunk])
    yield CERTIFICATE_INFO.head
    for chunk in _chunks(certificates):
        yield _lines(CERTIFICATE_INFO, [c.labels + c.info for c in chunk])


def _windows(asking: list[Rendered], known: Mapping[str, RenewalWindow]) -> Iterator[bytes]:
    """Yield both families; few targets have windows, so nothing is cached between scrapes."""
    for family, start in ((WINDOW_START, True), (WINDOW_END, False)):
        yield family.head
        for begin in range(0, len(asking), NEW_TARGETS_PER_PIECE):
            yield _lines(
                family,
                [
                    target.labels + text + stamp(window.start if start else window.end)
                    for target in asking[begin : begin + NEW_TARGETS_PER_PIECE]
                    for sha256, text in leaf_locations(target.state)
                    if (window := known.get(sha256)) is not None
                ],
            )


def _chunks(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), LINES_PER_PIECE):
        yield items[start : start + LINES_PER_PIECE]


def _lines(family: MetricFamily, values: list[bytes]) -> bytes:
    name = family.name.encode()
    return name + (b"\n" + name).join(values) + b"\n" if values else b""

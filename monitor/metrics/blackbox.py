"""The series by which rules and dashboards for blackbox_exporter read a probe; reads no clock.

Names and meaning are those of its ``prober`` package (https://github.com/prometheus/blackbox_exporter).
"""

from collections.abc import Iterator
from datetime import datetime

from monitor.assess import ACCEPTED_BY_GO
from monitor.metrics.text import MetricFamily, number, stamp
from monitor.model import Check, TargetState

SUCCESS = MetricFamily(
    "probe_success",
    "Whether the probe succeeded and a client that verifies would accept what it saw: valid now, trusted, "
    "for this name and use. A check that is switched off does not count.",
)
DURATION = MetricFamily("probe_duration_seconds", "How long the probe took.")
EARLIEST = MetricFamily(
    "probe_ssl_earliest_cert_expiry",
    "Earliest expiry of the certificates that were served, Unix time; absent when none was seen.",
)

# What blackbox_exporter refuses, by its own options or because crypto/x509 of Go does. What goes beyond
# (weak keys, revocation) has its own series: a rule that asks whether something is down must not fire for it.
_REFUSED = frozenset(
    {
        Check.ENCRYPTION,
        Check.NAME,
        Check.NAME_IN_SUBJECT_ONLY,
        Check.NOT_YET_VALID,
        Check.TRUST,
        Check.USAGE,
        Check.WEAK_SIGNATURE,
    }
)
_REFUSED_ONCE_EXPIRED = frozenset({Check.EXPIRY, Check.CA_EXPIRY})


def blackbox(state: TargetState, now: datetime) -> Iterator[tuple[MetricFamily, bytes]]:
    """Yield each family with the value of its one line."""
    yield SUCCESS, b" %d" % _succeeded(state, now)
    yield DURATION, b" " + number(state.duration.total_seconds())
    expiries = [sighting.certificate.not_after for sighting in state.sightings]
    if expiries:
        yield EARLIEST, stamp(min(expiries)).removeprefix(b"}")


def _succeeded(state: TargetState, now: datetime) -> bool:
    """Return whether blackbox_exporter, which verifies as clients do, would have called it a success."""
    end = state.assessment.not_after
    expired = end is not None and end <= now
    refused = _REFUSED | _REFUSED_ONCE_EXPIRED if expired else _REFUSED
    counting = (finding for finding in state.findings if finding.message.code not in ACCEPTED_BY_GO)
    return bool(state.up) and not any(finding.check in refused for finding in counting)

"""Render the families about one target that was probed for this response; reads no clock.

The families of scheduled probes (interval, last probe, counts) are meaningless here and are left out. Those
of blackbox_exporter follow.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import isnan

from monitor.messages import english, failure_line
from monitor.metrics.alerts import ALERT, CACHED_ALERTS, alert_end
from monitor.metrics.blackbox import blackbox
from monitor.metrics.columns import DAYS_LEFT
from monitor.metrics.exposed import Chain
from monitor.metrics.families import (
    CACHED,
    CERTIFICATE_INFO,
    CERTIFICATES_CACHED,
    DAYS,
    FINDINGS,
    INFO,
    NOT_AFTER,
    NOT_BEFORE,
    TARGET,
    TARGET_DAYS,
)
from monitor.metrics.rendered import Rendered, render
from monitor.metrics.text import MetricFamily, seconds
from monitor.model import AlertGroup, TargetState
from monitor.parse import display

_SCHEDULED = (
    "cert_monitor_target_interval_seconds",
    "cert_monitor_target_last_probe_timestamp_seconds",
    "cert_monitor_target_last_success_timestamp_seconds",
)


def render_probe(
    state: TargetState,
    now: datetime,
    *,
    alerts: tuple[AlertGroup, ...] = (),
    labels: Sequence[str] = (),
    chain: Chain = "leaf",
) -> bytes:
    """Return the text for one state; failures are listed in comments, for people who request it by hand.

    ``alerts`` are those of this state.
    """
    target = render(state, labels=tuple(labels), chain=chain)
    writer = english(now)
    failures = (f"# failure: {display(failure_line(one, writer))}\n".encode() for one in state.failures)
    series = (*_series(target, now), *_blackbox(state, now), (ALERT, [alert_end(group) for group in alerts]))
    return b"".join((*failures, *(_family(family, values) for family, values in series if values)))


def _series(target: Rendered, now: datetime) -> Iterator[tuple[MetricFamily, list[bytes]]]:
    yield INFO, [target.labels + target.info]
    for family, value in zip(TARGET, target.values, strict=True):
        if family.name not in _SCHEDULED:
            yield family, [target.labels + value] if value else []
    shown, at, end = target.certificates, seconds(now), target.expires_at
    yield TARGET_DAYS, [target.labels + DAYS_LEFT % ((end - at) / 86400)] if not isnan(end) else []
    yield NOT_AFTER, [one.labels + one.not_after for one in shown]
    yield NOT_BEFORE, [one.labels + one.not_before for one in shown]
    yield DAYS, [one.labels + DAYS_LEFT % ((one.expires_at - at) / 86400) for one in shown]
    yield CERTIFICATE_INFO, [one.labels + one.info for one in shown]
    yield FINDINGS, [*target.findings]


def _blackbox(state: TargetState, now: datetime) -> Iterator[tuple[MetricFamily, list[bytes]]]:
    return ((family, [end]) for family, end in blackbox(state, now))


def _family(family: MetricFamily, values: list[bytes]) -> bytes:
    about = family.about
    for cached in (CACHED, CERTIFICATES_CACHED, CACHED_ALERTS):
        about = about.removesuffix(cached)
    name = family.name.encode()
    return MetricFamily(family.name, about.strip()).head + b"".join(name + value + b"\n" for value in values)

"""The dashboard of everything that is watched, and of the monitor itself."""

from typing import Any

from grafana_foundation_sdk.models import dashboard as model

from mixin import queries, shared, variables
from mixin.panels import bars, lines, query, rows, tile
from mixin.tables import in_days, ordered, table

DAYS = (7, 14, 30, 60, 90, 180, 365)


def overview() -> model.Dashboard:
    """Return the dashboard *overview*."""
    choices = [variables.datasource(), variables.instance(), variables.of_targets("site", "Site")]
    return shared.put_together(
        "cert-monitor-overview",
        "cert-monitor: overview",
        "Alerts, days to expiry, unreachable targets and findings of cert-monitor.",
        [*choices, *variables.labels()],
        [*_tiles(), *_targets(), *_monitor()],
    )


def _tiles() -> list[Any]:
    by_level = {"Expired": "red", "Critical": "red", "Warning": "orange"}
    levels = [
        tile(
            (4 + 4 * at, 0, 4, 4),
            level,
            f"Active alerts of the level {level.lower()}, by cert-monitor's configuration.",
            queries.number(queries.alerts(queries.at_level(level.lower()), queries.ACTIVE)),
            color,
        )
        for at, (level, color) in enumerate(by_level.items())
    ]
    first = f"min({queries.DAYS_LEFT} {queries.CHOSEN})"
    down = queries.number(f"({queries.DOWN}) {queries.CHOSEN}")
    return [
        tile((0, 0, 4, 4), "Targets", "All watched targets.", queries.number(queries.INFO)),
        *levels,
        tile((16, 0, 4, 4), "Unreachable", "Targets whose last probe failed.", down, "orange"),
        tile((20, 0, 4, 4), "Next expiry", "Days until the first target expires.", first).unit("d"),
    ]


def _targets() -> list[Any]:
    return [
        shared.alerts((0, 4, 24, 10)),
        shared.targets((0, 14, 24, 10)),
        shared.certificates((0, 24, 24, 10)),
        shared.unreachable((0, 34, 24, 8)),
        shared.findings((0, 42, 12, 8)),
        bars(
            (12, 42, 12, 8),
            "Expiring in the next days",
            "Number of targets that expire within these numbers of days, without expired ones.",
            *(_within(days, ref) for days, ref in zip(DAYS, "ABCDEFG", strict=True)),
        ),
        _days_left(
            (0, 50, 12, 8),
            "CRLs in files by next update",
            "Days until the next update of lists in files; negative after that.",
            "cert_monitor_crl_next_update_timestamp_seconds",
        ),
        _days_left(
            (12, 50, 12, 8),
            "Renewals suggested by CAs",
            "Days until the end of the time in which the CA suggests to renew.",
            "cert_monitor_renewal_window_end_timestamp_seconds",
        ),
    ]


def _within(days: int, ref: str) -> Any:
    left = f"({queries.DAYS_LEFT} > 0) < {days} {queries.CHOSEN}"
    return query(queries.number(left), ref, f"{days} days")


def _days_left(box: Any, title: str, description: str, metric: str) -> Any:
    columns = {"Value": "Days left", "location": "Location", "target": "Target"}
    found = table(
        box, title, description, columns, rows(queries.days_until(metric)), hidden="instance fingerprint"
    )
    return ordered(in_days(found, "Value"), "Days left")


def _monitor() -> list[Any]:
    own = f"{{{queries.INSTANCE}}}"
    failures = f"sum by (reason) (increase(cert_monitor_probe_failures_total{own}[1h]))"
    late = f"sum by (instance, le) (increase(cert_monitor_schedule_lag_seconds_bucket{own}[1h]))"
    memory = f"process_resident_memory_bytes{own} and on (job, instance) cert_monitor_build_info"
    last = f"time() - cert_monitor_last_alert_pass_timestamp_seconds{own}"
    waiting = f"cert_monitor_outbox_pending{own}"
    states = f"sum by (state) (cert_monitor_targets{own} {queries.ONCE})"
    each = "{{instance}}"
    usual = "A pass a minute is usual."
    return [
        lines((0, 58, 8, 8), "Targets by state", "All targets of the chosen monitors.", states, "{{state}}"),
        lines((8, 58, 8, 8), "Probe failures per hour", "By reason.", failures, "{{reason}}"),
        lines((16, 58, 8, 8), "Mails waiting", "Mails that are not yet delivered.", waiting, each),
        lines((0, 66, 8, 6), "Time since the last alert pass", usual, last, each).unit("s"),
        lines(
            (8, 66, 8, 6),
            "Probes behind schedule",
            "99 of 100 batches of probes start no later than this.",
            f"histogram_quantile(0.99, {late})",
            each,
        ).unit("s"),
        lines((16, 66, 8, 6), "Memory", "Resident memory of the process.", memory, each).unit("bytes"),
    ]

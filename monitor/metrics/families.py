"""The metric families about targets and their certificates: names and HELP texts; renders nothing."""

from monitor.metrics.text import MetricFamily

CACHED = "Cached from the last probe, not measured at the scrape."
CERTIFICATES_CACHED = "The certificates themselves are cached from the last probe."

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

"""The queries of the dashboards, narrowed by their variables."""

SITE = 'site=~"$site"'
INSTANCE = 'instance=~"$instance"'
LABELS = f'{INSTANCE}, {SITE}, component=~"$component", owner=~"$owner"'
TARGET = "on (job, instance, target)"
CHOSEN_LEVEL = 'level=~"$level"'
ACTIVE = 'state="active"'
SHOWN = "topk by (job, cluster) (1, cert_monitor_leader and on (job, instance) cert_monitor_targets)"
"""Of several centers the one that leads, or one of those that show targets while none leads."""
OTHERS = f"(cert_monitor_leader unless on (job, instance) {SHOWN})"
ONCE = f"unless on (job, instance) {OTHERS}"
"""Without what other centers show as well; a monitor that is alone is no center."""
INFO = f"(cert_monitor_target_info{{{LABELS}}} {ONCE})"
NAMED = f"* {TARGET} group_left (title, kind, location, site, component, owner) {INFO}"
"""With the names and labels of the target; a target that the variables exclude is left out."""
CHOSEN = f"and {TARGET} {INFO}"
DAY = 86400


def alerts(*matchers: str) -> str:
    """Return the chosen alerts, narrowed further by matchers."""
    return f"(cert_monitor_alert{{{', '.join((LABELS, CHOSEN_LEVEL, *matchers))}}} {ONCE})"


def at_level(level: str) -> str:
    """Return the matcher of one level."""
    return f'level="{level}"'


def ranked_alerts() -> str:
    """Return the alerts with 1, 2 or 3 for their level."""
    ranks = ((3, "expired"), (2, "critical"), (1, "warning"))
    return " or ".join(f"{rank} * {alerts(at_level(level))}" for rank, level in ranks)


def number(of: str) -> str:
    """Return how many there are, zero where there are none."""
    return f"count({of}) or vector(0)"


DOWN = f"cert_monitor_target_up == 0 unless {TARGET} cert_monitor_target_standby"
DAYS_LEFT = "cert_monitor_target_days_to_expiry"
NOT_AFTER = "cert_monitor_target_not_after_timestamp_seconds"
DUE = tuple(f"cert_monitor_target_{level}_due_timestamp_seconds" for level in ("warning", "critical"))
"""From when the expiry is a warning, and critical: the thresholds of cert-monitor's configuration."""


def _past(metric: str) -> str:
    return f"(time() >= bool {metric} or 0 * {NOT_AFTER})"


LEVEL = f"({' + '.join(map(_past, (*DUE, NOT_AFTER)))})"
"""How far the expiry of a target is: 0 in time, 1 warning, 2 critical, 3 expired."""
DAYS_TO_WARNING = f"(({DUE[0]} - time()) / {DAY})"


def by_expiry(values: str) -> str:
    """Return values of the 100 targets that expire first."""
    first = f"bottomk(100, {DAYS_LEFT} {CHOSEN})"
    return f"({values} {NAMED}) and {TARGET} {first}"


def certificates() -> str:
    """Return the days left of the 100 certificates that expire first."""
    one = "on (job, instance, target, location, position, fingerprint)"
    named = f"{one} group_left (subject_cn, issuer_cn) cert_monitor_certificate_info"
    return f"bottomk(100, cert_monitor_certificate_days_to_expiry * {named} {CHOSEN})"


def unreachable() -> str:
    """Return the seconds since the last probe of targets whose probe failed."""
    since = "(time() - cert_monitor_target_last_probe_timestamp_seconds)"
    return f"{since} {NAMED} and {TARGET} ({DOWN})"


def findings() -> str:
    """Return the number of findings by check and severity."""
    return f"sum by (check, severity) (cert_monitor_findings {CHOSEN})"


def days_until(metric: str) -> str:
    """Return the days until a timestamp, of the 100 first."""
    return f"bottomk(100, ({metric} - time()) / {DAY} {CHOSEN})"

"""The page's own words as messages; must not decide when they are shown."""

from datetime import datetime

from monitor.model import AlertLevel, Message, Severity, message
from monitor.model.message import plain

HEADING = plain("page.heading", "Certificates, earliest expiry first")
SEARCH_HINT = plain("page.search_hint", "host, name, label")
SEARCH_LABEL = plain("page.search_label", "Show only rows that contain these words")
SEARCH = plain("page.search", "Search")
NO_MATCH = plain("page.no_match", "No row contains these words.")
NO_TARGETS = plain("page.no_targets", "No targets yet: add some to the configuration and reload it.")
SHOW_ALL = plain("page.show_all", "Show all")
METRICS = plain("page.metrics", "metrics")
HEALTH = plain("page.health", "health")

ALERTS = plain("page.alerts", "Alerts")
NO_ALERTS = plain("page.no_alerts", "No alerts.")

STATUS = plain("page.status", "Status")
TIME_LEFT = plain("page.time_left", "Time left")
TARGET = plain("page.target", "Target")
CERTIFICATE = plain("page.certificate", "Certificate")
EXPIRES = plain("page.expires", "Expires")
PROBLEMS = plain("page.problems", "Problems")
LAST_CHECKED = plain("page.last_checked", "Last checked")

SEVERITY = {
    Severity.OK: plain("page.ok", "ok"),
    Severity.WARNING: plain("page.warning", "warning"),
    Severity.UNKNOWN: plain("page.unknown", "unknown"),
    Severity.CRITICAL: plain("page.critical", "critical"),
}
LEVEL = {
    AlertLevel.WARNING: SEVERITY[Severity.WARNING],
    AlertLevel.CRITICAL: SEVERITY[Severity.CRITICAL],
    AlertLevel.EXPIRED: plain("page.expired", "expired"),
}
UNREACHABLE = plain("page.unreachable", "unreachable")
ON_STANDBY = plain("page.on_standby", "on standby")
NOT_CHECKED = plain("page.not_checked", "not checked yet")

NEVER_REACHED = plain("page.never_reached", "on standby, never reached")
NOT_ENCRYPTED = plain("page.not_encrypted", "not encrypted")
SUPERSEDED = plain("page.superseded", "replaced by a newer one")


@message("page.title", "Certificates: {critical}, {warning}")
def title(*, critical: Message, warning: Message) -> None: ...


@message("page.undelivered", "Notifications could not be delivered since {at}. The log has the reason.")
def undelivered(*, at: str) -> None: ...


@message("page.targets", "{count} target, {at}", "{count} targets, {at}")
def targets(*, count: int, at: datetime) -> None: ...


@message("page.count_critical", "{count} critical", "{count} critical")
def count_critical(*, count: int) -> None: ...


@message("page.count_warning", "{count} warning", "{count} warnings")
def count_warning(*, count: int) -> None: ...


@message("page.count_unreachable", "{count} unreachable", "{count} unreachable")
def count_unreachable(*, count: int) -> None: ...


@message("page.count_on_standby", "{count} on standby", "{count} on standby")
def count_on_standby(*, count: int) -> None: ...


@message("page.count_not_checked", "{count} not checked yet", "{count} not checked yet")
def count_not_checked(*, count: int) -> None: ...


@message("page.in_zone", "{column} ({zone})")
def in_zone(*, column: Message, zone: str) -> None: ...


@message("page.more", "{count} more row expires later.", "{count} more rows expire later.")
def more(*, count: int) -> None: ...


@message("page.more_alerts", "{count} more alert.", "{count} more alerts.")
def more_alerts(*, count: int) -> None: ...


@message("page.site", "Site: {site}")
def site(*, site: str) -> None: ...


@message("page.since", "since {at}")
def since(*, at: datetime) -> None: ...


@message("page.owner", "Owner: {owner}")
def owner(*, owner: str) -> None: ...


@message("page.note", "Note: {note}")
def note(*, note: str) -> None: ...


@message("page.issuer", "issued by {issuer}")
def issuer(*, issuer: str) -> None: ...


@message("page.leaf_expires", "certificate itself: {at}")
def leaf_expires(*, at: str) -> None: ...


@message("page.crl", "CRL of {issuer}")
def crl(*, issuer: str) -> None: ...


@message("page.numbered_crl", "CRL {number} of {issuer}")
def numbered_crl(*, number: str, issuer: str) -> None: ...


@message("page.delta_crl", "delta CRL of {issuer}")
def delta_crl(*, issuer: str) -> None: ...


@message("page.numbered_delta_crl", "delta CRL {number} of {issuer}")
def numbered_delta_crl(*, number: str, issuer: str) -> None: ...


@message("page.checks_failed", "the last check failed", "the last {count} checks failed")
def checks_failed(*, count: int) -> None: ...

"""The texts of every page; must not decide when they are shown."""

from datetime import datetime

from monitor.model import AlertLevel, AlertResolution, Severity, message
from monitor.model.message import plain

OVERVIEW = plain("page.overview", "Overview")
CERTIFICATES = plain("page.certificates", "Certificates")
NAVIGATION = plain("page.navigation", "Pages")
SKIP = plain("page.skip", "Skip to the content")
LOG_OUT = plain("page.log_out", "Log out")

ALL_WELL = plain("page.all_well", "All is well")
MONITOR_PROBLEM = plain("page.monitor_problem", "The monitor itself has a problem")
FIRST_CHECKS = plain("page.first_checks", "The first checks are running")
DO_FIRST = plain("page.do_first", "Do first")
THEN = plain("page.then", "Then")
NEEDS_ACTION = plain("page.needs_action", "Needs action")
NEXT_EXPIRIES = plain("page.next_expiries", "Expires next")
NOTHING_KNOWN = plain("page.nothing_known", "No certificate is known yet.")
LATELY = plain("page.lately", "New in the last 7 days")
NOTHING_LATELY = plain("page.nothing_lately", "Nothing new.")
HELD = plain("page.held", "Who is on what")
NOTHING_HELD = plain("page.nothing_held", "Nothing is acknowledged or silenced.")
MONITOR = plain("page.monitor", "This monitor")
DEGRADED = plain("page.degraded", "Parts of this monitor are missing")
WORKING = plain("page.working", "working")

TILE_EXPIRED = plain("page.tile_expired", "Expired")
TILE_CRITICAL = plain("page.tile_critical", "Critical")
TILE_WARNING = plain("page.tile_warning", "Warnings")
TILE_UNREACHABLE = plain("page.tile_unreachable", "Unreachable")
TILE_ACKNOWLEDGED = plain("page.tile_acknowledged", "Acknowledged")
TILE_SILENCED = plain("page.tile_silenced", "Silenced")
TILE_WAITING = plain("page.tile_waiting", "Waiting for a renewal day")
TILE_STANDBY = plain("page.tile_standby", "On standby")
TILE_NOT_CHECKED = plain("page.tile_not_checked", "Not checked yet")
TILE_FINE = plain("page.tile_fine", "Without a problem")

SITES = plain("page.sites", "Sites")

RELOAD = plain("page.reload", "Reload the configuration")

NOT_FOUND = plain("page.not_found", "Not found")
ISSUER = plain("page.issuer_label", "Issuer")

LOCATIONS = plain("page.locations", "Where it is")
FACTS = plain("page.facts", "Facts")

IMPACT = plain("page.impact", "If nothing is done")
STEPS = plain("page.steps", "Steps")
GUIDE = plain("page.guide", "Guide")
TARGET_ID = plain("page.target_id", "Id")

HEADING = plain("page.heading", "Certificates, earliest expiry first")
SEARCH_HINT = plain("page.search_hint", "host, name, label")
SEARCH = plain("page.search", "Search")
NO_MATCH = plain("page.no_match", "No row contains these words.")
NO_TARGETS = plain("page.no_targets", "No targets yet: add some to the configuration and reload it.")
METRICS = plain("page.metrics", "metrics")
HEALTH = plain("page.health", "health")


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

STATE = {
    "expired": LEVEL[AlertLevel.EXPIRED],
    "critical": LEVEL[AlertLevel.CRITICAL],
    "warning": LEVEL[AlertLevel.WARNING],
    "unreachable": UNREACHABLE,
    "not_checked": NOT_CHECKED,
    "standby": ON_STANDBY,
    "ok": SEVERITY[Severity.OK],
}
"""Words for what a target is in, worst first."""

RESOLVED = {
    AlertResolution.RENEWED: plain("page.renewed", "renewed"),
    AlertResolution.RESOLVED: plain("page.resolved", "resolved"),
    AlertResolution.REACHABLE_AGAIN: plain("page.reachable_again", "reachable again"),
    AlertResolution.GONE: plain("page.gone", "no longer watched"),
}

NEVER_REACHED = plain("page.never_reached", "on standby, never reached")
NOT_ENCRYPTED = plain("page.not_encrypted", "not encrypted")
SUPERSEDED = plain("page.superseded", "replaced by a newer one")


@message("page.instant", "{at}")
def instant(*, at: datetime) -> None: ...


@message("page.instant_and_expiry", "{not_after} ({not_after:expires})")
def instant_and_expiry(*, not_after: datetime) -> None: ...


@message("page.between", "between {start} and {end}")
def between(*, start: datetime, end: datetime) -> None: ...


@message("page.more_left", "{count} more.", "{count} more.")
def more_left(*, count: int) -> None: ...


@message("page.as_of", "As of {at}.")
def as_of(*, at: datetime) -> None: ...


@message("page.act_now", "{count} alert needs action now", "{count} alerts need action now")
def act_now(*, count: int) -> None: ...


@message("page.nothing_urgent", "Nothing is urgent; {count} warning", "Nothing is urgent; {count} warnings")
def nothing_urgent(*, count: int) -> None: ...


@message("page.next_expiry", "Next expiry: {title} {not_after:expires}")
def next_expiry(*, title: str, not_after: datetime) -> None: ...


@message("page.expires_at", "{not_after:expires}, on {not_after:day}")
def expires_at(*, not_after: datetime) -> None: ...


@message("page.watched", "{count} target watched", "{count} targets watched")
def watched(*, count: int) -> None: ...


@message("page.need_action", "{count} target needs action", "{count} targets need action")
def need_action(*, count: int) -> None: ...


@message("page.checked_at", "last checked at {at}")
def checked_at(*, at: str) -> None: ...


@message("page.checked_between", "last checked between {oldest} and {newest}")
def checked_between(*, oldest: str, newest: str) -> None: ...


@message("page.held_until", "{who}, until {at}")
def held_until(*, who: str, at: datetime) -> None: ...


@message("page.held_open", "{who}, without an end")
def held_open(*, who: str) -> None: ...


@message("page.undelivered", "Notifications could not be delivered since {at}. The log has the reason.")
def undelivered(*, at: str) -> None: ...


@message("page.targets", "{count} target, {at}", "{count} targets, {at}")
def targets(*, count: int, at: datetime) -> None: ...


@message("page.count_unreachable", "{count} unreachable", "{count} unreachable")
def count_unreachable(*, count: int) -> None: ...


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

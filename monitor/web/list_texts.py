"""The texts of the lists; must not decide when they are shown."""

from datetime import datetime

from monitor.model import (
    AlertLevel,
    AlertState,
    NotificationKind,
    RecipientStatus,
    Severity,
    SilenceEnd,
    SilenceKind,
    message,
)
from monitor.model.message import plain
from monitor.web import texts as page_texts

ALERTS = plain("page.list_alerts", "Alerts")
TARGETS = plain("page.list_targets", "Targets")

ANY = plain("page.list_any", "any")
SEARCH = plain("page.list_search", "Search")
SEARCH_HINT = plain("page.list_search_hint", "host, name, serial number, thumbprint, label")
FILTER = plain("page.list_filter", "Filter")
CLEAR = plain("page.list_clear", "Show everything")
NO_MATCH = plain("page.list_no_match", "Nothing matches these filters.")
EXPIRES_WITHIN = plain("page.list_expires_within", "Expires within")
EXPIRES_FROM = plain("page.list_expires_from", "Expires from")
EXPIRES_TO = plain("page.list_expires_to", "to")
PAGING = plain("page.list_paging", "Pages of this list")
PREVIOUS = plain("page.list_previous", "Previous")
NEXT = plain("page.list_next", "Next")
EXPORTS = plain("page.list_exports", "All rows of these filters:")

STATE = plain("page.list_state", "State")
LEVEL = plain("page.list_level", "Level")
CHECK = plain("page.list_check", "Problem")
SITE = plain("page.list_site", "Site")
COMPONENT = plain("page.list_component", "Component")
OWNER = plain("page.list_owner", "Owner")
KIND = plain("page.list_kind", "Kind")
TYPE = plain("page.list_type", "Type")
ISSUER = plain("page.list_issuer", "Issuer")
RECEIVER = plain("page.list_receiver", "Receiver")
BY = plain("page.list_by", "By")
FACETS = {
    "state": STATE,
    "level": LEVEL,
    "check": CHECK,
    "type": TYPE,
    "receiver": RECEIVER,
    "by": BY,
    "site": SITE,
    "component": COMPONENT,
    "owner": OWNER,
    "kind": KIND,
    "issuer": ISSUER,
}
"""What the choices of each filter are, by its name."""

ALERT = plain("page.list_alert", "Alert")
LOCATIONS = plain("page.list_locations", "Locations")
EXPIRES = plain("page.list_expires", "Expires")
SINCE = plain("page.list_since", "Since")
RESOLVED_ALERTS = plain("page.list_resolved_alerts", "Resolved alerts")
NO_ALERTS = plain("page.list_no_alerts", "There is no alert.")

ALERT_STATE = {
    AlertState.ACTIVE: plain("page.list_active", "open"),
    AlertState.ACKNOWLEDGED: plain("page.list_acknowledged", "acknowledged"),
    AlertState.SILENCED: plain("page.list_silenced", "silenced"),
    AlertState.WAITING: plain("page.list_waits", "waiting for a renewal day"),
    "resolved": plain("page.list_resolved", "resolved"),
}


LEVELS = {level.value: page_texts.LEVEL[level] for level in AlertLevel} | {
    "ok": page_texts.SEVERITY[Severity.OK]
}
TYPES = {
    "leaf": plain("page.list_leaf", "certificate"),
    "ca": plain("page.list_ca", "CA certificate"),
    "crl": plain("page.list_crl", "CRL"),
}
TARGET_STATE = {
    "need_action": plain("page.list_need_action", "needs action"),
    "unreachable": page_texts.UNREACHABLE,
    "not_checked": page_texts.NOT_CHECKED,
    "standby": page_texts.ON_STANDBY,
    "fine": plain("page.list_fine", "without a problem"),
}


DISCOVERIES = plain("page.list_discoveries", "Discoveries")
DISCOVERY = plain("page.list_discovery", "Discovery")
FOUND = plain("page.list_found", "Targets found")
FETCHED = plain("page.list_fetched", "Last fetched")
WHY = plain("page.list_why", "Why not")
NO_DISCOVERIES = plain("page.list_no_discoveries", "No discovery is configured.")
DISCOVERY_STATE = {
    "failed": plain("page.list_failed", "could not be fetched"),
    "left_out": plain("page.list_left_out", "targets left out"),
    "not_fetched": plain("page.list_not_fetched", "not fetched yet"),
    "fetched": plain("page.list_fetched_state", "fetched"),
}

NOTIFICATIONS = plain("page.list_notifications", "Notifications")
ABOUT = plain("page.list_about", "About")
CREATED = plain("page.list_created", "Decided")
DELIVERY = plain("page.list_delivery", "Delivery")
NO_NOTIFICATIONS = plain("page.list_no_notifications", "Nothing was sent yet.")
NOTIFICATION_STATE = {
    "refused": plain("page.list_refused", "refused"),
    "partly_refused": plain("page.list_partly_refused", "refused by some"),
    "waiting": plain("page.list_waiting", "waiting"),
    "sent": plain("page.list_sent", "sent"),
}
RECIPIENT = {
    RecipientStatus.PENDING: NOTIFICATION_STATE["waiting"],
    RecipientStatus.ACCEPTED: NOTIFICATION_STATE["sent"],
    RecipientStatus.REFUSED: NOTIFICATION_STATE["refused"],
}
NOTIFICATION_TYPE = {
    NotificationKind.NOTICE: plain("page.list_notice", "alerts"),
    NotificationKind.INVENTORY: plain("page.list_inventory", "inventory"),
    NotificationKind.DIGEST: plain("page.list_digest", "digest"),
    NotificationKind.HEARTBEAT: plain("page.list_heartbeat", "heartbeat"),
    NotificationKind.OUTAGE: plain("page.list_outage", "outage of the monitor"),
    NotificationKind.TEST: plain("page.list_test", "test"),
}

SILENCES = plain("page.list_silences", "Silences")
SILENCED_WHAT = plain("page.list_silenced_what", "What")
REASON = plain("page.list_reason", "Reason")
UNTIL = plain("page.list_until", "Until")
NO_SILENCES = plain("page.list_no_silences", "Nothing is acknowledged or silenced.")
WITHOUT_END = plain("page.list_without_end", "without an end")
CONFIGURED = plain("page.list_configured", "in the configuration")
END = plain("page.list_end", "End it")
SILENCE_STATE = {
    "lasting": plain("page.list_lasting", "in force"),
    "ended": plain("page.list_ended", "ended"),
}
SILENCE_TYPE = {
    SilenceKind.ACKNOWLEDGE: plain("page.list_acknowledgement", "acknowledgement"),
    SilenceKind.SILENCE: plain("page.list_silence", "silence"),
}
ENDED_BY = {
    SilenceEnd.TIME: plain("page.list_ended_time", "its time was over"),
    SilenceEnd.WORSE: plain("page.list_ended_worse", "the alert became worse"),
    SilenceEnd.CERTIFICATE: plain("page.list_ended_certificate", "the certificate changed"),
    SilenceEnd.RESOLVED: plain("page.list_ended_resolved", "the alert was resolved"),
    SilenceEnd.PERSON: plain("page.list_ended_person", "ended by somebody"),
}
SILENCE_BY_COMMAND = plain(
    "page.list_silence_by_command",
    "Operators who are logged in silence alerts here. On the machine of the monitor a command does:",
)
SEND_TEST = plain("page.list_send_test", "Send a test to a receiver")
NEW_SILENCE = plain("page.list_new_silence", "Silence alerts")
ALL_MUST_MATCH = plain(
    "page.list_all_must_match", "An alert is silenced when all of these match at each of its targets."
)
OTHER_LABELS = plain("page.list_other_labels", "Other labels, separated by commas")
FOR_HOW_LONG = plain("page.list_for_how_long", "For")
SILENCE = plain("page.list_do_silence", "Silence")
FORM_TOO_LONG = plain("page.list_form_too_long", "The form is too long.")
NOTHING_CHOSEN = plain(
    "page.list_nothing_chosen", "Choose at least one label; none would silence everything."
)


@message("page.list_unknown_filter", "There is no filter {name:quoted}. The filters are: {known}.")
def unknown_filter(*, name: str, known: tuple[str, ...]) -> None: ...


@message("page.list_unknown_value", "{name} has no value {value:quoted}. The values are: {known}.")
def unknown_value(*, name: str, value: str, known: tuple[str, ...]) -> None: ...


@message("page.list_not_a_date", "{name} must be a date such as 2027-03-15, not {value:quoted}.")
def not_a_date(*, name: str, value: str) -> None: ...


@message("page.list_not_a_length", "{name} must be a number of days such as 30d, not {value:quoted}.")
def not_a_length(*, name: str, value: str) -> None: ...


@message("page.list_not_a_number", "{name} must be a number from 1, not {value:quoted}.")
def not_a_number(*, name: str, value: str) -> None: ...


@message("page.list_count", "{count} row", "{count} rows")
def count_rows(*, count: int) -> None: ...


@message("page.list_page", "Page {page} of {pages}")
def page_of(*, page: int, pages: int) -> None: ...


@message("page.list_days", "{count} day", "{count} days")
def days(*, count: int) -> None: ...


@message("page.list_more_locations", "and {count} more", "and {count} more")
def more(*, count: int) -> None: ...


@message("page.list_as_of", "as of {at}")
def as_of(*, at: datetime) -> None: ...


@message("page.list_count_left_out", "{count} left out", "{count} left out")
def left_out(*, count: int) -> None: ...


@message("page.list_failed_times", "failed once", "failed {count} times in a row")
def failed_times(*, count: int) -> None: ...


@message("page.list_next_attempt", "next attempt {at:when}")
def next_attempt(*, at: datetime) -> None: ...


@message("page.list_attempts", "{count} attempt", "{count} attempts")
def attempts(*, count: int) -> None: ...


@message("page.list_ended_by", "ended by {who}")
def ended_by_person(*, who: str) -> None: ...


@message("page.list_not_a_label", "{written:quoted} is not a label with a value, such as kind=files.")
def not_a_label(*, written: str) -> None: ...


@message("page.list_outside_of_scope", "The label {label} has a value that you may not change.")
def outside_of_scope(*, label: str) -> None: ...

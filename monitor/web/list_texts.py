"""The words of the lists as messages; must not decide when they are shown."""

from datetime import datetime

from monitor.model import AlertLevel, AlertState, Severity, message
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
FACETS = {
    "state": STATE,
    "level": LEVEL,
    "check": CHECK,
    "type": TYPE,
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
NO_ALERTS = plain("page.list_no_alerts", "There is no alert.")

ALERT_STATE = {
    AlertState.ACTIVE: plain("page.list_active", "open"),
    AlertState.ACKNOWLEDGED: plain("page.list_acknowledged", "acknowledged"),
    AlertState.SILENCED: plain("page.list_silenced", "silenced"),
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

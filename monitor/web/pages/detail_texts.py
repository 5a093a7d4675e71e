"""The words of the pages about one certificate, target, site or discovery."""

from datetime import datetime, timedelta

from monitor.model import RevocationStatus, message
from monitor.model.message import plain

NO_SITES = plain("page.no_sites", "No target has the label site.")
DEVICES = plain("page.devices", "Devices")
ZONE = plain("page.zone", "Zone")
ALERTS_OF_SITE = plain("page.alerts_of_site", "Alerts of this site")
NOT_DONE = plain("page.not_done", "Not done")
CHECK_NOW = plain("page.check_now", "Check now")
CHECK_ASKED = plain("page.check_asked", "The check is under way")
CHECK_LATER = plain(
    "page.check_later",
    "Its result is shown within a minute: the workers or the agent of the zone check it.",
)
SHOW_WHAT_IS_KNOWN = plain("page.show_what_is_known", "Show what is known")
SUBJECT = plain("page.subject", "Subject")
NAMES = plain("page.names", "Names")
HOW_MADE = plain("page.how_made", "How it was made")
VALID_FROM = plain("page.valid_from", "Valid from")
VALID_UNTIL = plain("page.valid_until", "Valid until")
KEY = plain("page.key", "Key")
SIGNATURE = plain("page.signature", "Signature")
USAGES = plain("page.usages", "Usages")
NO_USAGE = plain("page.no_usage", "none")
SERIAL = plain("page.serial", "Serial number")
SHA1 = plain("page.sha1", "Thumbprint (SHA-1)")
SHA256 = plain("page.sha256", "Fingerprint (SHA-256)")
REVOCATION = plain("page.revocation", "Revocation")
RENEWAL_WINDOW = plain("page.renewal_window", "Renewal requested by the CA")
SERVER_AUTHENTICATION = plain("page.server_authentication", "server authentication")
CLIENT_AUTHENTICATION = plain("page.client_authentication", "client authentication")
OCSP_SIGNING = plain("page.ocsp_signing", "OCSP signing")
ANY_USAGE = plain("page.any_usage", "any usage")
REVOCATION_STATUS = {
    RevocationStatus.GOOD: plain("page.not_revoked", "not revoked"),
    RevocationStatus.REVOKED: plain("page.revoked", "revoked"),
    RevocationStatus.UNKNOWN: plain("page.revocation_unknown", "not known"),
}
CHAIN = plain("page.chain", "Certification path")
TRUSTED_CA = plain("page.trusted_ca", "trusted CA")
TRUSTED_ITSELF = plain("page.trusted_itself", "trusted itself")
INTERMEDIATE_CA = plain("page.intermediate_ca", "CA")
END_ENTITY = plain("page.end_entity", "certificate of a server")
NOT_ON_A_PATH = plain("page.not_on_a_path", "No path to a trusted CA is known.")
NO_LOCATIONS = plain("page.no_locations", "No target shows it now.")
DEPENDS = plain("page.depends", "What depends on it")
HISTORY = plain("page.history", "History")
SEEN_FROM = plain("page.seen_from", "From")
SEEN_UNTIL = plain("page.seen_until", "Until")
STILL = plain("page.still", "now")
NO_PROBLEM = plain("page.no_problem", "Nothing is wrong.")
FAILED = plain("page.failed", "The last check failed.")
LAST_FAILURE = plain("page.last_failure", "Why the last check failed")
LOCATION = plain("page.location", "Location")
SERVER_NAME = plain("page.server_name", "Server name")
NOTE = plain("page.note_label", "Note")
ASKED = plain("page.detail_asked", "Last asked")
FOUND_LATELY = plain("page.detail_found_lately", "Found in the last 7 days")
WHAT_TO_DO = plain("page.detail_what_to_do", "What to do")
ORIGIN = plain("page.origin", "Origin")
CONFIGURATION = plain("page.configuration", "configuration")
WATCHED_SINCE = plain("page.watched_since", "Watched since")
LAST_SUCCESS = plain("page.last_success", "Last success")
LAST_90_DAYS = plain("page.last_90_days", "Last 90 days")
POLICY = plain("page.policy", "Policy")
POLICY_KEY = plain("page.policy_key", "Key")
POLICY_VALUE = plain("page.policy_value", "Value")
POLICY_ORIGIN = plain("page.policy_origin", "Set in")
BUILT_IN = plain("page.built_in", "built-in")
IN_DEFAULTS = plain("page.in_defaults", "defaults")
IN_TARGET = plain("page.in_target", "the target, its discovery or its preset")


@message("page.no_certificate", "No target shows a certificate with the thumbprint {thumbprint}.")
def no_certificate(*, thumbprint: str) -> None: ...


@message("page.no_discovery", "There is no discovery {discovery}.")
def no_discovery(*, discovery: str) -> None: ...


@message("page.no_site", "No target has the site {site}.")
def no_site(*, site: str) -> None: ...


@message("page.stands_in_for", "stands in for {hosts}")
def stands_in_for(*, hosts: tuple[str, ...]) -> None: ...


@message("page.no_target", "There is no target {target}.")
def no_target(*, target: str) -> None: ...


@message("page.checked_in", "{at}, took {duration:seconds}")
def checked_in(*, at: datetime, duration: timedelta) -> None: ...


@message("page.seen_since", "{subject}, seen since {at}")
def seen_since(*, subject: str, at: datetime) -> None: ...


@message("page.unreachable_since", "unreachable since {at}")
def unreachable_since(*, at: datetime) -> None: ...


@message("page.in_rule", "policies ({match})")
def in_rule(*, match: str) -> None: ...


@message("page.at_locations", "at {count} location", "at {count} locations")
def at_locations(*, count: int) -> None: ...


@message("page.chain_number", "position {number} in the chain")
def chain_number(*, number: int) -> None: ...

"""The words of mails as messages: subjects, headlines, headings and labels of facts; it decides nothing."""

from datetime import datetime

from monitor.alerts.decision import NotifyReason
from monitor.model import AlertLevel, Message, message
from monitor.model.message import plain

LEVEL = {
    AlertLevel.WARNING: plain("mail.warning", "WARNING"),
    AlertLevel.CRITICAL: plain("mail.critical", "CRITICAL"),
    AlertLevel.EXPIRED: plain("mail.expired", "EXPIRED"),
}
NEWS = {
    NotifyReason.RENEWED: plain("mail.renewed", "Renewed"),
    NotifyReason.RESOLVED: plain("mail.resolved", "Resolved"),
    NotifyReason.REACHABLE_AGAIN: plain("mail.reachable_again", "Reachable again"),
    NotifyReason.CLOCK: plain("mail.clock", "Clock problem"),
}
AGAIN = {
    NotifyReason.WORSE: plain("mail.worse", "worse than last reported"),
    NotifyReason.REMINDER: plain("mail.reminder", "reminder: not resolved yet"),
    NotifyReason.RELEASED: plain("mail.released", "no longer silenced or acknowledged, and not resolved"),
    NotifyReason.ESCALATED: plain("mail.escalated", "escalated: not acknowledged so far"),
}
"""Why an item that was notified before is notified again."""


@message("mail.headline", "[{label}] {what}")
def headline(*, label: Message, what: Message) -> None: ...


@message("mail.subject_and_more", "{first} (and {count} more)", "{first} (and {count} more)")
def subject_and_more(*, first: Message, count: int) -> None: ...


@message("mail.certificate_expires", "{title}: certificate {not_after:expires}")
def certificate_expires(*, title: str, not_after: datetime) -> None: ...


@message("mail.ca_expires", "{title}: CA certificate {not_after:expires}")
def ca_expires(*, title: str, not_after: datetime) -> None: ...


@message("mail.valid_until", "{title}: certificate valid until {not_after:date}")
def valid_until(*, title: str, not_after: datetime) -> None: ...


@message("mail.problem", "{title}: {problem}")
def problem_of(*, title: str, problem: Message) -> None: ...


@message("mail.problem_and_expiry", "{title}: {problem}, the certificate {not_after:expires}")
def problem_and_expiry(*, title: str, problem: Message, not_after: datetime) -> None: ...


@message("mail.problem_and_expiry_of_ca", "{title}: {problem}, the CA {not_after:expires}")
def problem_and_expiry_of_ca(*, title: str, problem: Message, not_after: datetime) -> None: ...


@message("mail.problem_and_expiry_in_use", "{title}: {problem}, the one in use {not_after:expires}")
def problem_and_expiry_in_use(*, title: str, problem: Message, not_after: datetime) -> None: ...


@message("mail.problem_and_expiry_of_other", "{title}: {problem}, the other {not_after:expires}")
def problem_and_expiry_of_other(*, title: str, problem: Message, not_after: datetime) -> None: ...


@message("mail.inventory", "Certificates: {watched}, {need_action}, {unreachable}")
def inventory_subject(*, watched: Message, need_action: Message, unreachable: Message) -> None: ...


@message("mail.need_action", "{count} needs action", "{count} need action")
def need_action(*, count: int) -> None: ...


@message("mail.unreachable", "{count} unreachable", "{count} unreachable")
def unreachable(*, count: int) -> None: ...


@message("mail.inventory_lead", "{watched}, {need_action}, {unreachable}.")
def inventory_lead(*, watched: Message, need_action: Message, unreachable: Message) -> None: ...


@message("mail.targets_watched", "{count} target watched", "{count} targets watched")
def targets_watched(*, count: int) -> None: ...


@message(
    "mail.not_checked",
    "{count} target has not been checked yet.",
    "{count} targets have not been checked yet.",
)
def not_checked(*, count: int) -> None: ...


FROM_NOW_ON = plain(
    "mail.from_now_on",
    "From now on, you get a mail only when something changes or a problem remains unresolved.",
)


@message("mail.alerts", "{count} alert", "{count} alerts")
def alerts(*, count: int) -> None: ...


@message("mail.count_renewed", "{count} certificate renewed", "{count} certificates renewed")
def count_renewed(*, count: int) -> None: ...


@message("mail.count_resolved", "{count} problem resolved", "{count} problems resolved")
def count_resolved(*, count: int) -> None: ...


@message("mail.lead", "{counts}.")
def lead(*, counts: Message) -> None: ...


@message("mail.lead_worst_first", "{counts}, the worst first.")
def lead_worst_first(*, counts: Message) -> None: ...


@message("mail.more_sentences", "and {count} more like this", "and {count} more like these")
def more_sentences(*, count: int) -> None: ...


@message("mail.more_locations", "and {count} more location", "and {count} more locations")
def more_locations(*, count: int) -> None: ...


@message(
    "mail.left_out",
    "{count} more is not listed here; the monitor's page shows all of them.",
    "{count} more are not listed here; the monitor's page shows all of them.",
)
def left_out(*, count: int) -> None: ...


@message("mail.footer", "Sent by cert-monitor on {monitor}, {at}. Time zone: {zone}.")
def footer(*, monitor: Message, at: datetime, zone: str) -> None: ...


@message("mail.monitor_named", "{name} ({host})")
def monitor_named(*, name: str, host: str) -> None: ...


@message("mail.monitor_for", "{monitor} for {customer}")
def monitor_for(*, monitor: Message, customer: str) -> None: ...


@message("mail.instant", "{at}")
def instant(*, at: datetime) -> None: ...


@message("mail.day", "{at:date}")
def day(*, at: datetime) -> None: ...


@message("mail.expires", "{at:expires}")
def expires(*, at: datetime) -> None: ...


@message("mail.instant_and_expiry", "{at} ({at:expires})")
def instant_and_expiry(*, at: datetime) -> None: ...


SHORTENED = plain(
    "mail.shortened",
    "This is the short form: the mail server refused the complete mail for its size. "
    "The monitor's page shows everything.",
)
NEEDS_ACTION = plain("mail.needs_action_heading", "Needs action")
UNREACHABLE = plain("mail.unreachable_heading", "Unreachable")
NEVER_SEEN = plain("mail.never_seen_heading", "On standby, not checked yet")
UPCOMING = plain("mail.upcoming_heading", "Expiry dates, earliest first")
IMPACT = plain("mail.impact", "Impact:")
MORE_INFORMATION = plain("mail.more_information", "More information:")
WHERE = plain("mail.where", "Where:")
DEPENDS_ON_IT = plain("mail.depends_on_it", "Depends on it:")
WHAT_TO_DO = plain("mail.what_to_do", "What to do:")
CA_FIRST = plain("mail.ca_first", "What to do (renew the CA first):")


@message("mail.what_to_do_for", "What to do for {title}:")
def what_to_do_for(*, title: str) -> None: ...


@message("mail.what_to_do_for_and_others", "What to do for {title}, and likewise for the others:")
def what_to_do_for_and_others(*, title: str) -> None: ...


OLD_SHA1 = plain("mail.old_sha1", "Old thumbprint (SHA-1)")
OLD_SHA256 = plain("mail.old_sha256", "Old SHA-256")
NOT_KNOWN = plain("mail.not_known", "no longer known")
SUBJECT = plain("mail.fact_subject", "Subject")
NAMES = plain("mail.fact_names", "Names")
ISSUER = plain("mail.fact_issuer", "Issuer")
SERIAL = plain("mail.fact_serial", "Serial number")
SHA1 = plain("mail.fact_sha1", "Thumbprint (SHA-1)")
SHA256 = plain("mail.fact_sha256", "SHA-256")
VALID_FROM = plain("mail.fact_valid_from", "Valid from")
VALID_UNTIL = plain("mail.fact_valid_until", "Valid until")
COMPONENT = plain("mail.fact_component", "Component")
CERTIFICATE_GROUP = plain("mail.fact_certificate_group", "Certificate group")
SITE = plain("mail.fact_site", "Site")
OWNER = plain("mail.fact_owner", "Owner")
NOTE = plain("mail.fact_note", "Note")


TEST_SUBJECT = plain("mail.test_subject", "[Test] cert-monitor can send mail")
TEST = plain("mail.test", "This is a test mail from cert-monitor.")


@message(
    "mail.test_sent",
    "It was sent on {at}. If you can read it, the mail settings work: alerts about certificates will be sent "
    "to this address.",
)
def test_sent(*, at: datetime) -> None: ...

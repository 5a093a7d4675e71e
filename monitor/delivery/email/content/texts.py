"""The words of mails as messages: headlines, entries, details and steps; it decides nothing."""

from datetime import datetime

from monitor.alerts.decision import NotifyReason
from monitor.model import AlertLevel, Message, message
from monitor.model.message import plain

LEVEL = {
    AlertLevel.WARNING: plain("mail.warning", "warning"),
    AlertLevel.CRITICAL: plain("mail.critical", "critical"),
    AlertLevel.EXPIRED: plain("mail.expired", "expired"),
}
RESOLVED = plain("mail.resolved", "resolved")
AGAIN = {
    NotifyReason.WORSE: plain("mail.worse", "It is worse than last reported."),
    NotifyReason.REMINDER: plain("mail.reminder", "This is a reminder: it is not resolved yet."),
    NotifyReason.RELEASED: plain(
        "mail.released", "It is no longer silenced or acknowledged, and not resolved."
    ),
    NotifyReason.ESCALATED: plain("mail.escalated", "It was escalated: nobody has acknowledged it so far."),
}
"""Why an item that was notified before is notified again."""


@message("mail.headline", "{what} ({label})")
def headline(*, what: Message, label: Message) -> None: ...


@message("mail.certificate_expires", "{title}: certificate {not_after:expires}")
def certificate_expires(*, title: str, not_after: datetime) -> None: ...


@message("mail.ca_expires", "{title}: CA certificate {not_after:expires}")
def ca_expires(*, title: str, not_after: datetime) -> None: ...


@message("mail.renewed_until", "{title}: certificate renewed, valid until {not_after:day}")
def renewed_until(*, title: str, not_after: datetime) -> None: ...


@message("mail.reachable_again", "{title}: reachable again")
def reachable_again(*, title: str) -> None: ...


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


@message(
    "mail.alike",
    "{problem}: {count} certificate from {issuer}, the first one {not_after:expires}",
    "{problem}: {count} certificates from {issuer}, the first one {not_after:expires}",
)
def alike(*, problem: Message, count: int, issuer: str, not_after: datetime) -> None: ...


@message("mail.worst_of", "the worst: {names:open}")
def worst_of(*, names: tuple[str, ...]) -> None: ...


@message(
    "mail.watched_at",
    "{count} certificate at {targets} is watched.",
    "{count} certificates at {targets} are watched.",
)
def watched_at(*, count: int, targets: Message) -> None: ...


@message("mail.next_heartbeat", "If the next heartbeat does not arrive {at:on}, look at the monitor.")
def next_heartbeat(*, at: datetime) -> None: ...


@message("mail.next_to_expire", "Next to expire: {what}")
def next_to_expire(*, what: Message) -> None: ...


NOBODY_NEEDS_TO_ACT = plain("mail.nobody_needs_to_act", "All is well: nobody needs to act.")
HEARTBEAT = plain("mail.heartbeat_heading", "Heartbeat")


@message("mail.lead", "{counts}.")
def lead(*, counts: Message) -> None: ...


FROM_NOW_ON = plain("mail.from_now_on", "From now on you hear only of changes and of what stays open.")
OWN_NETWORK = plain("mail.own_network", "So many are unreachable at once: is it the monitor's own network?")


@message("mail.earliest", "Earliest: {title}, {not_after:day}.")
def earliest(*, title: str, not_after: datetime) -> None: ...


@message("mail.by_until", "{who}, until {until:day}")
def by_until(*, who: str, until: datetime) -> None: ...


@message("mail.acknowledged_by", "{headline}, acknowledged by {who} until {until:day}")
def acknowledged_by(*, headline: Message, who: str, until: datetime) -> None: ...


@message("mail.expires_on", "{who}: the certificate expires {not_after:on}.")
def expires_on(*, who: str, not_after: datetime) -> None: ...


@message("mail.expired_on", "{who}: the certificate expired {not_after:on}.")
def expired_on(*, who: str, not_after: datetime) -> None: ...


@message("mail.ca_expires_on", "{who}: this CA certificate expires {not_after:on}.")
def ca_expires_on(*, who: str, not_after: datetime) -> None: ...


@message("mail.ca_expired_on", "{who}: this CA certificate expired {not_after:on}.")
def ca_expired_on(*, who: str, not_after: datetime) -> None: ...


@message("mail.at_site", "{title}, {site}")
def at_site(*, title: str, site: str) -> None: ...


@message("mail.has_and_needs", "has {has:open}, needs {needs}")
def has_and_needs(*, has: tuple[str, ...], needs: str) -> None: ...


@message(
    "mail.renew_before",
    "renew it before the {count} certificate that depends on it",
    "renew it before the {count} certificates that depend on it",
)
def renew_before(*, count: int) -> None: ...


@message("mail.port", "port {port}")
def at_one_port(*, port: str) -> None: ...


@message("mail.ports", "ports {ports}")
def at_ports(*, ports: tuple[str, ...]) -> None: ...


@message("mail.after", "after {number}")
def after(*, number: int) -> None: ...


LOW_IMPACT = plain("mail.low_impact", "low impact")
NEW = plain("mail.new", "new")


@message("mail.hint", "{what} ({hint})")
def with_hint(*, what: Message, hint: Message) -> None: ...


@message("mail.those_because", "{who}: {why}")
def those_because(*, who: Message, why: Message) -> None: ...


@message("mail.title_at", "{title} ({locations})")
def title_at(*, title: str, locations: Message) -> None: ...


@message("mail.locations_in", "{network}: {count} such as {title}", "{network}: {count} such as {title}")
def locations_in(*, network: str, count: int, title: str) -> None: ...


@message("mail.locations_elsewhere", "{count} such as {title}", "{count} such as {title}")
def locations_elsewhere(*, count: int, title: str) -> None: ...


@message(
    "mail.unreachable_in",
    "{network}: {count} unreachable, such as {title} ({why})",
    "{network}: {count} unreachable, such as {title} ({why})",
)
def unreachable_in(*, network: str, count: int, title: str, why: Message) -> None: ...


@message(
    "mail.unreachable_elsewhere",
    "{count} unreachable, such as {title} ({why})",
    "{count} unreachable, such as {title} ({why})",
)
def unreachable_elsewhere(*, count: int, title: str, why: Message) -> None: ...


@message("mail.next_expiry", "{at} {not_after:expires} ({not_after:date})")
def next_expiry(*, at: str, not_after: datetime) -> None: ...


@message("mail.more_entries", "and {count} more", "and {count} more")
def more_entries(*, count: int) -> None: ...


@message("mail.more_sentences", "And {count} more like this.", "And {count} more like these.")
def more_sentences(*, count: int) -> None: ...


@message("mail.more_impacts", "And {count} more.", "And {count} more.")
def more_impacts(*, count: int) -> None: ...


@message("mail.more_locations", "and {count} more location", "and {count} more locations")
def more_locations(*, count: int) -> None: ...


@message(
    "mail.left_out",
    "{count} more is not listed here; the monitor's page shows all of them.",
    "{count} more are not listed here; the monitor's page shows all of them.",
)
def left_out(*, count: int) -> None: ...


@message("mail.next_reminder", "Next reminder: {at:on}.")
def next_reminder(*, at: datetime) -> None: ...


ALL_ALERTS = plain("mail.all_of_it", "All alerts")
ACKNOWLEDGE = plain("mail.acknowledge", "Acknowledge")
THIS_ALERT = plain("mail.alert_at", "This alert")


CA_FIRST = plain("mail.ca_first", "Steps: renew the CA first")


@message("mail.more_information_at", "More information: {link}")
def more_information_at(*, link: str) -> None: ...


STEPS_LEFT_OUT = plain(
    "mail.steps_left_out",
    "Steps that are left out here for length (the HTML form of this mail and the reminders have them):",
)


@message("mail.footer", "Sent by cert-monitor on {monitor}, {at}. Time zone: {zone}.")
def footer(*, monitor: Message, at: datetime, zone: str) -> None: ...


@message("mail.monitor_named", "{name} ({host})")
def monitor_named(*, name: str, host: str) -> None: ...


@message("mail.monitor_for", "{monitor} for {customer}")
def monitor_for(*, monitor: Message, customer: str) -> None: ...


SHORTENED = plain(
    "mail.shortened",
    "This is the short form: the mail server refused the complete mail for its size. "
    "The monitor's page shows everything.",
)
DO_FIRST = plain("mail.do_first_heading", "Do first")
THEN = plain("mail.then_heading", "Then")
NEEDS_ACTION = plain("mail.needs_action_heading", "Needs action")
UNREACHABLE = plain("mail.unreachable_heading", "Unreachable")
STANDBY = plain("mail.standby_heading", "On standby, not checked yet")
ACKNOWLEDGED = plain("mail.acknowledged_heading", "Acknowledged")
GOOD_NEWS = plain("mail.good_news_heading", "Renewed and resolved")
UPCOMING = plain("mail.upcoming_heading", "Next to expire")
STANDBY_WHY = plain(
    "mail.standby_why", "answers only after a takeover; check its certificate store, or test a takeover"
)
DETAILS = plain("mail.details_heading", "Details")
STEPS = plain("mail.steps_heading", "Steps")
FACTS = plain("mail.facts_heading", "Facts")
IMPACT = plain("mail.impact", "If nothing is done")
DO = plain("mail.do", "Do")
WHERE = plain("mail.where", "Where")
DEPENDS_ON_IT = plain("mail.depends_on_it", "Depends on it")


@message("mail.steps_for", "Steps for {names}")
def steps_for(*, names: Message) -> None: ...


@message("mail.steps_ca_first", "Steps for {names}: renew the CA first")
def steps_ca_first(*, names: Message) -> None: ...


@message("mail.likewise", "{title}, and likewise for the others")
def likewise(*, title: str) -> None: ...


@message("mail.step_only_for", "(only {names}) {step}")
def step_only_for(*, names: Message, step: Message) -> None: ...


TEST_SUBJECT = plain("mail.test_subject", "[Test] cert-monitor can send mail")
TEST = plain("mail.test", "This is a test mail from cert-monitor.")


@message(
    "mail.test_sent",
    "It was sent on {at}. If you can read it, the mail settings work: alerts about certificates will be sent "
    "to this address.",
)
def test_sent(*, at: datetime) -> None: ...

"""What the forecast and the timeline say, as messages; must not decide when they are shown."""

from datetime import datetime

from monitor.model import Message, Severity, message
from monitor.model.message import plain

TIMELINE = plain("planning.timeline", "Expiries of the next 12 months")
TIMELINE_HELP = plain(
    "planning.timeline_help",
    "One bar for each week; its height is the number of certificates and CAs that expire in it. A diamond "
    "marks weeks in which a CA expires.",
)
EXPIRED_ALREADY = plain("planning.expired_already", "Expired already")
LATER = plain("planning.later", "Later")
A_CA = plain("planning.a_ca", "a CA expires")

LEVELS = {
    Severity.CRITICAL: plain("planning.level_critical", "critical now"),
    Severity.UNKNOWN: plain("planning.level_unknown", "unknown"),
    Severity.WARNING: plain("planning.level_warning", "warning now"),
    Severity.OK: plain("planning.level_ok", "nothing to do yet"),
}


@message(
    "planning.week",
    "{first:day} to {last:day}: {count} expires",
    "{first:day} to {last:day}: {count} expire",
)
def week(*, count: int, first: datetime, last: datetime) -> None: ...


@message("planning.week_with_cas", "{week}; CAs: {names}")
def week_with_cas(*, week: Message, names: Message) -> None: ...


FORECAST = plain("forecast.page", "Forecast")
BY_DAY = plain("forecast.by_day", "What will have expired by")
SHOW = plain("forecast.show", "Show")
NO_DAY = plain("forecast.no_day", "This is no day within 50 years from now, such as 2027-03-15.")
IF_NOTHING = plain("forecast.if_nothing", "If nothing is renewed from now on.")
STOPS = plain("forecast.stops", "What stops")
NOTHING_STOPS = plain("forecast.nothing_stops", "Nothing stops.")
LOW_IMPACT = plain("forecast.low_impact", "little stops")
EXPIRIES = plain("forecast.expiries", "Certificates, in the order to renew them")
NO_EXPIRIES = plain("forecast.no_expiries", "No certificate expires by then.")
CAS = plain("forecast.cas", "CAs to renew by then")
CAS_HELP = plain(
    "forecast.cas_help",
    "From the day in the first column on, a new certificate with the usual lifetime would outlive its CA. "
    "The usual lifetime is the median of the certificates that were seen below the CA and have not expired.",
)
NO_CAS = plain("forecast.no_cas", "No CA has to be renewed by then.")
LOAD = plain("forecast.load", "Renewals for each month")
LOAD_HELP = plain(
    "forecast.load_help",
    "Certificates by the month in which they expire (UTC), and by the month from which they are no longer "
    "accepted: the CA above may expire first.",
)
UNKNOWN = plain("forecast.unknown", "What is not known")
EVERYTHING_KNOWN = plain("forecast.everything_known", "A certificate is known for every target.")

WHEN = plain("forecast.when", "Expires")
CERTIFICATE = plain("forecast.certificate", "Certificate")
WHERE = plain("forecast.where", "Where")
LEVEL_NOW = plain("forecast.level_now", "Status now")
IMPACT = plain("forecast.impact", "What stops")
COMPONENT = plain("forecast.component", "Component")
FROM = plain("forecast.from", "From")
TARGETS = plain("forecast.targets", "Targets")
RENEW_BY = plain("forecast.renew_by", "Renew by")
LIFETIME = plain("forecast.lifetime", "Usual lifetime")
BELOW = plain("forecast.below", "Certificates below it")
OUTLIVING = plain("forecast.outliving", "Outlive it already")
MONTH = plain("forecast.month", "Month")
RENEWALS = plain("forecast.renewals", "Expire")
BY_PATH = plain("forecast.by_path", "No longer accepted")
SITES = plain("forecast.sites", "Sites")
COMPONENTS = plain("forecast.components", "Components")
OVERDUE = plain("forecast.overdue", "Expired already")
AFTER_THAT = plain("forecast.after_that", "After that")
NO_NAME = plain("forecast.no_name", "(none)")
A_CA_BADGE = plain("forecast.a_ca_badge", "CA")
EXPIRED_NOW = plain("forecast.expired_now", "expired")


@message(
    "forecast.headline",
    "{count} certificate will have expired by {at:day}",
    "{count} certificates will have expired by {at:day}",
)
def headline(*, count: int, at: datetime) -> None: ...


@message(
    "forecast.headline_with_cas",
    "{certificates} and {count} CA will have expired by {at:day}",
    "{certificates} and {count} CAs will have expired by {at:day}",
)
def headline_with_cas(*, certificates: Message, count: int, at: datetime) -> None: ...


@message("forecast.certificates", "{count} certificate", "{count} certificates")
def certificates(*, count: int) -> None: ...


@message("forecast.stopping", "{count} target stops working.", "{count} targets stop working.")
def stopping(*, count: int) -> None: ...


@message("forecast.after", "after {names}")
def after(*, names: Message) -> None: ...


@message("forecast.more_locations", "and {count} more location", "and {count} more locations")
def more_locations(*, count: int) -> None: ...


@message("forecast.more_rows", "{count} more is not shown.", "{count} more are not shown.")
def more_rows(*, count: int) -> None: ...


@message("forecast.share", "{name}: {number}")
def share(*, name: Message, number: int) -> None: ...


@message("forecast.not_checked", "{count} target is not checked yet.", "{count} targets are not checked yet.")
def not_checked(*, count: int) -> None: ...


@message(
    "forecast.unreachable",
    "{count} target was never reached.",
    "{count} targets were never reached.",
)
def unreachable(*, count: int) -> None: ...


@message(
    "forecast.standby",
    "{count} target on standby has shown no certificate.",
    "{count} targets on standby have shown no certificate.",
)
def standby(*, count: int) -> None: ...


@message(
    "forecast.without_certificate",
    "{count} target answers without a certificate.",
    "{count} targets answer without a certificate.",
)
def without_certificate(*, count: int) -> None: ...


@message(
    "forecast.last_known",
    "{count} target is unreachable now: its last known certificate counts, and may have been renewed.",
    "{count} targets are unreachable now: their last known certificates count, and may have been renewed.",
)
def last_known(*, count: int) -> None: ...


@message(
    "forecast.switched_off",
    "{count} target is left out because its check of expiry is switched off.",
    "{count} targets are left out because their check of expiry is switched off.",
)
def switched_off(*, count: int) -> None: ...


@message(
    "forecast.generated",
    "{count} target is left out because it makes its certificate itself at each start.",
    "{count} targets are left out because they make their certificates themselves at each start.",
)
def generated(*, count: int) -> None: ...


@message(
    "forecast.left_out",
    "{count} target on lists is not watched for want of room.",
    "{count} targets on lists are not watched for want of room.",
)
def left_out(*, count: int) -> None: ...


@message(
    "forecast.lists",
    "{count} target list could not be fetched the last time.",
    "{count} target lists could not be fetched the last time.",
)
def lists(*, count: int) -> None: ...


@message("calendar.certificate_expires", "Certificate {title} expires")
def certificate_expires(*, title: str) -> None: ...


@message("calendar.ca_expires", "CA {title} expires, and all that depends on it")
def ca_expires(*, title: str) -> None: ...


@message("calendar.expires_at", "Expires {at}.")
def expires_at(*, at: datetime) -> None: ...


@message("calendar.used_at", "Where: {places}")
def used_at(*, places: Message) -> None: ...


@message(
    "calendar.used_at_many",
    "Where: {places}, and {count} more location",
    "Where: {places}, and {count} more locations",
)
def used_at_many(*, places: Message, count: int) -> None: ...


@message("calendar.stops", "What stops: {impact}")
def stops(*, impact: Message) -> None: ...


@message("calendar.to_do", "Do: {steps}")
def to_do(*, steps: Message) -> None: ...


@message("calendar.issued_by", "Issued by: {issuer}")
def issued_by(*, issuer: str) -> None: ...


@message("calendar.thumbprint", "Thumbprint: {thumbprint}")
def thumbprint(*, thumbprint: str) -> None: ...


@message("calendar.details", "Details: {url}")
def details(*, url: str) -> None: ...


@message("calendar.name", "Certificates of {monitor} ({name})")
def calendar_name(*, monitor: str, name: str) -> None: ...


@message("calendar.name_without_monitor", "Certificates ({name})")
def calendar_name_only(*, name: str) -> None: ...

"""What is said of the work on a renewal plan, as messages; must not decide when it is said."""

from monitor.model import CheckedItem, Message, message
from monitor.model.message import plain

IS_OVER = plain("renewal_day.is_over", "This renewal day is over. Start the plan again for what is left.")
GOES_ON = plain(
    "renewal_day.goes_on", "Work on this site goes on already. Continue that, or end it before a new start."
)
NO_STEP = plain("renewal_day.no_step", "This renewal day has no such step.")
IS_PAUSED = plain("renewal_day.is_paused", "The work is paused. Continue it first.")
IS_STOPPED = plain(
    "renewal_day.is_stopped", "The work is stopped. Solve the problem, then go on with a reason, before this."
)
NOT_STOPPED = plain("renewal_day.not_stopped", "The work is not stopped.")
NOT_PAUSED = plain("renewal_day.not_paused", "The work is not paused.")
NO_THUMBPRINT = plain(
    "renewal_day.no_thumbprint",
    "A thumbprint has 40 hexadecimal digits, a SHA-256 fingerprint 64. Copy it from the certificate.",
)
IS_THE_OLD_ONE = plain(
    "renewal_day.is_the_old_one", "This is the thumbprint of the certificate that is to be replaced."
)
NO_NAME = plain("renewal_day.no_name", "The name of the person who checked is missing.")
NO_REASON = plain("renewal_day.no_reason", "The reason is missing.")
NOTHING_CHECKED = plain("renewal_day.nothing_checked", "Choose what was checked, or describe it.")
NOT_SERVED = plain(
    "renewal_day.not_served",
    "Not all ports of this step serve the expected certificate yet. Look again after.",
)
IS_DONE = plain("renewal_day.is_done", "This step is done.")

ALL_DONE = plain("renewal_day.all_done", "Nothing is left to do: the work ended by itself.")
ENDED = plain("renewal_day.ended", "The work was ended.")
PAUSED = plain("renewal_day.paused", "The work was paused.")
CONTINUED = plain("renewal_day.continued", "The work was continued.")
STARTED = plain("renewal_day.started", "The plan was started.")
TIME_OVER = plain(
    "renewal_day.time_over",
    "Paused by itself after 12 hours of work. Alerts do not wait until somebody continues.",
)
EXPECTS_ANY = plain("renewal_day.expects_any", "Any suitable new certificate is expected.")

CHECKED_ITEMS = {
    CheckedItem.LIVE: plain("renewal_day.live", "live picture in Smart Client"),
    CheckedItem.MOBILE: plain("renewal_day.mobile", "mobile client and Web Client"),
    CheckedItem.FAILOVER: plain("renewal_day.failover", "failover test"),
    CheckedItem.INTEGRATIONS: plain("renewal_day.integrations", "integrations"),
    CheckedItem.CLIENTS: plain("renewal_day.clients", "CA installed on servers and clients"),
}

EXIT_SUCCESS = plain("renewal_day.exit_success", "success.")
EXIT_UNKNOWN_ERROR = plain("renewal_day.exit_unknown_error", "an unknown error. Look into its log.")
EXIT_ARGUMENTS = plain("renewal_day.exit_arguments", "the arguments of the command are invalid.")
EXIT_VALUE = plain(
    "renewal_day.exit_value", "a value is invalid: compare the thumbprint and the certificate group."
)
EXIT_OTHER_INSTANCE = plain(
    "renewal_day.exit_other_instance",
    "another Server Configurator is running on this server: close it. Also seen where the chain of the new "
    "certificate ends in a CA that this server does not trust.",
)
EXIT_UNDOCUMENTED = plain(
    "renewal_day.exit_undocumented",
    "the vendor does not document it, and no public report explains it. Check in Management Client whether "
    "the "
    "server is registered and connected.",
)
EXIT_REGISTRATION_REFUSED = plain(
    "renewal_day.exit_registration_refused",
    "the certificate is in place, but the management server refused the registration. The user who ran the "
    "command must be in the XProtect role Administrators; LOCAL SYSTEM is not. Register again as one.",
)
EXIT_SERVICE = plain("renewal_day.exit_service", "a service could not be stopped or restarted.")
EXIT_NOT_KNOWN = plain("renewal_day.exit_not_known", "its meaning is not known.")


@message("renewal_day.exit_code", "Server Configurator's exit code {code}: {meaning}")
def exit_code(*, code: int, meaning: Message) -> None: ...


@message("renewal_day.failed_on", "{step}: {why}")
def failed_on(*, step: str, why: Message) -> None: ...


@message("renewal_day.expects", "Expected is the certificate with the thumbprint {thumbprint}.")
def expects(*, thumbprint: str) -> None: ...


@message("renewal_day.confirmed", "Checked by {who}: {what}")
def confirmed(*, who: str, what: Message) -> None: ...


@message("renewal_day.needs", "First these steps have to be done: {steps}")
def needs(*, steps: tuple[str, ...]) -> None: ...


@message("renewal_day.left_out", "Left out: {why}")
def left_out(*, why: Message) -> None: ...


@message("renewal_day.resumed", "Went on after the failure: {why}")
def resumed(*, why: Message) -> None: ...


@message(
    "renewal_day.went_back",
    "{location} serves the old certificate again. Was another group switched, or the change undone?",
)
def went_back(*, location: str) -> None: ...


@message("renewal_day.serves_new", "{location} serves the expected certificate, thumbprint {thumbprint}.")
def serves_new(*, location: str, thumbprint: str) -> None: ...


@message("renewal_day.serves_other", "{location} serves another certificate, which does not count: {why}")
def serves_other(*, location: str, why: Message) -> None: ...


@message("renewal_day.not_expected", "It is not the expected one; its thumbprint is {thumbprint}.")
def not_expected(*, thumbprint: str) -> None: ...


@message(
    "renewal_day.older", "It is older than the one that is to be replaced; its thumbprint is {thumbprint}."
)
def older(*, thumbprint: str) -> None: ...

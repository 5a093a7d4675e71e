"""What the pages of plans say around the steps, as messages; must not decide when it is said."""

from datetime import datetime

from monitor.model import Message, message
from monitor.model.message import plain
from monitor.planning.renewal_plan import PlanProblem

PLANS = plain("plan_page.plans", "Plans for the renewal day")
PLAN = plain("plan_page.plan", "Plan for the renewal day")
NO_PLANS = plain("plan_page.none", "No target has a label site, so there is nothing to plan.")
PROBLEMS = {
    PlanProblem.NOTHING_SEEN: plain(
        "plan_page.nothing_seen",
        "There is no plan: no port of this site serves a certificate now. Are its servers reachable, and is "
        "encryption switched on?",
    ),
    PlanProblem.TOO_MANY: plain(
        "plan_page.too_many",
        "There is no plan: more certificates are due at this site than anybody renews in one go.",
    ),
}
DONE = plain("plan_page.done", "What is done")
VERIFY = plain("plan_page.verify", "Verify")
IMPACT = plain("plan_page.impact", "If the certificate expires")
INTERRUPTION = plain("plan_page.interruption", "Meanwhile")
NAMES = plain("plan_page.names", "Names to request")
REMARKS = plain("plan_page.remarks", "Before you start")
SOURCE = plain("plan_page.source", "Source")
TRUSTED_BY = plain("plan_page.trusted_by", "Who trusts it")
BACK = plain("plan_page.back", "Going back")
BACK_HELP = plain(
    "plan_page.back_help",
    "Only if something goes wrong. Going back is possible while the previous certificate is valid for 24 "
    "hours "
    "more, has its private key and is trusted. Keep it until no port uses it.",
)
LATER = plain("plan_page.later", "Not in this plan")
UNKNOWN = plain("plan_page.unknown", "What could not be planned")
CHECKED_BY = plain("plan_page.checked_by", "Checked by, time:")
PRINT_HINT = plain("plan_page.print", "Made to be printed on A4; going back is on pages of its own.")
PILOT = plain("plan_page.pilot", "pilot")
NOT_CONFIRMED = plain("plan_page.not_confirmed", "not confirmed")


@message("plan_page.plan_of", "Plan for the renewal day: {site}")
def plan_of(*, site: str) -> None: ...


@message("plan_page.made", "Made {at}, version {version}.")
def made(*, at: datetime, version: str) -> None: ...


@message(
    "plan_page.count",
    "{count} step. Servers whose certificates are valid for long are not in it.",
    "{count} steps. Servers whose certificates are valid for long are not in it.",
)
def count_of_steps(*, count: int) -> None: ...


@message("plan_page.expires", "The present certificate expires {at:on}.")
def expires(*, at: datetime) -> None: ...


@message("plan_page.after_steps", "After {steps}.")
def after_steps(*, steps: tuple[str, ...]) -> None: ...


@message("plan_page.like", "As in step {number}, on {host} and with the names above.")
def like(*, number: int, host: str) -> None: ...


@message("plan_page.later_one", "{title}: expires {at:on}")
def later_one(*, title: Message, at: datetime) -> None: ...


@message("plan_page.installed", "installed: {number} ({hosts})")
def installed(*, number: int, hosts: tuple[str, ...]) -> None: ...


@message("plan_page.missing", "missing: {number} ({hosts})")
def missing(*, number: int, hosts: tuple[str, ...]) -> None: ...


@message("plan_page.unknown_hosts", "not known: {number} ({hosts})")
def unknown_hosts(*, number: int, hosts: tuple[str, ...]) -> None: ...


@message("plan_page.no_site", "There is no site {site}.")
def no_site(*, site: str) -> None: ...

"""The subjects of mails and the counts in them; it decides nothing."""

from monitor.model import AlertLevel, Message, message
from monitor.model.message import plain


@message("mail.subject", "Certificates: {counts}")
def subject(*, counts: Message) -> None: ...


@message("mail.count_watched", "{count} watched", "{count} watched")
def watched(*, count: int) -> None: ...


@message("mail.need_action", "{count} needs action", "{count} need action")
def need_action(*, count: int) -> None: ...


@message("mail.unreachable", "{count} unreachable", "{count} unreachable")
def unreachable(*, count: int) -> None: ...


@message("mail.count_standby", "{count} on standby", "{count} on standby")
def standby(*, count: int) -> None: ...


@message("mail.count_not_checked", "{count} not checked yet", "{count} not checked yet")
def not_checked(*, count: int) -> None: ...


@message(
    "mail.count_not_sent",
    "{count} with alerts that you are not sent",
    "{count} with alerts that you are not sent",
)
def not_sent(*, count: int) -> None: ...


@message("mail.count_fine", "{count} fine", "{count} fine")
def fine(*, count: int) -> None: ...


@message("mail.count_expired", "{count} expired", "{count} expired")
def count_expired(*, count: int) -> None: ...


@message("mail.count_critical", "{count} critical", "{count} critical")
def count_critical(*, count: int) -> None: ...


@message("mail.count_warnings", "{count} warning", "{count} warnings")
def count_warnings(*, count: int) -> None: ...


@message("mail.count_renewals", "{count} renewed", "{count} renewed")
def count_renewed(*, count: int) -> None: ...


@message("mail.count_resolutions", "{count} resolved", "{count} resolved")
def count_resolved(*, count: int) -> None: ...


@message("mail.count_reachable", "{count} reachable again", "{count} reachable again")
def count_reachable(*, count: int) -> None: ...


@message("mail.count_new", "{count} new", "{count} new")
def count_new(*, count: int) -> None: ...


@message("mail.count_open", "{count} open", "{count} open")
def count_open(*, count: int) -> None: ...


@message("mail.count_acknowledged", "{count} acknowledged", "{count} acknowledged")
def count_acknowledged(*, count: int) -> None: ...


NOTHING_URGENT = plain("mail.nothing_urgent", "nothing urgent")
NOTHING_OPEN = plain("mail.nothing_open", "nothing open")
LEVEL_COUNT = {
    AlertLevel.EXPIRED: count_expired,
    AlertLevel.CRITICAL: count_critical,
    AlertLevel.WARNING: count_warnings,
}


@message("mail.heartbeat_subject", "Heartbeat: {counts}")
def heartbeat_subject(*, counts: Message) -> None: ...


@message("mail.alerts_open", "{count} alert open", "{count} alerts open")
def alerts_open(*, count: int) -> None: ...


@message("mail.certificates_watched", "{count} certificate watched", "{count} certificates watched")
def certificates_watched(*, count: int) -> None: ...


@message("mail.targets", "{count} target", "{count} targets")
def target_count(*, count: int) -> None: ...


ALL_IS_WELL = plain("mail.all_is_well", "all is well")

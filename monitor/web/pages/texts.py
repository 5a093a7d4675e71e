"""The words of the pages about one alert, which mails link to; must not decide when they are shown."""

from datetime import datetime

from monitor.alerts import NotifyReason
from monitor.model import AlertResolution, Message, message
from monitor.model.message import plain

HEADING = plain("link.heading", "Acknowledge this alert")
WHAT_HAPPENS = plain(
    "link.what_happens",
    "Nothing more is sent about this alert until its certificate changes, its level worsens or the time is "
    "over.",
)
YOUR_NAME = plain("link.your_name", "Your name")
COMMENT = plain("link.comment", "Comment (optional)")
COMMENT_HINT = plain("link.comment_hint", "what is being done")
UNTIL = plain("link.until", "Until")
ACKNOWLEDGE = plain("link.acknowledge", "Acknowledge")
DONE = plain("link.done", "This alert is acknowledged")
SEE_ALERT = plain("link.see_alert", "Show this alert")

NAME_MISSING = plain("link.name_missing", "Enter your name, so that others know who takes care of it.")
UNTIL_WRONG = plain("link.until_wrong", "Choose a day within the next 30 days.")
TOO_LARGE = plain("link.too_large", "That was too much text.")

NOT_VALID = plain("link.not_valid", "This link is not valid")
NOT_VALID_WHY = plain(
    "link.not_valid_why",
    "It is incomplete or no longer in force. Open a newer mail about the alert, or look at the page.",
)
EXPIRED = plain("link.expired", "This link has expired")
EXPIRED_WHY = plain(
    "link.expired_why", "A link works for 14 days. Open a newer mail about the alert, or look at the page."
)
NOT_FOUND = plain("link.not_found", "There is no such alert any more")
RESOLVED = plain("link.resolved", "This alert is resolved")
RESOLVED_WHY = plain("link.resolved_why", "Nothing has to be acknowledged.")
PART_OF_OTHER = plain("link.part_of_other", "This alert is now part of another one")
STARTING = plain("link.starting", "The monitor has just started")
STARTING_WHY = plain(
    "link.starting_why", "It does not know the state of this alert yet. Try again in a minute."
)


@message(
    "link.acknowledged_until",
    "Nothing more is sent about it until {until:day}, unless it changes or worsens.",
)
def acknowledged_until(*, until: datetime) -> None: ...


@message("link.is_acknowledged", "Acknowledged by {who} until {until:day}.")
def is_acknowledged(*, who: str, until: datetime) -> None: ...


ALERT = plain("alert.alert", "Alert")
NO_ALERT = plain("alert.none", "There is no such alert, or its record is no longer kept.")
OVER = plain("alert.over", "Over")
SILENCED = plain("alert.silenced", "It is silenced.")
SILENCE_HEADING = plain("alert.silence_heading", "Silence")
SILENCE_WHAT_HAPPENS = plain(
    "alert.silence_what_happens",
    "Nothing is sent about what is silenced until the time is over, even if it worsens.",
)
SILENCE_WHAT = plain("alert.silence_what", "What")
THIS_ALERT = plain("alert.silence_this", "This alert at these targets")
REASON_MISSING = plain("alert.reason_missing", "Enter a reason, for whoever finds the silence.")
NOTHING_TO_SILENCE = plain("alert.nothing_to_silence", "Choose what is to be silenced.")
SILENCES_NOW = plain("alert.silences", "Silences")


@message("alert.silence_targets", "All alerts of its {count} target", "All alerts of its {count} targets")
def everything_at_targets(*, count: int) -> None: ...


@message("alert.silence_site", "All alerts of site {site}")
def everything_at_site(*, site: str) -> None: ...


WAITS = plain(
    "alert.waits", "Certificates are being renewed on this server. Nobody is notified until that work ends."
)
SINCE = plain("alert.since", "Since")
SITE = plain("alert.site", "Site")
COMPONENT = plain("alert.component", "Component")
OWNER = plain("alert.owner", "Owner")
LOCATIONS = plain("alert.locations", "Where")
NO_LOCATION = plain("alert.no_location", "At no target.")
WHO_WAS_NOTIFIED = plain("alert.who_was_notified", "Who was notified")
NOBODY_NOTIFIED = plain("alert.nobody_notified", "Nobody so far.")
WHEN = plain("alert.when", "When")
RECEIVER = plain("alert.receiver", "Receiver")
WHY = plain("alert.why", "Why")
LEVEL = plain("alert.level", "Level")
DELIVERED = plain("alert.delivered", "Delivered")
WAITING = plain("alert.waiting", "waiting")
REFUSED = plain("alert.refused", "refused by all")
ACKNOWLEDGEMENTS = plain("alert.acknowledgements", "Acknowledged by")

REASONS: dict[str, Message] = {
    NotifyReason.FIRST: plain("alert.first", "new"),
    NotifyReason.WORSE: plain("alert.worse", "worse"),
    NotifyReason.REMINDER: plain("alert.reminder", "reminder"),
    NotifyReason.RELEASED: plain("alert.released", "no longer held back"),
    NotifyReason.ESCALATED: plain("alert.escalated", "escalated"),
    NotifyReason.INVENTORY: plain("alert.inventory", "inventory"),
    NotifyReason.RENEWED: plain("alert.renewed", "renewed"),
    NotifyReason.RESOLVED: plain("alert.resolved", "resolved"),
    NotifyReason.REACHABLE_AGAIN: plain("alert.reachable_again", "reachable again"),
}
"""Why somebody was notified, by the recorded reason."""

RESOLUTIONS = {
    AlertResolution.RENEWED: plain("alert.was_renewed", "Renewed"),
    AlertResolution.RESOLVED: plain("alert.was_resolved", "Resolved"),
    AlertResolution.REACHABLE_AGAIN: plain("alert.is_reachable_again", "Reachable again"),
    AlertResolution.GONE: plain("alert.is_gone", "No longer watched"),
}


@message("alert.over_since", "{how} since {at}.")
def over_since(*, how: Message, at: datetime) -> None: ...


@message("alert.ended", "ended {at}")
def ended(*, at: datetime) -> None: ...


@message("alert.until", "until {at}")
def until(*, at: datetime) -> None: ...

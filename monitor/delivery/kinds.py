"""The kinds of receivers; a new kind is one package and a line in ``AnyReceiver``."""

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from typing import Annotated, Protocol

from pydantic import Field

from monitor.delivery.digest import DigestSettings
from monitor.delivery.email.entry import EmailEntry, EmailReceiverSettings, implicit
from monitor.delivery.email.settings import EmailSettings
from monitor.delivery.links import LinksNow
from monitor.delivery.post_settings import PostedEntry, PostedReceiverSettings
from monitor.delivery.rate import RateLimit
from monitor.delivery.receiver import Facts, Receiver
from monitor.delivery.slack.entry import SlackEntry
from monitor.delivery.teams.entry import TeamsEntry
from monitor.delivery.webhook.entry import WebhookEntry
from monitor.delivery.xprotect_alarm.entry import XProtectAlarmEntry, XProtectAlarmSettings
from monitor.model import AlertLevel, Message
from monitor.settings import Settings

AnyReceiver = Annotated[
    EmailEntry | WebhookEntry | TeamsEntry | SlackEntry | XProtectAlarmEntry,
    Field(discriminator="kind", json_schema_extra={"required": ["kind"]}),
]


class ReceiverSettings(Protocol):
    """The settings of one receiver, whatever its kind."""

    @property
    def name(self) -> str:
        """Return its name."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return the recipients, by the names that the kind uses (addresses for mails)."""

    @property
    def levels(self) -> tuple[AlertLevel, ...]:
        """Return the levels that it is notified of."""

    @property
    def rate_limit(self) -> RateLimit:
        """Return how many notifications it is sent in a time."""

    @property
    def digest(self) -> DigestSettings | None:
        """Return when it is sent digests, ``None`` for the common times."""

    @property
    def zone(self) -> tzinfo:
        """Return the time zone of its readers."""

    def receiver(
        self, monitor: Callable[[], Message], links: LinksNow = ..., facts: Facts | None = None
    ) -> Receiver:
        """Return the receiver; ``monitor`` returns what it calls this monitor, and may block.

        ``links`` returns where the monitor's pages are; it may block too.
        In ``facts`` it keeps what it has to remember; without, nothing outlives it.
        """


class ReceiverSections(Settings):
    """The sections of a configuration file about receivers."""

    email: EmailSettings | None = Field(None, description="mail relay of the receivers by mail")
    receivers: tuple[AnyReceiver, ...] | None = Field(
        None, description="who is notified; an empty list for nobody"
    )


def all_receivers(email: EmailSettings | None, entries: Sequence[AnyReceiver]) -> Iterator[ReceiverSettings]:
    """Iterate over the receivers that a configuration names, that of the section email first."""
    first = implicit(email) if email else None
    for entry in (first, *entries) if first else entries:
        if isinstance(entry, PostedEntry):
            yield PostedReceiverSettings(entry, email)
        elif isinstance(entry, XProtectAlarmEntry):
            yield XProtectAlarmSettings(entry, email)
        elif email is not None:
            yield EmailReceiverSettings(entry, email)


def sends_mails(receiver: ReceiverSettings) -> bool:
    """Return whether a receiver is sent mails."""
    return isinstance(receiver, EmailReceiverSettings)


def by_mail(entry: AnyReceiver) -> bool:
    """Return whether a receiver is sent mails, and so needs the section ``email``."""
    return isinstance(entry, EmailEntry)

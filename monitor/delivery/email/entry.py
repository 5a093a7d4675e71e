"""An entry of ``receivers`` of the kind ``email``, and the receiver that it makes with the relay."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from monitor.delivery.digest import DigestSettings
from monitor.delivery.email.own_texts import LONGEST_FOOTER, LONGEST_PREFIX, footer, subject_prefix
from monitor.delivery.email.settings import EmailSettings, Mailboxes, WrittenMailbox
from monitor.delivery.email.style import MailStyle
from monitor.delivery.links import LinksNow, no_links
from monitor.delivery.rate import RateLimit
from monitor.delivery.receiver import Facts
from monitor.delivery.settings import BaseReceiver
from monitor.messages import Writer, language, machine_zone, zone
from monitor.model import AlertLevel, Message

if TYPE_CHECKING:
    from monitor.delivery.email.receiver import EmailReceiver

SubjectPrefix = Annotated[
    str, AfterValidator(subject_prefix), WithJsonSchema({"type": "string", "maxLength": LONGEST_PREFIX})
]
Footer = Annotated[
    str, AfterValidator(footer), WithJsonSchema({"type": "string", "maxLength": LONGEST_FOOTER})
]

IMPLICIT = "email"
"""The name of the receiver that the key ``to`` of the section ``email`` makes."""


class EmailEntry(BaseReceiver):
    """People who are sent mails through the relay of the section ``email``."""

    kind: Literal["email"]
    to: Mailboxes = Field(min_length=1, description="addresses of its mails")
    sender: WrittenMailbox | None = Field(
        None, alias="from", description="sender address of its mails; else that of the section email"
    )
    subject_prefix: SubjectPrefix = Field("", description="text before each subject, such as [harbour]")
    footer: Footer = Field("", description="text below each of its mails")


@dataclass(frozen=True, slots=True)
class EmailReceiverSettings:
    """A receiver by mail, with the relay that takes its mails."""

    entry: EmailEntry
    email: EmailSettings

    @property
    def name(self) -> str:
        """Return its name."""
        return self.entry.name

    @property
    def recipients(self) -> tuple[str, ...]:
        """Return the addresses that are notified."""
        return self.entry.to

    @property
    def levels(self) -> tuple[AlertLevel, ...]:
        """Return the levels that are notified."""
        return self.entry.levels

    @property
    def digest(self) -> DigestSettings | None:
        """Return when it is sent digests, ``None`` for the common times."""
        return self.entry.digest

    @property
    def zone(self) -> tzinfo:
        """Return the time zone of its readers, by default the machine's."""
        name = self.entry.timezone or self.email.timezone
        return zone(name) if name else machine_zone()

    @property
    def rate_limit(self) -> RateLimit:
        """Return how many mails it is sent in a time."""
        return RateLimit(self.entry.max_per_hour or self.email.max_per_hour)

    def receiver(
        self, monitor: Callable[[], Message], links: LinksNow = no_links, facts: Facts | None = None
    ) -> "EmailReceiver":
        """Return the receiver; ``monitor`` returns what mails call this monitor, and may block."""
        del facts
        # SMTP and templates are loaded where mails are sent, not wherever a configuration is read.
        from monitor.delivery.email.receiver import EmailReceiver  # noqa: PLC0415

        entry = self.entry
        style = MailStyle(entry.detail == "brief", entry.subject_prefix, entry.footer)
        first, *others = self.email.relays(self.entry.sender)
        return EmailReceiver(first, monitor, self._writer, self.name, others, links=links, style=style)

    def _writer(self, now: datetime) -> Writer:
        """Return what writes in the language and time zone of the readers."""
        return Writer(language(self.entry.language or self.email.language), self.zone, now)


def implicit(email: EmailSettings) -> EmailEntry | None:
    """Return the receiver that the section alone makes, ``None`` when it has no recipients."""
    return EmailEntry(kind="email", name=IMPLICIT, to=email.to) if email.to else None

"""The keys of the section ``email``: the relay, and what receivers by mail have in common."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.delivery.email.relay import RelaySettings
from monitor.delivery.email.relay_settings import RelayKeys
from monitor.delivery.settings import LanguageCode, ZoneName
from monitor.settings import DISTINCT, distinct, pattern

# RFC 5321 allows far more, but that breaks relays and mail programs.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.:\[\]-]{1,253}", re.ASCII)


def _mailbox(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise ValueError("must be a mail address such as admins@vms.example")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox), pattern(_ADDRESS.pattern)]
Mailboxes = Annotated[tuple[Mailbox, ...], AfterValidator(distinct), DISTINCT]


class EmailSettings(RelayKeys):
    """The mail relay, sender and recipients."""

    # populate_by_name is left off: only ``from`` is a key of the file.
    sender: Mailbox = Field(alias="from", description="sender address of mails")
    to: Mailboxes | None = Field(
        None, min_length=1, description="recipients of mails; they are the receiver email"
    )
    language: LanguageCode = Field("en", description="language of the mails")
    timezone: ZoneName | None = Field(
        None, description="time zone of dates in mails, such as Europe/Lisbon; else this machine's"
    )

    def relay(self, sender: str | None = None) -> RelaySettings:
        """Return the relay, with the sender of a receiver that has its own."""
        return self.relay_for(sender or self.sender)

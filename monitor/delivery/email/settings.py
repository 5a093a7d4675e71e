"""The keys of the section ``email``: the relay, and what receivers by mail have in common."""

from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.delivery.email.mailbox import PATTERN, distinct_mailboxes, written_mailbox
from monitor.delivery.email.relay.keys import RelayKeys
from monitor.delivery.email.relay.settings import RelaySettings
from monitor.delivery.rate import PER_HOUR
from monitor.delivery.settings import LanguageCode, PerHour, ZoneName
from monitor.settings import DISTINCT, pattern

WrittenMailbox = Annotated[str, AfterValidator(written_mailbox), pattern(PATTERN)]
Mailboxes = Annotated[tuple[WrittenMailbox, ...], AfterValidator(distinct_mailboxes), DISTINCT]


class EmailSettings(RelayKeys):
    """The mail relay, sender and recipients."""

    # populate_by_name is left off: only ``from`` is a key of the file.
    fallback_relays: tuple[RelayKeys, ...] = Field(
        (), description="further mail servers, tried in this order when the one before does not serve"
    )
    sender: WrittenMailbox = Field(alias="from", description="sender address of mails")
    to: Mailboxes | None = Field(
        None, min_length=1, description="recipients of mails; they are the receiver email"
    )
    language: LanguageCode = Field("en", description="language of the mails")
    timezone: ZoneName | None = Field(
        None, description="time zone of dates in mails, such as Europe/Lisbon; else this machine's"
    )
    max_per_hour: PerHour = Field(
        PER_HOUR, description="mails an hour to one receiver at most; what is over waits, the worst first"
    )

    def only(self, number: int) -> "EmailSettings":
        """Return these settings with one relay; number 1 is the first. Raises ``IndexError``."""
        relay = (self, *self.fallback_relays)[number - 1]
        keys = {name: getattr(relay, name) for name in RelayKeys.model_fields}
        return self.model_copy(update={**keys, "fallback_relays": ()})

    def relays(self, sender: str | None = None) -> tuple[RelaySettings, ...]:
        """Return the relays in order, with the sender of a receiver that has its own."""
        return tuple(one.relay_for(sender or self.sender) for one in (self, *self.fallback_relays))

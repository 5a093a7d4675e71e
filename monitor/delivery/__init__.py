"""Deliver mails from the outbox to a relay; their text is made elsewhere."""

from monitor.delivery.outbox import LoggedErrors, Outbox, SendCounters, deliver_due, next_attempt
from monitor.delivery.relay import Relay, RelaySettings, Security, SendResult, SendStatus
from monitor.delivery.sample import new_message_id, test_message
from monitor.delivery.smtp import SmtpRelay, Transcript

__all__ = [
    "LoggedErrors",
    "Outbox",
    "Relay",
    "RelaySettings",
    "Security",
    "SendCounters",
    "SendResult",
    "SendStatus",
    "SmtpRelay",
    "Transcript",
    "deliver_due",
    "new_message_id",
    "next_attempt",
    "test_message",
]

"""Bring mails from the outbox to a relay; what they say is decided elsewhere."""

from monitor.delivery.outbox import Complaints, Outbox, Tally, deliver_due, next_attempt
from monitor.delivery.relay import Outcome, Relay, RelaySettings, Result, Security
from monitor.delivery.sample import new_message_id, test_message
from monitor.delivery.smtp import SmtpRelay, Transcript

__all__ = [
    "Complaints",
    "Outbox",
    "Outcome",
    "Relay",
    "RelaySettings",
    "Result",
    "Security",
    "SmtpRelay",
    "Tally",
    "Transcript",
    "deliver_due",
    "new_message_id",
    "next_attempt",
    "test_message",
]

"""The kind of receiver that is sent mails: their text and layout, and a relay that takes them."""

from monitor.delivery.email.render import ascii_domain, compose, render
from monitor.delivery.email.sample import new_message_id, test_message
from monitor.delivery.email.settings import RelaySettings, Security
from monitor.delivery.email.smtp import SmtpRelay, Transcript

__all__ = [
    "RelaySettings",
    "Security",
    "SmtpRelay",
    "Transcript",
    "ascii_domain",
    "compose",
    "new_message_id",
    "render",
    "test_message",
]

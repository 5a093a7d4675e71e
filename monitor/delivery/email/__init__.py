"""The kind of receiver that is sent mails: their text and layout, and a relay that takes them."""

from monitor.delivery.email.receiver import EmailReceiver
from monitor.delivery.email.render import Letter, ascii_domain, compose, message_id, render
from monitor.delivery.email.settings import RelaySettings, Security

__all__ = [
    "EmailReceiver",
    "Letter",
    "RelaySettings",
    "Security",
    "ascii_domain",
    "compose",
    "message_id",
    "render",
]

"""Deliver what waits in the outbox; what a receiver is sent, and how, is made by the package of its kind."""

from monitor.delivery.delivery_pass import deliver_due
from monitor.delivery.outbox import LoggedErrors, Outbox, SendCounters, next_attempt
from monitor.delivery.rate import RateLimit, SendAllowance
from monitor.delivery.receiver import Receiver, SendResult, SendStatus

__all__ = [
    "LoggedErrors",
    "Outbox",
    "RateLimit",
    "Receiver",
    "SendAllowance",
    "SendCounters",
    "SendResult",
    "SendStatus",
    "deliver_due",
    "next_attempt",
]

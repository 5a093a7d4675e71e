"""Decide which notifications administrators get, and phrase them: pure functions of a snapshot and the time.

Findings become alerts (``collect``, ``unreachable``), due alerts become notification items (``decide``,
``due``), what is over is resolved (``resolve``), and items become mails (``mail``); callers store and send.
"""

from monitor.alerts.alert import AlertLevel, AlertLocation, RenewalSteps
from monitor.alerts.decide import FIRST_PASS_AT_MOST, decide
from monitor.alerts.decision import Decision, Inventory, MonitorState, NotificationItem, NotifyReason
from monitor.alerts.mail import ascii_domain, compose, render

__all__ = [
    "FIRST_PASS_AT_MOST",
    "AlertLevel",
    "AlertLocation",
    "Decision",
    "Inventory",
    "MonitorState",
    "NotificationItem",
    "NotifyReason",
    "RenewalSteps",
    "ascii_domain",
    "compose",
    "decide",
    "render",
]

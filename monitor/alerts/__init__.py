"""Decide which notifications administrators get: pure functions of a snapshot and the time.

Findings become alerts (``collect``, ``unreachable``), due alerts become notification items (``decide``,
``due``), and what is over is resolved (``resolve``); callers render, store and send.
"""

from monitor.alerts.alert import AlertLevel, AlertLocation, RenewalSteps
from monitor.alerts.decide import FIRST_PASS_AT_MOST, decide
from monitor.alerts.decision import Decision, Inventory, MonitorState, NotificationItem, NotifyReason

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
    "decide",
]

"""Decide which alerts there are and which notifications people get: pure functions of snapshot and time.

Findings become alerts (``collect``, ``unreachable``) and groups of alerts (``groups``), due alerts become
notification items (``decide``, ``due``), and what is over is resolved (``resolve``); callers render, store
and send.
"""

from monitor.alerts.acknowledge import RefusedError, acknowledgement, new_silence
from monitor.alerts.alert import RenewalSteps
from monitor.alerts.decide import decide
from monitor.alerts.decided import Decision, ReceiverDecision
from monitor.alerts.decision import (
    DecisionInput,
    Inventory,
    MonitorState,
    NotificationItem,
    NotifiedReceiver,
    NotifyReason,
    NotifySettings,
    ReceiverRules,
)
from monitor.alerts.group_steps import group_steps
from monitor.alerts.groups import alerts_of_target
from monitor.alerts.notices import FIRST_PASS_AT_MOST, next_digest_at
from monitor.alerts.routes import Escalation, Route, Routing
from monitor.alerts.schedule import Every, Schedule
from monitor.alerts.step_texts import NEW_THUMBPRINT, RENEW_AT_PORT
from monitor.alerts.steps import filled_steps, first_expiring_ca, names_to_request

__all__ = [
    "FIRST_PASS_AT_MOST",
    "NEW_THUMBPRINT",
    "RENEW_AT_PORT",
    "Decision",
    "DecisionInput",
    "Escalation",
    "Every",
    "Inventory",
    "MonitorState",
    "NotificationItem",
    "NotifiedReceiver",
    "NotifyReason",
    "NotifySettings",
    "ReceiverDecision",
    "ReceiverRules",
    "RefusedError",
    "RenewalSteps",
    "Route",
    "Routing",
    "Schedule",
    "acknowledgement",
    "alerts_of_target",
    "decide",
    "filled_steps",
    "first_expiring_ca",
    "group_steps",
    "names_to_request",
    "new_silence",
    "next_digest_at",
]

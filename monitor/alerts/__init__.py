"""Decide which alerts there are and which notifications people get: pure functions of snapshot and time.

Findings become alerts (``active``, ``self_monitoring``) with what to do about each (``steps``), for the
receivers of its routes (``routing``). What nothing shows any more is resolved (``resolution``), and each
receiver is notified of what is due (``notifications``). ``decide`` does all of it; callers render, store and
send.
"""

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
from monitor.alerts.groups import alerts_of_target
from monitor.alerts.notifications.notices import FIRST_PASS_AT_MOST, next_digest_at
from monitor.alerts.routing.acknowledge import SilenceRefusedError, acknowledgement, new_silence
from monitor.alerts.routing.routes import Escalation, Route, Routing
from monitor.alerts.routing.schedule import Every, Schedule
from monitor.alerts.steps.fill import filled_steps, first_expiring_ca, names_to_request
from monitor.alerts.steps.group import group_steps
from monitor.alerts.steps.texts import NEW_THUMBPRINT, RENEW_AT_PORT

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
    "RenewalSteps",
    "Route",
    "Routing",
    "Schedule",
    "SilenceRefusedError",
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

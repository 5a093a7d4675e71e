"""The domain model as plain values: no I/O, no clock, no types of libraries.

Other rooms import these names from here; the files group them by topic.
"""

from monitor.model.access_token import AccessToken, TokenRole
from monitor.model.alerts.alert import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    AlertLocation,
    AlertRecord,
    AlertResolution,
    AlertState,
    Scope,
)
from monitor.model.alerts.notification import (
    FIRST_WAIT,
    LONGEST_WAIT,
    Notification,
    NotificationKind,
    NotificationStatus,
    NotifiedAlert,
    RecipientStatus,
    retry_wait,
)
from monitor.model.alerts.notification_log import (
    LogChange,
    NotificationRecord,
    ReceiverChanges,
    ReceiverRecord,
)
from monitor.model.alerts.silence import Matcher, Silence, SilenceEnd, SilenceKind
from monitor.model.anchors import Anchor, Anchors
from monitor.model.certificate import Certificate, DateForm, KeyUsage
from monitor.model.check import AnyCheck, Check, MonitorCheck, Severity, worst
from monitor.model.finding import Assessment, Finding, Path, Superseded
from monitor.model.issuance import Issuance
from monitor.model.labels import label_problem
from monitor.model.machine import (
    Binding,
    KeyLink,
    KeyPermission,
    Machine,
    PrivateKey,
    ServiceAccount,
    StoreEntry,
)
from monitor.model.message import Message, message, text
from monitor.model.observation import (
    Failure,
    FailureReason,
    Observation,
    ProbeResult,
    Sighting,
    damaged_items,
    is_within,
)
from monitor.model.outage import Outage
from monitor.model.past_renewal import PastRenewal
from monitor.model.policy import Margin, Policy, PolicyOrigin, PolicyValue, earlier
from monitor.model.probe_request import ProbeRequest, TaggedSettings
from monitor.model.renewal_day import (
    CheckedItem,
    DayEvent,
    DayEventKind,
    DayPort,
    DayState,
    DayStep,
    RenewalDay,
)
from monitor.model.revocation import RenewalWindow, Revocation, RevocationList, RevocationStatus, Staple
from monitor.model.services import Clock, MachineClock, Source
from monitor.model.shared import shared
from monitor.model.state import DiscoveryState, FormerLeaf, Snapshot, TargetState
from monitor.model.target import (
    ZONE,
    Batch,
    DiscoveredTarget,
    Runbook,
    Target,
    TargetInfo,
    TargetTraits,
    make_target_id,
    qualified,
)
from monitor.model.zone import SilentZone, WorkerZone

__all__ = [
    "FIRST_WAIT",
    "LONGEST_WAIT",
    "ZONE",
    "AccessToken",
    "AlertGroup",
    "AlertKey",
    "AlertLevel",
    "AlertLocation",
    "AlertRecord",
    "AlertResolution",
    "AlertState",
    "Anchor",
    "Anchors",
    "AnyCheck",
    "Assessment",
    "Batch",
    "Binding",
    "Certificate",
    "Check",
    "CheckedItem",
    "Clock",
    "DateForm",
    "DayEvent",
    "DayEventKind",
    "DayPort",
    "DayState",
    "DayStep",
    "DiscoveredTarget",
    "DiscoveryState",
    "Failure",
    "FailureReason",
    "Finding",
    "FormerLeaf",
    "Issuance",
    "KeyLink",
    "KeyPermission",
    "KeyUsage",
    "LogChange",
    "Machine",
    "MachineClock",
    "Margin",
    "Matcher",
    "Message",
    "MonitorCheck",
    "Notification",
    "NotificationKind",
    "NotificationRecord",
    "NotificationStatus",
    "NotifiedAlert",
    "Observation",
    "Outage",
    "PastRenewal",
    "Path",
    "Policy",
    "PolicyOrigin",
    "PolicyValue",
    "PrivateKey",
    "ProbeRequest",
    "ProbeResult",
    "ReceiverChanges",
    "ReceiverRecord",
    "RecipientStatus",
    "RenewalDay",
    "RenewalWindow",
    "Revocation",
    "RevocationList",
    "RevocationStatus",
    "Runbook",
    "Scope",
    "ServiceAccount",
    "Severity",
    "Sighting",
    "Silence",
    "SilenceEnd",
    "SilenceKind",
    "SilentZone",
    "Snapshot",
    "Source",
    "Staple",
    "StoreEntry",
    "Superseded",
    "TaggedSettings",
    "Target",
    "TargetInfo",
    "TargetState",
    "TargetTraits",
    "TokenRole",
    "WorkerZone",
    "damaged_items",
    "earlier",
    "is_within",
    "label_problem",
    "make_target_id",
    "message",
    "qualified",
    "retry_wait",
    "shared",
    "text",
    "worst",
]

"""The words of the product as plain values: no I/O, no clock, no library types.

Everything else imports these names from here; the files below group them by what they describe.
"""

from monitor.model.anchors import Anchor, Anchors
from monitor.model.certificate import Certificate
from monitor.model.finding import (
    Assessment,
    Check,
    Finding,
    Path,
    Severity,
    Superseded,
    worst,
)
from monitor.model.machine import Account, Binding, Grant, Kept, Link, Machine, PrivateKey
from monitor.model.notice import Mail, Recipient, Told, ToldChange
from monitor.model.observation import (
    Failure,
    Observation,
    Reason,
    Seen,
    Sighting,
    within,
)
from monitor.model.revocation import RenewalWindow, Revocation, RevocationList, Standing, Staple
from monitor.model.services import Clock, Source, SystemClock
from monitor.model.state import Departed, DiscoveryState, Snapshot, TargetState
from monitor.model.target import Batch, Found, Margin, Meaning, Part, Policy, Target

__all__ = [
    "Account",
    "Anchor",
    "Anchors",
    "Assessment",
    "Batch",
    "Binding",
    "Certificate",
    "Check",
    "Clock",
    "Departed",
    "DiscoveryState",
    "Failure",
    "Finding",
    "Found",
    "Grant",
    "Kept",
    "Link",
    "Machine",
    "Mail",
    "Margin",
    "Meaning",
    "Observation",
    "Part",
    "Path",
    "Policy",
    "PrivateKey",
    "Reason",
    "Recipient",
    "RenewalWindow",
    "Revocation",
    "RevocationList",
    "Seen",
    "Severity",
    "Sighting",
    "Snapshot",
    "Source",
    "Standing",
    "Staple",
    "Superseded",
    "SystemClock",
    "Target",
    "TargetState",
    "Told",
    "ToldChange",
    "within",
    "worst",
]

"""The words of the product as plain values: no I/O, no clock, no library types.

Everything else imports these names from here; the files below group them by what they describe.
"""

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
from monitor.model.notice import Mail, Recipient, Told, ToldChange
from monitor.model.observation import (
    Failure,
    Observation,
    Reason,
    Seen,
    Sighting,
)
from monitor.model.services import Clock, Source, SystemClock
from monitor.model.state import Departed, DiscoveryState, Snapshot, TargetState
from monitor.model.target import Batch, Found, Margin, Meaning, Part, Policy, Target

__all__ = [
    "Assessment",
    "Batch",
    "Certificate",
    "Check",
    "Clock",
    "Departed",
    "DiscoveryState",
    "Failure",
    "Finding",
    "Found",
    "Mail",
    "Margin",
    "Meaning",
    "Observation",
    "Part",
    "Path",
    "Policy",
    "Reason",
    "Recipient",
    "Seen",
    "Severity",
    "Sighting",
    "Snapshot",
    "Source",
    "Superseded",
    "SystemClock",
    "Target",
    "TargetState",
    "Told",
    "ToldChange",
    "worst",
]

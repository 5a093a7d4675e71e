"""The shared configuration types under the name by which sources import them; nothing is defined here."""

from monitor.settings import (
    AnchorPath,
    Duration,
    Fingerprint,
    Labels,
    LocalPath,
    LocalPattern,
    Margins,
    PolicySettings,
    Reminders,
    Settings,
    Switch,
    TargetSettings,
    duration,
    margin,
    margins,
)

__all__ = [
    "AnchorPath",
    "Duration",
    "Fingerprint",
    "Labels",
    "LocalPath",
    "LocalPattern",
    "Margins",
    "PolicySettings",
    "Reminders",
    "Settings",
    "Switch",
    "TargetSettings",
    "duration",
    "margin",
    "margins",
]

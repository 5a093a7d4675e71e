"""The configuration keys that all kinds of targets share.

Sources and discoveries define their own keys with these; the structure of a whole file belongs to config.
"""

from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.model import Check, Policy
from monitor.settings.types import (
    AgentZone,
    AnchorPath,
    Duration,
    Fingerprint,
    Labels,
    Margins,
    RevocationSources,
    Switch,
)


class Settings(BaseModel):
    """Base of all settings: immutable, unknown keys are refused.

    A class gets its validator when it is first used: making all of them takes a third of a second.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


class Reminders(Settings):
    """How often a notification about an open alert is repeated."""

    warning: Duration | None = Field(None, description="time between reminders of a warning (7d)")
    critical: Duration | None = Field(
        None, description="time between reminders of a critical or expired alert (1d)"
    )


class PolicySettings(Settings):
    """Thresholds and expectations for defaults, policies and targets, and the owner of a target."""

    interval: Duration | None = Field(None, description="time between two probes (1h)")
    timeout: Duration | None = Field(None, description="longest time one probe may take (10s)")
    warn_before: Margins | None = Field(
        None, description="warn when less than the smallest of these is left ([30d, 25%])"
    )
    critical_before: Margins | None = Field(
        None, description="critical when less than the smallest of these is left ([7d, 10%])"
    )
    ca_warn_before: Margins | None = Field(None, description="as warn_before, for CAs ([180d, 25%])")
    ca_critical_before: Margins | None = Field(None, description="as critical_before, for CAs ([60d, 10%])")
    crl_warn_before: Margins | None = Field(
        None, description="as warn_before, for CRLs in files; an expired one is critical ([7d, 5%])"
    )
    trust: tuple[AnchorPath, ...] | None = Field(
        None, min_length=1, description="trusted CAs: system, or certificate files and folders ([system])"
    )
    checks: dict[Check, Switch] | None = Field(None, description="severity of a check, or off")
    accept: tuple[Fingerprint, ...] | None = Field(
        None, description="SHA-256 fingerprints of certificates that are trusted without a CA"
    )
    unreachable_after: int | None = Field(
        None, ge=1, le=1000, strict=True, description="failed probes in a row until an alert opens (3)"
    )
    forget_after: Duration | None = Field(
        None, description="how long the last known certificate is kept while probes fail (30d)"
    )
    remind_every: Reminders | None = Field(None, description="how often an open alert is notified again")
    encryption: Literal["required", "any", "off"] | None = Field(
        None,
        description="whether a port without TLS is a failure (required), accepted (any), or expected (off)",
    )
    revocation: RevocationSources | None = Field(
        None,
        description="sources that are checked for revocation: off, on, or staple, crl, ocsp (off)",
    )
    renewal_information: bool | None = Field(
        None, strict=True, description="ask ACME CAs when to renew, by the directories under issuers (false)"
    )
    owner: str | None = Field(
        None, description="who is responsible; shown in mails, on the page and in metrics"
    )
    note: str | None = Field(None, description="remark shown with the target")

    @property
    def changes_policy(self) -> bool:
        """Return whether any key is set that a policy has."""
        return not self.model_fields_set.isdisjoint(_OF_POLICIES)

    def applied_to(self, policy: Policy) -> Policy:
        """Return a policy with the keys that are set replaced; ``checks`` and ``remind_every`` key by key."""
        given = {name: getattr(self, name) for name in _PLAIN}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.checks is not None:
            changes["checks"] = tuple(sorted((dict(policy.checks) | self.checks).items()))
        if self.accept is not None:
            changes["accept"] = frozenset(self.accept)
        if (reminders := self.remind_every) is not None:
            changes["remind_warning_every"] = reminders.warning or policy.remind_warning_every
            changes["remind_critical_every"] = reminders.critical or policy.remind_critical_every
        return replace(policy, **changes)


_OF_POLICIES = tuple(name for name in PolicySettings.model_fields if name not in ("owner", "note"))
_PLAIN = tuple(name for name in _OF_POLICIES if name not in ("checks", "accept", "remind_every"))


class TargetSettings(PolicySettings):
    """The keys that all kinds of targets share."""

    labels: Labels = Field(default_factory=dict, description="any labels, for policies and metrics")
    title: str = Field("", description="name for people; comes first in mails and on the page")
    zone: AgentZone = Field("", description="zone whose agents probe it; this monitor if left out")

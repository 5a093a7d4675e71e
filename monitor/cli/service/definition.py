"""The services that this program can be on a machine: the monitor, and the agent of a zone; only data."""

import sys
from dataclasses import dataclass

SERVICE_COMMAND = (sys.executable, "-m", "monitor", "service")
"""Runs ``cert-monitor service`` of this very installation."""


@dataclass(frozen=True, slots=True)
class ServiceDefinition:
    """What tells one service from the other.

    ``name`` is also that of its folder, its account, its source of events and its log. ``option`` chooses it
    on command lines. ``before`` is the command to run while it has no configuration. ``reloads`` is whether
    it can read a changed configuration while it runs.
    """

    name: str
    title: str
    description: str
    config_name: str
    before: str
    option: str = ""
    reloads: bool = False

    @property
    def account(self) -> str:
        """Return its virtual account, which has no password and only the rights that are given to it."""
        return rf"NT SERVICE\{self.name}"

    def command(self, action: str) -> str:
        """Return what a person types for an action with it."""
        return " ".join(filter(None, ("cert-monitor service", action, self.option)))


MONITOR = ServiceDefinition(
    name="cert-monitor",
    title="cert-monitor",
    description="Watches certificates and warns before they expire.",
    config_name="cert-monitor.yaml",
    before="cert-monitor setup",
    reloads=True,
)
AGENT = ServiceDefinition(
    name="cert-monitor-agent",
    title="cert-monitor agent",
    description="Probes the zone of a cert-monitor elsewhere.",
    config_name="agent.yaml",
    before="cert-monitor agent enroll LINE",
    option="--agent",
)

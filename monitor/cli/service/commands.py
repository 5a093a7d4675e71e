"""``cert-monitor service``: the Windows services; on other systems it says what does that there."""

import argparse
import sys

from monitor.cli.service.definition import AGENT, MONITOR
from monitor.errors import UsageError

SYSTEMD = {
    "install": "systemctl enable",
    "remove": "systemctl disable --now",
    "status": "systemctl status",
    "start": "systemctl start",
    "stop": "systemctl stop",
}
"""What does the same on Linux, followed by the name of the service."""


def service(arguments: argparse.Namespace) -> int:
    """Return the exit code of one action with a service; raise ``UsageError`` where there is none."""
    which = AGENT if arguments.agent else MONITOR
    if arguments.agent and getattr(arguments, "firewall", False):
        raise UsageError("service install: an agent has no port that could be opened; leave --firewall out")
    if sys.platform == "win32":
        from monitor.cli.service.windows_commands import ACTIONS  # noqa: PLC0415 - only there on Windows

        return ACTIONS[arguments.action](which, arguments)
    else:  # noqa: RET505 - the type checker sees one branch on each system
        command = f"{SYSTEMD[arguments.action]} {which.name}"
        raise UsageError(f"systemd runs the service on this system: {command}")

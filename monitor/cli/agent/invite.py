"""``cert-monitor agent invite``: have the running daemon print the line that enrolls an agent."""

import argparse
from typing import Any

from monitor.cli.daemon.request import change
from monitor.cli.daemon.silence import person
from monitor.errors import UsageError

TIMEOUT = 30.0


def invite(arguments: argparse.Namespace) -> int:
    """Return 0 when the line was printed, 2 when it was refused, 1 for no answer."""
    zone, slash, name = arguments.agent.partition("/")
    if not (zone and slash and name):
        raise UsageError(f"agent invite: {arguments.agent!r} is not written as ZONE/AGENT, such as dmz/dmz-1")
    body: dict[str, Any] = {"zone": zone, "agent": name, "center": arguments.center, "by": person()}
    # Double quotes: the only ones that every shell takes, that of Windows too.
    done = f'cert-monitor agent enroll "{{line}}" --agent {zone}/{name}'
    return change(arguments, "/api/v1/agents/invitations", timeout=TIMEOUT, body=body, done=done)

"""``cert-monitor test-email``: send a test mail through the configured relay and print the conversation."""

import argparse
import asyncio
import sys

from monitor.cli.output import say
from monitor.clock import SystemClock
from monitor.config import load
from monitor.daemon.receivers import receivers
from monitor.delivery import SendStatus
from monitor.delivery.email.receiver import NAME
from monitor.delivery.outbox import rendered
from monitor.errors import ConfigError, Problem
from monitor.model import NotificationKind
from monitor.pipeline.notifications import notification


def test_email(arguments: argparse.Namespace) -> int:
    """Return 0 when every recipient was accepted, 1 otherwise."""
    config = load(arguments.config)
    receiver = next((one for one in receivers(lambda: config) if one.name == NAME), None)
    if receiver is None:
        raise ConfigError(
            (Problem(str(arguments.config), 0, "email", "there is no email section, so no mail can be sent"),)
        )
    now, lines = SystemClock().now(), list[str]()
    sample = notification(NAME, config.receivers[NAME].recipients, NotificationKind.TEST, "", now)

    async def attempt() -> bool:
        results = await receiver.send(await rendered(receiver, sample, now), now, lines.append)
        return all(one.status is SendStatus.ACCEPTED for one in results.values())

    accepted = asyncio.run(attempt())
    say("\n".join(lines))
    if not accepted:
        print("the test mail was not accepted for every recipient", file=sys.stderr)
        return 1
    say("accepted; check whether the mail arrives")
    return 0

"""``cert-monitor test-notification`` and ``test-email``: send a test and print the conversation."""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace

from monitor.cli.output import say
from monitor.clock import SystemClock
from monitor.config import Config, load
from monitor.daemon.notifications.receivers import receivers
from monitor.delivery import Receiver, SendResult, SendStatus
from monitor.delivery.email.entry import EmailReceiverSettings
from monitor.delivery.outbox import rendered
from monitor.errors import ConfigError, Problem
from monitor.model import NotificationKind
from monitor.pipeline.notifications import notification


def test_notification(arguments: argparse.Namespace) -> int:
    """Return 0 when every recipient of a receiver was accepted, 1 otherwise."""
    config = load(arguments.config)
    if arguments.receiver not in config.receivers:
        names = ", ".join(config.receivers) or "none"
        raise _no_receiver(
            arguments, "receivers", f"there is no receiver {arguments.receiver!r}; there are: {names}"
        )
    return _test(config, arguments.receiver)


def test_email(arguments: argparse.Namespace) -> int:
    """Return 0 when every recipient of the first receiver by mail was accepted, 1 otherwise."""
    config = load(arguments.config)
    mails = (one for one in config.receivers.values() if isinstance(one, EmailReceiverSettings))
    first = next(mails, None)
    if first is None:
        raise _no_receiver(arguments, "email", "there is no receiver by mail, so no mail can be sent")
    if arguments.relay is not None:
        first = _through(first, arguments)
    return _test(replace(config, receivers={first.name: first}), first.name)


def _through(settings: EmailReceiverSettings, arguments: argparse.Namespace) -> EmailReceiverSettings:
    """Return a receiver that uses one relay alone."""
    most = 1 + len(settings.email.fallback_relays)
    if not 1 <= arguments.relay <= most:
        message = f"there is no relay {arguments.relay}; there are {most}, the first one is 1"
        raise _no_receiver(arguments, "email.fallback_relays", message)
    return replace(settings, email=settings.email.only(arguments.relay))


def _no_receiver(arguments: argparse.Namespace, key: str, message: str) -> ConfigError:
    return ConfigError((Problem(str(arguments.config), 0, key, message),))


def _test(config: Config, name: str) -> int:
    results, lines = attempt(config, name)
    say("\n".join(lines))
    if any(one.status is not SendStatus.ACCEPTED for one in results.values()):
        print("the test was not accepted for every recipient", file=sys.stderr)
        return 1
    say("accepted; check whether it arrives")
    return 0


def attempt(config: Config, name: str) -> tuple[Mapping[str, SendResult], list[str]]:
    """Send a test to one receiver; return the result for each recipient, and the conversation."""
    receiver = next(one for one in receivers(lambda: config) if one.name == name)
    return asyncio.run(_attempt(receiver, config.receivers[name].recipients))


async def _attempt(
    receiver: Receiver, recipients: tuple[str, ...]
) -> tuple[Mapping[str, SendResult], list[str]]:
    now, lines = SystemClock().now(), list[str]()
    sample = notification(receiver.name, recipients, NotificationKind.TEST, "", now)
    return await receiver.send(await rendered(receiver, sample, now), now, lines.append), lines

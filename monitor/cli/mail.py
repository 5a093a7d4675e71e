"""``cert-monitor test-email``: send a test mail through the configured relay and print the conversation."""

import argparse
import asyncio
import sys

from monitor.cli.output import say
from monitor.clock import SystemClock
from monitor.config import load
from monitor.daemon.relay import relay_of, writer_of
from monitor.delivery.email import new_message_id, test_message
from monitor.errors import ConfigError, Problem


def test_email(arguments: argparse.Namespace) -> int:
    """Return 0 when every recipient was accepted, 1 otherwise."""
    config = load(arguments.config)
    relay = relay_of(config)
    if relay is None or config.email is None:
        raise ConfigError(
            (Problem(str(arguments.config), 0, "email", "there is no email section, so no mail can be sent"),)
        )
    email = config.email
    mail = test_message(
        email.sender, email.to, writer_of(email, SystemClock().now()), lambda: new_message_id(email.sender)
    )
    transcript = asyncio.run(relay.converse(mail))
    say("\n".join(transcript.lines))
    if not transcript.sent:
        print("the test mail was not accepted for every recipient", file=sys.stderr)
        return 1
    say("accepted; check whether the mail arrives")
    return 0

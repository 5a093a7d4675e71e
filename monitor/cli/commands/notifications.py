"""The arguments of ``test-email`` and ``test-notification``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, later


def add(commands: Any) -> None:
    """Add the commands."""
    command = commands.add_parser("test-email", help="send a test mail and print the SMTP conversation")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--relay",
        type=int,
        metavar="NUMBER",
        help="use only this relay: 1 is email, 2 the first fallback relay",
    )
    command.set_defaults(command=later("notifications", "test_email"))
    command = commands.add_parser(
        "test-notification", help="send a test to one receiver and print the conversation"
    )
    command.add_argument("receiver", metavar="RECEIVER", help="name of the receiver")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=later("notifications", "test_notification"))

"""The arguments of ``test-email``, ``test-notification`` and ``notifications preview``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, later, subcommands


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
    command.set_defaults(command=later("notifications.send_test", "test_email"))
    command = commands.add_parser(
        "test-notification", help="send a test to one receiver and print the conversation"
    )
    command.add_argument("receiver", metavar="RECEIVER", help="name of the receiver")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=later("notifications.send_test", "test_notification"))
    _preview(commands)


def _preview(commands: Any) -> None:
    group = commands.add_parser("notifications", help="write what would be sent, and send nothing")
    command = subcommands(group).add_parser(
        "preview",
        help="write what would be sent into a folder",
        description="Write into a folder what would be sent now and in the next digests, decided on a copy "
        "of the database. Nothing is sent, probed or changed, also while the daemon runs.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="folder: new, empty, or of an earlier preview"
    )
    command.set_defaults(command=later("notifications.preview", "preview"))

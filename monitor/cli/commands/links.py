"""The arguments of ``links``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, later, subcommands


def add(commands: Any) -> None:
    """Add the commands."""
    inner = subcommands(
        commands.add_parser("links", help="manage the links in mails that acknowledge alerts")
    )
    command = inner.add_parser(
        "rotate",
        help="make all links worthless that were sent so far",
        description="Write a new key for the links in mails, also while the daemon runs. Links that were "
        "sent so far acknowledge nothing any more.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=later("access.links", "rotate"))

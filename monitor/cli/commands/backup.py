"""The arguments of ``backup`` and ``restore``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, later


def add(commands: Any) -> None:
    """Add the commands."""
    command = commands.add_parser(
        "backup",
        help="copy the database to a file, also while the daemon runs",
        description="Copy the database of a configuration to a file and verify the copy, also while the "
        "daemon runs.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="file to write")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument("--force", action="store_true", help="replace an existing file")
    command.set_defaults(command=later("database.backup", "backup"))
    command = commands.add_parser(
        "restore",
        help="replace the database by a backup while the daemon is stopped",
        description="Replace the database of a configuration by a backup while the daemon is stopped. The "
        "old database is kept under another name.",
    )
    command.add_argument("file", type=Path, metavar="FILE", help="backup to restore")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=later("database.backup", "restore"))

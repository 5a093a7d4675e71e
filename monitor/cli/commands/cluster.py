"""The arguments of ``cluster``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, later, subcommands


def add(commands: Any) -> None:
    """Add the commands."""
    inner = subcommands(commands.add_parser("cluster", help="several centers on one database"))
    command = inner.add_parser(
        "status",
        help="print which center leads",
        description="Print a line for each center that the database knows. Exit code: 0 one leads, 1 none "
        "does, or the database cannot be reached.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=later("database.cluster", "status"))

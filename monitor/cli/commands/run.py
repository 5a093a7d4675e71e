"""The arguments of ``run``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, add_log_level, later


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("run", help="run the daemon until it is stopped")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    add_log_level(command)
    command.set_defaults(command=later("run", "run"))

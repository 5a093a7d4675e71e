"""The arguments of ``worker``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import add_log_level, later


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "worker",
        help="share the probing of a monitor",
        description="Take batches from NATS JetStream, probe them and send the answers, until stopped. "
        "Exit code: 0 stopped, 1 this machine does not let it start, 2 the file is wrong.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help="file of the worker")
    add_log_level(command)
    command.set_defaults(command=later("worker", "run"))

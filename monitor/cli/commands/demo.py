"""The arguments of ``demo``."""

from typing import Any

from monitor.cli.commands.options import later


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser("demo", help="run the daemon with a few test servers on this machine")
    command.add_argument(
        "--listen",
        default="127.0.0.1:9850",
        metavar="HOST:PORT",
        help="address of the page (default %(default)s)",
    )
    command.set_defaults(command=later("demo", "demo"))

"""The arguments of ``forecast``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, add_format, later


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "forecast",
        help="print what will have expired by a day if nothing is renewed",
        description="Print every location whose certificate, or a CA above it, will have expired by a day if "
        "nothing is renewed. It reads what the service has recorded, also while that runs, and probes "
        "nothing. Exit code: 0 done, 1 nothing is known yet, 2 an error in the configuration or the day.",
    )
    command.add_argument("--config", type=Path, required=True, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--at",
        default="",
        metavar="DAY",
        help="such as 2027-03-15, until its end in UTC (default: in 90 days)",
    )
    add_format(command)
    command.set_defaults(command=later("planning.forecast", "print_forecast"))

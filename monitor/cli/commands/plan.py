"""The arguments of ``plan``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, later


def add(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "plan",
        help="print the plan for renewing the certificates of a site",
        description="Print the plan for renewing the certificates of a site, step by step. It reads what the "
        "service has recorded, also while that runs, and probes nothing. Exit code: 0 done, 1 no port of the "
        "site serves a certificate, 2 an error in the configuration, or no such site.",
    )
    command.add_argument("--config", type=Path, required=True, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--site", default="", metavar="SITE", help="the site (needed where there are several)"
    )
    command.add_argument("--language", default="en", metavar="TAG", help="such as en or pt-BR (default en)")
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write it as one HTML file to print; existing files are kept"
    )
    command.set_defaults(command=later("planning.plan", "print_plan"))

"""The arguments of ``targets``, ``validate-config`` and ``config-schema``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, add_format, later


def add(commands: Any) -> None:
    """Add the commands."""
    command = commands.add_parser(
        "targets",
        help="print all targets and their policies; probe none",
        description="Run every discovery of a configuration once and print all targets with their policies. "
        "No target is probed. Exit code: 0 done, 3 a discovery failed or its list is incomplete.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    add_format(command)
    command.set_defaults(command=later("targets", "targets"))
    command = commands.add_parser("validate-config", help="print every problem in a configuration")
    command.add_argument("file", type=Path, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--offline", action="store_true", help="do not check whether the files that it names exist"
    )
    command.set_defaults(command=later("configuration", "validate_config"))
    command = commands.add_parser("config-schema", help="print the JSON Schema of the configuration")
    command.set_defaults(command=later("configuration", "config_schema"))

"""The arguments of ``store``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, later, subcommands

_URL = "sqlite:////absolute/path or postgresql://user@host/database"
_PASSWORD = "file with the password (default: as libpq finds it, such as in ~/.pgpass)"  # noqa: S105 - a help


def add(commands: Any) -> None:
    """Add the commands."""
    inner = subcommands(
        commands.add_parser("store", help="the database: copy it to another kind, examine it")
    )
    command = inner.add_parser(
        "copy",
        help="copy everything to another database while the service is stopped",
        description="Copy everything to an empty database, of the same kind or of another, and compare the "
        "numbers of rows. The service must be stopped. Where anything fails, the target stays empty.",
    )
    command.add_argument(
        "--from", required=True, dest="source", metavar="URL", help=f"database to copy: {_URL}"
    )
    command.add_argument("--to", required=True, dest="target", metavar="URL", help="empty database, likewise")
    command.add_argument("--from-password-file", type=Path, metavar="FILE", help=_PASSWORD)
    command.add_argument("--to-password-file", type=Path, metavar="FILE", help=_PASSWORD)
    command.set_defaults(command=later("database.store", "copy"))
    command = inner.add_parser(
        "check",
        help="examine a database, also while the service runs",
        description="Read every row of a database and print its schema and the numbers of rows. Exit code: 0 "
        "nothing is wrong, 1 something is, or it cannot be opened.",
    )
    which = command.add_mutually_exclusive_group()
    which.add_argument("--config", type=Path, metavar="FILE", help=CONFIG)
    which.add_argument("--url", metavar="URL", help=f"database, without a configuration: {_URL}")
    command.add_argument("--password-file", type=Path, metavar="FILE", help=_PASSWORD)
    command.set_defaults(command=later("database.store", "check"))

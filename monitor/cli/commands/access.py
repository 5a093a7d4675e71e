"""The arguments of ``token`` and ``user``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import CONFIG, add_change, add_format, later, subcommands


def add(commands: Any) -> None:
    """Add the commands."""
    _token(commands)
    _user(commands)


def _token(commands: Any) -> None:
    group = commands.add_parser("token", help="tokens by which programs read the API, or act")
    inner = subcommands(group)
    command = inner.add_parser(
        "create",
        help="make a token and print it, this once",
        description="Make a token and print it; the daemon stores only its hash. It works at once. "
        "Exit code: 0 done, 2 refused, 1 no answer.",
    )
    command.add_argument("name", metavar="NAME", help="what the token is for, such as grafana")
    command.add_argument(
        "--role",
        default="viewer",
        choices=["viewer", "operator", "calendar"],
        help="what it may do (default viewer); calendar: only /calendar.ics?token=TOKEN",
    )
    command.add_argument(
        "--match",
        action="append",
        default=[],
        metavar="LABEL=VALUE",
        help="it sees only targets with this label; can be repeated, values of one label are alternatives",
    )
    command.add_argument(
        "--expires", type=int, default=0, metavar="DAYS", help="days until it expires (default: never)"
    )
    add_change(command)
    command.set_defaults(command=later("access.token", "create"))
    command = inner.add_parser("list", help="print all tokens, without their texts")
    add_change(command)
    add_format(command)
    command.set_defaults(command=later("access.token", "list_tokens"))
    command = inner.add_parser("revoke", help="make a token worthless at once")
    command.add_argument("name", metavar="NAME", help="name of the token")
    add_change(command)
    command.set_defaults(command=later("access.token", "revoke"))


def _user(commands: Any) -> None:
    group = commands.add_parser("user", help="users of the page, in web.config_file")
    inner = subcommands(group)
    command = inner.add_parser(
        "add",
        help="add a user, or give one a new password",
        description="Ask for a password and write its bcrypt hash into the file that web.config_file names; "
        "the file is made if there is none. The running daemon takes it up within seconds.",
    )
    command.add_argument("name", metavar="NAME", help="name of the user")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )
    command.set_defaults(command=later("access.user", "add"))
    command = inner.add_parser("remove", help="remove a user, whose sessions end within seconds")
    command.add_argument("name", metavar="NAME", help="name of the user")
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help=CONFIG)
    command.set_defaults(command=later("access.user", "remove"))

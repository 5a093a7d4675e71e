"""The arguments of ``calendar``."""

from typing import Any

from monitor.cli.commands.options import add_change, add_format, later, subcommands


def add(commands: Any) -> None:
    """Add the commands."""
    group = commands.add_parser("calendar", help="addresses of the calendar of expiries")
    inner = subcommands(group)
    command = inner.add_parser(
        "create",
        help="make an address to subscribe to, and print it, this once",
        description="Make an address of the calendar and print it; the daemon stores only the hash of its "
        "token. Whoever knows the address reads the calendar, and nothing else. Exit code: 0 done, 2 "
        "refused, 1 no answer.",
    )
    command.add_argument("name", metavar="NAME", help="who or what it is for, such as outlook-ana")
    command.add_argument(
        "--match",
        action="append",
        default=[],
        metavar="LABEL=VALUE",
        help="it shows only targets with this label; can be repeated, values of one label are alternatives",
    )
    add_change(command)
    command.set_defaults(command=later("access.calendar", "create"))
    command = inner.add_parser("list", help="print all calendars, without their addresses")
    add_change(command)
    add_format(command)
    command.set_defaults(command=later("access.calendar", "list_calendars"))
    command = inner.add_parser("revoke", help="make an address worthless at once")
    command.add_argument("name", metavar="NAME", help="name of the calendar")
    add_change(command)
    command.set_defaults(command=later("access.calendar", "revoke"))

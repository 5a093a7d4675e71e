"""The arguments of the commands for the running daemon: ``reload``, ``health``, ``clock``."""

from typing import Any

from monitor.cli.commands.options import add_change, add_daemon, later, subcommands


def add(commands: Any) -> None:
    """Add the commands."""
    command = commands.add_parser("reload", help="make the running daemon read its configuration again")
    add_change(command)
    command.set_defaults(command=later("daemon.reload", "reload"))
    command = commands.add_parser(
        "health",
        help="print the state of the running daemon in one line",
        description="Print the state of the running daemon in one line for Nagios, Checkmk, PRTG or Zabbix. "
        "Exit code: 0 healthy, 2 unhealthy or no answer.",
    )
    add_daemon(command)
    command.set_defaults(command=later("daemon.health", "health"))
    group = commands.add_parser("clock", help="trust the clock of this machine again")
    inner = subcommands(group)
    command = inner.add_parser(
        "accept",
        help="trust the clock after it was ahead",
        description="Make the running daemon trust the clock of this machine, which is right now and was "
        "ahead before. Exit code: 0 done, 2 the clock cannot be right, 1 no answer.",
    )
    add_change(command)
    command.set_defaults(command=later("daemon.clock", "accept"))

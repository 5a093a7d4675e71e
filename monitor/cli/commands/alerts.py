"""The arguments of ``alerts``, ``acknowledge`` and ``silence``."""

from typing import Any

from monitor.cli.commands.options import add_change, add_daemon, add_format, later, subcommands


def add(commands: Any) -> None:
    """Add the commands."""
    command = commands.add_parser(
        "alerts",
        help="print the alerts of the running daemon, worst first",
        description="Print the alerts of the running daemon, worst first. Exit code: 0 done, 1 no answer.",
    )
    add_daemon(command)
    add_format(command)
    command.set_defaults(command=later("daemon.alerts", "alerts"))
    _acknowledge(commands)
    _silence(commands)


def _acknowledge(commands: Any) -> None:
    command = commands.add_parser(
        "acknowledge",
        help="stop notifications of one alert for a while",
        description="Stop notifications of one alert, until its certificate changes, its level worsens or "
        "the time is over (default 14 days, at most 30). Exit code: 0 done, 2 refused, 1 no answer.",
    )
    command.add_argument("alert", metavar="ALERT", help="id of the alert, see cert-monitor alerts")
    command.add_argument("--comment", default="", metavar="TEXT", help="what is being done")
    _add_person(command)
    add_change(command)
    command.set_defaults(command=later("daemon.silence", "acknowledge"))


def _silence(commands: Any) -> None:
    group = commands.add_parser("silence", help="stop notifications of all alerts that match, for a while")
    inner = subcommands(group)
    command = inner.add_parser(
        "add",
        help="silence what matches",
        description="Silence all alerts whose targets all match. Exit code: 0 done, 2 refused, 1 no answer.",
    )
    command.add_argument(
        "match", nargs="+", metavar="LABEL=VALUE", help="label, check, level, kind, target or zone"
    )
    command.add_argument("--reason", required=True, metavar="TEXT", help="why")
    _add_person(command)
    add_change(command)
    command.set_defaults(command=later("daemon.silence", "add"))
    command = inner.add_parser("list", help="print acknowledgements and silences that last")
    add_daemon(command)
    add_format(command)
    command.set_defaults(command=later("daemon.silence", "list_silences"))
    command = inner.add_parser("end", help="end an acknowledgement or a silence")
    command.add_argument("silence", metavar="SILENCE", help="id, see cert-monitor silence list")
    command.add_argument("--by", default="", metavar="NAME", help="who asks for it (default: the user)")
    add_change(command)
    command.set_defaults(command=later("daemon.silence", "end"))


def _add_person(command: Any) -> None:
    """Add the options about who asks for a change, and until when."""
    command.add_argument(
        "--until", default="", metavar="WHEN", help="14d, 2027-01-31 or 2027-01-31T18:00+01:00"
    )
    command.add_argument("--by", default="", metavar="NAME", help="who asks for it (default: the user)")

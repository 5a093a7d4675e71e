"""The arguments of ``renewal-day``."""

from typing import Any

from monitor.cli.commands.options import add_change, add_daemon, add_format, later, subcommands

_CHECKED = ("live", "mobile", "failover", "integrations", "clients")
_EXIT = "Exit code: 0 done, 2 refused, 1 no answer."


def add(commands: Any) -> None:
    """Add the command."""
    group = commands.add_parser("renewal-day", help="work on the plan of renewing a site's certificates")
    inner = subcommands(group)
    command = inner.add_parser("list", help="print the plans that were started, the newest first")
    _reads(command)
    command.set_defaults(command=later("planning.renewal_day", "list_days"))
    command = inner.add_parser("show", help="print the steps of the plan that goes on")
    command.add_argument(
        "--day", default="", metavar="ID", help="another one, see cert-monitor renewal-day list"
    )
    _reads(command)
    command.set_defaults(command=later("planning.renewal_day", "show_day"))
    command = inner.add_parser(
        "start",
        help="start the plan of a site",
        description="Start the plan of a site: its ports are watched, and alerts about its servers wait. "
        + _EXIT,
    )
    command.add_argument("site", metavar="SITE", help="value of the label site")
    _changes(command, day=False)
    command.set_defaults(command=later("planning.renewal_day", "start"))
    _steps(inner)
    _whole(inner)


def _steps(inner: Any) -> None:
    command = _of_step(inner, "confirm", "confirm by name that a step was checked")
    command.add_argument("--name", default="", metavar="NAME", help="who checked (default: the user)")
    command.add_argument(
        "--checked", action="append", default=[], choices=_CHECKED, help="what was checked; repeatable"
    )
    command.add_argument("--note", default="", metavar="TEXT", help="what else was checked")
    command = _of_step(inner, "report", "report the exit code of Server Configurator")
    command.add_argument("exit_code", type=int, metavar="CODE", help="0 is success; any other stops the work")
    command = _of_step(inner, "expect", "expect one certificate exactly")
    command.add_argument("thumbprint", nargs="?", default="", metavar="THUMBPRINT", help="none: any suitable")
    command = _of_step(inner, "leave-out", "leave a step out")
    command.add_argument("--reason", required=True, metavar="TEXT", help="why")


def _whole(inner: Any) -> None:
    command = _of_day(inner, "resume", "go on after the work was stopped")
    command.add_argument("--reason", required=True, metavar="TEXT", help="what was done about it")
    _of_day(inner, "pause", "rest until it is continued; alerts do not wait meanwhile")
    _of_day(inner, "continue", "continue after a pause")
    _of_day(inner, "end", "end the work for good")


def _of_step(inner: Any, name: str, said: str) -> Any:
    command = _of_day(inner, name, said)
    command.add_argument("step", metavar="STEP", help="number or id of the step")
    return command


def _of_day(inner: Any, name: str, said: str) -> Any:
    command = inner.add_parser(name, help=said, description=f"{said[0].upper()}{said[1:]}. {_EXIT}")
    _changes(command)
    command.set_defaults(command=later("planning.renewal_day", "act"), action=name)
    return command


def _changes(command: Any, *, day: bool = True) -> None:
    if day:
        command.add_argument(
            "--day", default="", metavar="ID", help="needed where several plans are worked on"
        )
    command.add_argument("--by", default="", metavar="NAME", help="who asks for it (default: the user)")
    add_change(command)


def _reads(command: Any) -> None:
    add_daemon(command)
    add_format(command)

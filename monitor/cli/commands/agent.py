"""The arguments of ``agent``: ``run`` and ``enroll`` in a zone, ``invite`` and ``status`` at its center."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import add_change, add_format, add_log_level, later, subcommands


def add(commands: Any) -> None:
    """Add the commands."""
    group = commands.add_parser("agent", help="probe a zone for a center elsewhere")
    inner = subcommands(group)
    _run(inner)
    _enroll(inner)
    _invite(inner)
    _status(inner)


def _run(inner: Any) -> None:
    command = inner.add_parser(
        "run",
        help="run the agent of a zone until it is stopped",
        description="Probe what the center orders and send it the answers, which wait while it is away. "
        "Exit code: 0 stopped, 1 this machine does not let it start, 2 the file is wrong.",
    )
    command.add_argument("--config", required=True, type=Path, metavar="FILE", help="file of the agent")
    add_log_level(command)
    command.set_defaults(command=later("agent.run", "run"))


def _enroll(inner: Any) -> None:
    command = inner.add_parser(
        "enroll",
        help="get the token of an agent with the line that its center printed",
        description="Write the CA of the center, whose hash is in the line, into the first file of trust "
        "that is not there, and a token into token_file. Where the file of the agent is missing, it is "
        "written too. Exit code: 0 done, 1 refused or no answer, 2 the line or the file is wrong.",
    )
    command.add_argument("line", metavar="LINE", help="what agent invite printed in quotes at the center")
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=r"file of the agent (default: that of the service, /etc/cert-monitor/agent.yaml, on Windows "
        r"%%ProgramData%%\cert-monitor-agent\agent.yaml)",
    )
    command.add_argument("--agent", metavar="ZONE/AGENT", help="which agent the line is for")
    command.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="WHAT",
        help="what it may probe, for a file that is written now: host and port, network, or path; repeatable",
    )
    command.add_argument("--start", action="store_true", help="start the service with the new token")
    command.set_defaults(command=later("agent.enroll", "enroll"))


def _invite(inner: Any) -> None:
    command = inner.add_parser(
        "invite",
        help="print the line that enrolls an agent, good once within an hour",
        description="Print the command that enrolls an agent: to be pasted on its machine within an hour. "
        "It ends the token that the agent has, once used. Exit code: 0 done, 2 refused, 1 no answer.",
    )
    command.add_argument("agent", metavar="ZONE/AGENT", help="agent in zones of the configuration")
    command.add_argument(
        "--center", required=True, metavar="URL", help="address by which the agent reaches this center"
    )
    add_change(command)
    command.set_defaults(command=later("agent.invite", "invite"))


def _status(inner: Any) -> None:
    command = inner.add_parser(
        "status",
        help="list agents and workers: when they were heard of, and what waits",
        description="List the agents of all zones, and how many workers answer in each. "
        "Exit code: 0 done, 1 no answer.",
    )
    add_change(command)
    add_format(command)
    command.set_defaults(command=later("agent.status", "status"))

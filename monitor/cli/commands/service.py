"""The arguments of ``service``."""

from pathlib import Path
from typing import Any

from monitor.cli.commands.options import later, subcommands

_HELP = {
    "install": "register the service, stopped",
    "remove": "stop and remove the service; configuration and state stay",
    "status": "print whether the service runs",
    "start": "start the service and wait until it runs",
    "stop": "stop the service and wait for its end",
}


def add(commands: Any) -> None:
    """Add the commands."""
    group = commands.add_parser(
        "service",
        help="install, start and stop the Windows service",
        description="Install, start and stop the Windows service cert-monitor, or cert-monitor-agent with "
        "--agent; on Linux systemd does that. Exit code: 0 done, 1 refused by the system, 2 a mistake in the "
        "configuration or the arguments; of status: 0 it runs, 3 it does not run, 4 it is not registered.",
    )
    inner = subcommands(group)
    for action, said in _HELP.items():
        command = inner.add_parser(action, help=said, description=f"{said[0].upper()}{said[1:]}.")
        command.set_defaults(command=later("service.commands", "service"), action=action)
        command.add_argument("--agent", action="store_true", help="the agent of a zone, not the monitor")
        if action == "install":
            _add_install(command)


def _add_install(command: Any) -> None:
    command.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="configuration file (default: the one of the service that is registered, otherwise "
        r"%%ProgramData%%\cert-monitor\cert-monitor.yaml, or "
        r"%%ProgramData%%\cert-monitor-agent\agent.yaml)",
    )
    command.add_argument(
        "--firewall", action="store_true", help="let other machines reach the page through the firewall"
    )

"""Start the service of an enrolled agent, or say how: on Windows our own, elsewhere the unit of systemd."""

import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.cli.service.definition import AGENT, SERVICE_COMMAND
from monitor.cli.service.paths import default_config
from monitor.cli.service.systemd import is_root, run, unit_is_there
from monitor.errors import SystemBrokenError, UsageError

_WINDOWS = sys.platform == "win32"


def check(config: Path) -> None:
    """Raise ``UsageError`` or ``SystemBrokenError`` where the service cannot be started with this file."""
    if sys.platform == "win32":
        from monitor.cli.service.windows_commands import as_administrator  # noqa: PLC0415 - only there

        as_administrator()
    elif not _is_of_unit(config):
        raise UsageError(
            f"agent enroll: --start needs the unit {AGENT.name} of systemd, which reads "
            f"{default_config(AGENT)}; leave it out, and start the agent yourself"
        )
    elif not is_root():
        raise SystemBrokenError("agent enroll: --start needs root")


def start(config: Path) -> str:
    """Register and start the service, anew where it ran with an earlier token; return the result."""
    for command in _commands(config):
        code, said = run(command)
        if code:
            raise SystemBrokenError(f"it is enrolled, but does not start: {said}; then: {by_hand(config)}")
    return f"the service {AGENT.name} runs; agent status at the center says when it was heard of"


def by_hand(config: Path) -> str:
    """Return the command that comes next."""
    if _WINDOWS:
        given = "" if config == default_config(AGENT) else f' --config "{config}"'
        return f"{AGENT.command('install')}{given}, then {AGENT.command('start')}"
    if _is_of_unit(config):
        return f"systemctl enable --now {AGENT.name}"
    return f"cert-monitor agent run --config {config}"


def _is_of_unit(config: Path) -> bool:
    return config == default_config(AGENT) and unit_is_there(AGENT.name)


def _commands(config: Path) -> Sequence[tuple[str, ...]]:
    if _WINDOWS:
        install = (*SERVICE_COMMAND, "install", AGENT.option, "--config", str(config))
        return install, (*SERVICE_COMMAND, "stop", AGENT.option), (*SERVICE_COMMAND, "start", AGENT.option)
    return ("systemctl", "enable", AGENT.name), ("systemctl", "restart", AGENT.name)

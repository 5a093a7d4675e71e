"""Install and start the service, or say how."""

import sys
from collections.abc import Sequence
from pathlib import Path

from monitor.cli.service.definition import SERVICE_COMMAND
from monitor.cli.service.systemd import UNIT, is_root, run
from monitor.cli.setup import texts
from monitor.cli.setup.layout import Layout
from monitor.model import Message

_WINDOWS = sys.platform == "win32"


def start(made: Layout) -> Message:
    """Start the service with a configuration; return what became of it, or how to start it by hand."""
    for command in _commands(made):
        code, said = run(command)
        if code:
            return texts.start_failed(problem=said, command=" ".join(_shown(command)))
    return texts.STARTED if _commands(made) else by_hand(made)


def by_hand(made: Layout) -> Message:
    """Return how to start it by hand."""
    if _WINDOWS:
        return texts.start_with(command="cert-monitor service start")
    if made.handed_over:
        return texts.start_with(command=f"systemctl enable --now {UNIT}")
    return texts.start_with(command=f"cert-monitor run --config {_argument(made.configuration)}")


def _commands(made: Layout) -> Sequence[tuple[str, ...]]:
    """Return what installs and starts the service, nothing where there is none, or no right to start it."""
    if _WINDOWS:
        return (*SERVICE_COMMAND, "install", "--config", str(made.configuration)), (*SERVICE_COMMAND, "start")
    if made.handed_over and is_root():
        # The secrets of the unit were written just now.
        return ("systemctl", "daemon-reload"), ("systemctl", "enable", "--now", UNIT)
    return ()


def _shown(command: Sequence[str]) -> Sequence[str]:
    """Return a command as a person types it."""
    return (
        ("cert-monitor", *command[len(SERVICE_COMMAND) - 1 :])
        if command[: len(SERVICE_COMMAND)] == SERVICE_COMMAND
        else command
    )


def _argument(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)

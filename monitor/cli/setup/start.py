"""Install and start the service, or say how."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence

from monitor.cli.service.definition import MONITOR, SERVICE_COMMAND
from monitor.cli.service.paths import default_config
from monitor.cli.service.systemd import UNIT, is_root, run
from monitor.cli.setup import progress_texts
from monitor.cli.setup.layout import Layout
from monitor.model import Message


def start(made: Layout) -> Message:
    """Start the service with a configuration; return the result, or how to start it by hand."""
    commands = _commands(made)
    for command in commands:
        code, said = run(command)
        if code:
            return progress_texts.start_failed(problem=said, command=_typed(command, sys.platform))
    return progress_texts.STARTED if commands else by_hand(made)


def by_hand(made: Layout, platform: str = sys.platform) -> Message:
    """Return how to start it by hand."""
    if platform == "win32":
        install, begin = _of_windows(made)
        # The packages have registered it with the usual configuration; `install` prints what comes next.
        usual = made.configuration == default_config(MONITOR, os.environ, platform)
        return progress_texts.start_with(command=_typed(begin if usual else install, platform))
    if made.handed_over:
        return progress_texts.start_with(command=f"systemctl enable --now {UNIT}")
    return progress_texts.start_with(
        command=_typed(("cert-monitor", "run", "--config", str(made.configuration)), platform)
    )


def _commands(made: Layout, platform: str = sys.platform) -> Sequence[Sequence[str]]:
    """Return the commands that install and start the service, none where that is not possible."""
    if platform == "win32":
        return _of_windows(made)
    if made.handed_over and is_root():
        # The secrets of the unit were written just now.
        return ("systemctl", "daemon-reload"), ("systemctl", "enable", "--now", UNIT)
    return ()


def _of_windows(made: Layout) -> tuple[Sequence[str], Sequence[str]]:
    return (*SERVICE_COMMAND, "install", "--config", str(made.configuration)), (*SERVICE_COMMAND, "start")


def _typed(command: Sequence[str], platform: str) -> str:
    """Return a command as a person types it on a system."""
    if command[: len(SERVICE_COMMAND)] == SERVICE_COMMAND:
        command = ("cert-monitor", "service", *command[len(SERVICE_COMMAND) :])
    return subprocess.list2cmdline(command) if platform == "win32" else shlex.join(command)

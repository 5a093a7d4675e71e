"""The rule of Windows' firewall for the port of the page, by ``netsh``.

https://learn.microsoft.com/windows-server/administration/windows-commands/netsh-advfirewall
"""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from monitor.cli.service.definition import MONITOR
from monitor.errors import SystemBrokenError

_TIMEOUT = 60


def added(port: int, program: Path) -> list[str]:
    """Return the arguments that let others reach a port, of our service alone."""
    rule = ["dir=in", "action=allow", "protocol=TCP", f"localport={port}", f"program={program}"]
    return ["add", "rule", f"name={MONITOR.name}", *rule, f"service={MONITOR.name}"]


def removed() -> list[str]:
    """Return the arguments that remove the rule."""
    return ["delete", "rule", f"name={MONITOR.name}"]


def add_rule(port: int, program: Path) -> None:
    """Add the rule in place of an earlier one; raise ``SystemBrokenError``."""
    remove_rule()
    done = _netsh(added(port, program))
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise SystemBrokenError(f"the rule of the firewall cannot be added: {said or done.returncode}")


def remove_rule() -> None:
    """Remove the rule; where there is none, netsh fails, and nothing is wrong."""
    _netsh(removed())


def _netsh(arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    netsh = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "netsh.exe"
    command = [str(netsh), "advfirewall", "firewall", *arguments]
    try:
        return subprocess.run(  # noqa: S603 - the program of the system, with our own arguments
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SystemBrokenError(f"{netsh} cannot be run: {error}") from None

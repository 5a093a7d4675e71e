"""The interface to Windows' service control manager, and its states and errors; calls nothing.

Source: https://learn.microsoft.com/windows/win32/services/service-control-manager
"""

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Protocol

from monitor.cli.service.definition import ServiceDefinition
from monitor.errors import SystemBrokenError

RESTART_AFTER = (10, 60, 300)
"""Seconds before the first, the second and each further restart after a failure."""

FORGET_FAILURES = 86_400
"""Seconds without a failure after which the next one is the first again."""

STOP_TIME = 30
"""Seconds that Windows waits for the service before it shuts down: half of them are for probes that run."""


class ServiceState(IntEnum):
    """The states of a service (winsvc.h)."""

    STOPPED = 1
    START_PENDING = 2
    STOP_PENDING = 3
    RUNNING = 4
    CONTINUE_PENDING = 5
    PAUSE_PENDING = 6
    PAUSED = 7


class CallNumber(IntEnum):
    """Error numbers of Windows that have a sentence of their own (winerror.h)."""

    ACCESS_DENIED = 5
    ALREADY_RUNNING = 1056
    DISABLED = 1058
    CANNOT_ACCEPT_CONTROL = 1061
    NOT_ACTIVE = 1062
    LOGON_FAILED = 1069
    MARKED_FOR_DELETE = 1072


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What Windows says of a service; ``own_code`` is the exit code that the service itself gave.

    ``checkpoint`` grows while it starts or stops; ``hint`` is how many seconds the next step may take.
    """

    state: ServiceState
    exit_code: int = 0
    own_code: int = 0
    checkpoint: int = 0
    hint: float = 0.0
    process: int = 0


class ServiceCallError(SystemBrokenError):
    """Windows refused a call; ``number`` says why."""

    def __init__(self, what: str, number: int, said: str) -> None:
        """Take what was tried, the number of the error, and how Windows describes it."""
        super().__init__(f"{what}: {_SENTENCES.get(number) or said} (error {number})")
        self.number = number


_SENTENCES: dict[int, str] = {
    CallNumber.ACCESS_DENIED: "only an administrator may do that: open the command prompt with "
    '"Run as administrator"',
    CallNumber.DISABLED: "the service is disabled; change its startup type in services.msc",
    CallNumber.LOGON_FAILED: "its account cannot log on as a service; see services.msc, Log On",
    CallNumber.MARKED_FOR_DELETE: "it is being removed; close services.msc and Event Viewer, and try again",
}


class ServiceControlManager(Protocol):
    """The service control manager, for one service alone; every call raises ``ServiceCallError``."""

    def status(self) -> ServiceStatus | None:
        """Return the status of the service, ``None`` where it is not registered."""
        ...

    def command(self) -> str:
        """Return the command line by which Windows starts the service, empty where it is not registered."""
        ...

    def register(self, command: str) -> None:
        """Register the service, or change the command line of the one that is there."""
        ...

    def start(self) -> None:
        """Ask Windows to start the service; return at once."""
        ...

    def stop(self) -> None:
        """Ask the service to stop; return at once."""
        ...

    def reload(self) -> None:
        """Ask the service to read its configuration again; return at once."""
        ...

    def wait_for_end(self, process: int, seconds: float) -> bool:
        """Return whether a process has ended within some seconds."""
        ...

    def delete(self) -> None:
        """Remove the service."""
        ...


def command_line(service: ServiceDefinition, python: Path, config: Path, folder: Path) -> str:
    """Return the command line of a service: Python without a console, and isolated from the environment.

    The folder for state and log is named, since the account may see another environment. A path on Windows
    holds no quotation mark.
    """
    option = f" {service.option}" if service.option else ""
    return f'"{python}" -I -m monitor.cli.service{option} --config "{config}" --folder "{folder}"'


def config_in(command: str) -> Path | None:
    """Return the configuration that a command line names, ``None`` where it names none."""
    _, found, rest = command.partition(' --config "')
    path, closed, _ = rest.partition('"')
    return Path(path) if found and closed and path else None

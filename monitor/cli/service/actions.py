"""Install, remove, start and stop a service, and say how it is, by what the service manager answers."""

from pathlib import Path

from monitor.cli.service.definition import ServiceDefinition
from monitor.cli.service.manager import (
    CallNumber,
    ServiceCallError,
    ServiceControlManager,
    ServiceState,
    ServiceStatus,
    command_line,
    config_in,
)
from monitor.cli.service.paths import data_folder, log_file
from monitor.cli.service.waiting import ServiceWaiter
from monitor.errors import SystemBrokenError, UsageError

WRONG_CONFIGURATION = 2
"""The exit code that the service gives itself when its configuration is wrong."""

RUNNING, NOT_RUNNING, NOT_REGISTERED = 0, 3, 4
"""Exit codes of ``status``, as those of systemctl."""


class ServiceActions:
    """What an administrator does with a service; each raises ``SystemBrokenError``."""

    def __init__(
        self, service: ServiceDefinition, manager: ServiceControlManager, waiting: ServiceWaiter | None = None
    ) -> None:
        """Take the service and its service manager."""
        self._service, self._manager = service, manager
        self._waiting = waiting or ServiceWaiter(manager)

    def install(self, python: Path, given: Path | None, folder: Path) -> Path:
        """Register the service, or change the program of one that is, and return its configuration.

        It keeps its configuration if none is given, and nothing is started.
        """
        config = given or config_in(self._manager.command()) or folder / self._service.config_name
        self._manager.register(command_line(self._service, python, config, folder))
        return config

    def remove(self) -> bool:
        """Stop and remove the service; return whether there was one."""
        if self._manager.status() is None:
            return False
        self._waiting.stopped()
        self._manager.delete()
        return True

    def start(self) -> Path:
        """Start the service, and return its configuration once it runs; raise ``UsageError`` without one."""
        self._known()
        config = self._config()
        if _is_missing(config):
            raise UsageError(f"{config} does not exist; write it, or run {self._service.before}")
        try:
            self._manager.start()
        except ServiceCallError as error:
            if error.number != CallNumber.ALREADY_RUNNING:
                raise
        status = self._waiting.settled()
        if status is None or status.state is not ServiceState.RUNNING:
            raise _ended(self._service, status, config)
        return config

    def stop(self) -> None:
        """Stop the service and wait for its end."""
        self._known()
        self._waiting.stopped()

    def status(self) -> tuple[str, int]:
        """Return a sentence and the exit code for it."""
        status = self._manager.status()
        if status is None:
            return f"{self._service.name} is not registered as a service", NOT_REGISTERED
        phase = status.state.name.lower().replace("_", " ")
        failed = f", ended with exit code {_code(status)}" if _code(status) else ""
        said = f"{self._service.name}: {phase}{failed}; configuration {self._config()}"
        return said, RUNNING if status.state is ServiceState.RUNNING else NOT_RUNNING

    def _known(self) -> None:
        if self._manager.status() is None:
            command = self._service.command("install")
            raise SystemBrokenError(f"the service is not registered; run {command}")

    def _config(self) -> Path:
        return config_in(self._manager.command()) or Path("unknown")


class WrongConfigurationError(SystemBrokenError):
    """The service ended because its configuration is wrong; ``config`` is that file."""

    def __init__(self, service: ServiceDefinition, config: Path) -> None:
        """Take the service and the file."""
        super().__init__(f"the service has stopped, because {config} is wrong; {_see(service)}")
        self.config = config


def _ended(service: ServiceDefinition, status: ServiceStatus | None, config: Path) -> SystemBrokenError:
    if status is not None and status.own_code == WRONG_CONFIGURATION:
        return WrongConfigurationError(service, config)
    code = f" with exit code {_code(status)}" if status is not None and _code(status) else ""
    return SystemBrokenError(f"the service has stopped again{code}; {_see(service)}")


def _is_missing(config: Path) -> bool:
    """Return whether a configuration is certainly not there: its folder may be closed to who asks."""
    try:
        config.stat()
    except OSError as error:
        return isinstance(error, (FileNotFoundError, NotADirectoryError))
    return False


def _see(service: ServiceDefinition) -> str:
    file = log_file(service, data_folder(service))
    return f"see {file}, or Event Viewer, Application, source {service.name}"


def _code(status: ServiceStatus) -> int:
    return status.own_code or status.exit_code


def hints(service: ServiceDefinition, config: Path) -> list[str]:
    """Return the sentences after a registration: the service, and the next steps."""
    step = service.before if _is_missing(config) else service.command("start")
    said = f"registered as a service of the account {service.account}, configuration {config}"
    return [said, f"next: {step}"]

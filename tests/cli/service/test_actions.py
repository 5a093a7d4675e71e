"""Installing, starting, stopping and removing the service, by what a service manager answers."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from monitor.cli.service.actions import ServiceActions, WrongConfigurationError, hints
from monitor.cli.service.definition import AGENT, MONITOR
from monitor.cli.service.manager import (
    CallNumber,
    ServiceCallError,
    ServiceState,
    ServiceStatus,
    command_line,
    config_in,
)
from monitor.cli.service.waiting import PATIENCE, ServiceWaiter
from monitor.errors import SystemBrokenError, UsageError

PYTHON = Path(r"C:\Program Files\cert-monitor\python\pythonw.exe")
FOLDER = Path(r"C:\ProgramData\cert-monitor")
OTHER = Path(r"D:\monitor\other.yaml")
STOPPED, STARTING, STOPPING, RUNS = (
    ServiceStatus(ServiceState.STOPPED),
    ServiceStatus(ServiceState.START_PENDING),
    ServiceStatus(ServiceState.STOP_PENDING),
    ServiceStatus(ServiceState.RUNNING, process=4711),
)


@dataclass
class Manager:
    """A service manager whose service goes through states, one each time that it is asked."""

    states: list[ServiceStatus | None] = field(default_factory=lambda: [None])
    line: str = ""
    after_start: list[ServiceStatus] = field(default_factory=lambda: [STARTING, RUNS])
    after_stop: list[ServiceStatus] = field(default_factory=lambda: [STOPPING, STOPPED])
    refuses_start: int = 0
    ends: bool = True
    did: list[str] = field(default_factory=list)

    def status(self) -> ServiceStatus | None:
        """Return the next state; the last one stays."""
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]

    def command(self) -> str:
        """Return the command line."""
        return self.line

    def register(self, command: str) -> None:
        """Take a command line."""
        self.did.append("register")
        self.line = command

    def start(self) -> None:
        """Start, or refuse."""
        if self.refuses_start:
            raise ServiceCallError("start", self.refuses_start, "refused")
        self.did.append("start")
        self.states = list(self.after_start)

    def stop(self) -> None:
        """Stop; a service that starts refuses, as Windows has it."""
        if self.states[0] is not None and self.states[0].state is not ServiceState.RUNNING:
            raise ServiceCallError("stop", CallNumber.CANNOT_ACCEPT_CONTROL, "refused")
        self.did.append("stop")
        self.states = list(self.after_stop)

    def reload(self) -> None:
        """Reload."""
        self.did.append("reload")

    def wait_for_end(self, process: int, seconds: float) -> bool:
        """Return whether the process has ended."""
        self.did.append(f"wait {process}")
        return self.ends

    def delete(self) -> None:
        """Remove the service."""
        self.did.append("delete")


@dataclass
class Hours:
    """A clock that only sleeping moves."""

    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds


def actions(manager: Manager) -> ServiceActions:
    """Return the actions with a clock of their own."""
    hours = Hours()
    return ServiceActions(MONITOR, manager, ServiceWaiter(manager, lambda: hours.now, hours.sleep))


def registered(config: Path, *states: ServiceStatus) -> Manager:
    """Return a manager that knows the service."""
    return Manager(list(states), command_line(MONITOR, PYTHON, config, FOLDER))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return a configuration that exists."""
    file = tmp_path / "cert-monitor.yaml"
    file.touch()
    return file


def test_the_command_line_names_everything() -> None:
    """Whatever folder Windows starts it in, and whatever the environment is."""
    assert command_line(MONITOR, PYTHON, OTHER, FOLDER) == (
        r'"C:\Program Files\cert-monitor\python\pythonw.exe" -I -m monitor.cli.service'
        r' --config "D:\monitor\other.yaml" --folder "C:\ProgramData\cert-monitor"'
    )


def test_the_agent_is_another_service_of_the_same_program() -> None:
    """Its process is told which one it is; its folder is its own."""
    line = command_line(AGENT, PYTHON, FOLDER / "agent.yaml", FOLDER)
    assert " -m monitor.cli.service --agent --config " in line
    assert config_in(line) == FOLDER / "agent.yaml"
    manager = Manager()
    assert ServiceActions(AGENT, manager).install(PYTHON, None, FOLDER) == FOLDER / "agent.yaml"
    assert manager.line == line


def test_what_comes_next_for_an_agent(config: Path) -> None:
    """It is enrolled before it starts."""
    assert [hints(AGENT, OTHER)[-1], hints(AGENT, config)[-1]] == [
        "next: cert-monitor agent enroll LINE",
        "next: cert-monitor service start --agent",
    ]


def test_the_sentences_name_the_service() -> None:
    """Two may be on one machine."""
    there = ServiceActions(AGENT, Manager([STOPPED], command_line(AGENT, PYTHON, OTHER, FOLDER)))
    assert there.status()[0] == f"cert-monitor-agent: stopped; configuration {OTHER}"
    with pytest.raises(SystemBrokenError, match="run cert-monitor service install --agent"):
        ServiceActions(AGENT, Manager()).stop()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (command_line(MONITOR, PYTHON, OTHER, FOLDER), OTHER),
        ("", None),
        (r"C:\other.exe --config D:\x.yaml", None),
        ('x --config "', None),
        ('x --config ""', None),
    ],
)
def test_the_configuration_is_read_from_the_command_line(line: str, found: Path | None) -> None:
    """An administrator may have changed it to anything."""
    assert config_in(line) == found


def test_a_new_service_is_registered_stopped() -> None:
    """There is nothing that it could watch yet."""
    manager = Manager()
    assert actions(manager).install(PYTHON, None, FOLDER) == FOLDER / "cert-monitor.yaml"
    assert manager.did == ["register"]


def test_an_upgrade_keeps_the_configuration() -> None:
    """Only the program is another one."""
    manager = registered(OTHER, STOPPED)
    assert actions(manager).install(PYTHON / "new", None, FOLDER) == OTHER
    assert (manager.did, manager.line) == (["register"], command_line(MONITOR, PYTHON / "new", OTHER, FOLDER))


def test_another_configuration_can_be_given() -> None:
    """Also later, to a service that is registered and runs."""
    manager = registered(FOLDER / "cert-monitor.yaml", RUNS)
    assert actions(manager).install(PYTHON, OTHER, FOLDER) == OTHER
    assert config_in(manager.line) == OTHER


def test_what_comes_next_is_said(config: Path) -> None:
    """Setup while there is no configuration, the start when there is one."""
    assert [hints(MONITOR, OTHER)[-1], hints(MONITOR, config)[-1]] == [
        "next: cert-monitor setup",
        "next: cert-monitor service start",
    ]


def test_a_start_waits_until_the_service_runs(config: Path) -> None:
    """However many states lie between."""
    manager = registered(config, STOPPED)
    manager.after_start = [replace(STARTING, checkpoint=step) for step in range(100)] + [RUNS]
    assert actions(manager).start() == config


def test_a_service_that_runs_need_not_start(config: Path) -> None:
    """Windows says so with an error."""
    manager = registered(config, RUNS)
    manager.refuses_start = CallNumber.ALREADY_RUNNING
    assert actions(manager).start() == config


def test_a_start_without_a_configuration() -> None:
    """It says which file is missing, before Windows tries."""
    manager = registered(OTHER, STOPPED)
    with pytest.raises(UsageError, match="does not exist"):
        actions(manager).start()
    assert manager.did == []


def test_a_start_by_somebody_who_may_not(tmp_path: Path) -> None:
    """The folder of the configuration is closed to all but administrators; that is what Windows says then."""
    manager = registered(tmp_path / ("x" * 300), STOPPED)  # a name that the system refuses to look up
    manager.refuses_start = CallNumber.ACCESS_DENIED
    with pytest.raises(SystemBrokenError, match="only an administrator"):
        actions(manager).start()


def test_a_start_with_a_wrong_configuration(config: Path) -> None:
    """The service has given itself the exit code 2."""
    manager = registered(config, STOPPED)
    manager.after_start = [STARTING, replace(STOPPED, exit_code=1066, own_code=2)]
    with pytest.raises(WrongConfigurationError) as caught:
        actions(manager).start()
    assert caught.value.config == config


def test_a_start_that_fails_says_where_to_look(config: Path) -> None:
    """In the log and in the Event Log."""
    manager = registered(config, STOPPED)
    manager.after_start = [STARTING, replace(STOPPED, exit_code=1067)]
    with pytest.raises(SystemBrokenError, match=r"exit code 1067; see .*Event Viewer"):
        actions(manager).start()


def test_a_start_that_hangs_is_given_up(config: Path) -> None:
    """A minute without progress is enough."""
    manager = registered(config, STOPPED)
    manager.after_start = [STARTING]
    with pytest.raises(SystemBrokenError, match="still starting"):
        actions(manager).start()


def test_a_step_may_take_as_long_as_its_hint(config: Path) -> None:
    """The service knows best."""
    manager = registered(config, STOPPED)
    slow = replace(STARTING, hint=10 * PATIENCE)
    manager.after_start = [slow] * int(5 * PATIENCE / 0.25) + [RUNS]
    assert actions(manager).start() == config


def test_a_stop_waits_for_the_end_of_the_process() -> None:
    """Until then it holds its files open, which an upgrade replaces."""
    manager = registered(OTHER, RUNS)
    actions(manager).stop()
    assert manager.did == ["stop", "wait 4711"]


def test_a_process_that_does_not_end_is_reported() -> None:
    """It has said that it has stopped, and has not."""
    manager = registered(OTHER, RUNS)
    manager.ends = False
    with pytest.raises(SystemBrokenError, match="4711"):
        actions(manager).stop()


def test_a_service_that_starts_is_stopped_when_it_runs() -> None:
    """Windows refuses a stop meanwhile."""
    manager = registered(OTHER, STARTING, STARTING, STARTING, STARTING, RUNS)
    actions(manager).stop()
    assert manager.did == ["stop", "wait 4711"]


def test_a_service_is_stopped_before_it_is_removed() -> None:
    """Otherwise Windows would keep it until the next start of the machine."""
    manager = registered(OTHER, RUNS)
    assert actions(manager).remove()
    assert manager.did == ["stop", "wait 4711", "delete"]


def test_removing_what_is_not_there_is_no_mistake() -> None:
    """An uninstaller may run twice."""
    manager = Manager()
    assert not actions(manager).remove()
    assert manager.did == []


@pytest.mark.parametrize("action", [ServiceActions.start, ServiceActions.stop])
def test_a_service_that_is_not_registered(action: Callable[[ServiceActions], object]) -> None:
    """It says how to register it."""
    with pytest.raises(SystemBrokenError, match="service install"):
        action(actions(Manager()))


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        (RUNS, "running", 0),
        (STARTING, "start pending", 3),
        (replace(STOPPED, exit_code=1066, own_code=2), "stopped, ended with exit code 2", 3),
        (replace(STOPPED, exit_code=1067), "stopped, ended with exit code 1067", 3),
    ],
)
def test_the_status(status: ServiceStatus, said: str, code: int) -> None:
    """In one line, with an exit code."""
    text = f"cert-monitor: {said}; configuration {Path(OTHER)}"
    assert actions(registered(OTHER, status)).status() == (text, code)


def test_the_status_of_no_service() -> None:
    """It has an exit code of its own."""
    assert actions(Manager()).status()[1] == 4


def test_a_refusal_says_what_to_do() -> None:
    """And its number, for those who search for it."""
    error = ServiceCallError("the service cannot be opened", CallNumber.ACCESS_DENIED, "Access is denied")
    assert "Run as administrator" in str(error)
    assert str(error).endswith("(error 5)")
    assert str(ServiceCallError("x", 999, "Strange")) == "x: Strange (error 999)"

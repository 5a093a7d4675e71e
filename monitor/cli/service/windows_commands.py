"""The actions of ``cert-monitor service`` on Windows."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from monitor.addresses import HostPort, is_loopback_host
from monitor.cli.daemon.sections import daemon_sections
from monitor.cli.output import say
from monitor.cli.service import firewall, windows_event_source, windows_manager, windows_security
from monitor.cli.service.actions import ServiceActions, WrongConfigurationError, hints
from monitor.cli.service.definition import MONITOR, ServiceDefinition
from monitor.cli.service.file_tree import take_folder
from monitor.cli.service.paths import data_folder, log_file
from monitor.errors import ConfigError, SystemBrokenError, UsageError

assert sys.platform == "win32"  # noqa: S101 - the type checker passes over the rest elsewhere

_DEFAULT_PORT = 9850


def install(service: ServiceDefinition, arguments: argparse.Namespace) -> int:
    """Register a service, its source of events and its folder, and if asked for a rule of the firewall."""
    take_own_folder(service)
    given, python = arguments.config.absolute() if arguments.config else None, _python()
    config = _actions(service).install(python, given, data_folder(service))
    _registry(windows_event_source.register_source, service)
    if arguments.firewall:
        _open_port(config, python)
    say("\n".join(hints(service, config)))
    return 0


def remove(service: ServiceDefinition, _arguments: argparse.Namespace) -> int:
    """Remove all that ``install`` has made, but neither configuration nor state."""
    as_administrator()
    there = _actions(service).remove()
    _registry(windows_event_source.remove_source, service)
    if service is MONITOR:
        firewall.remove_rule()
    said = "the service is removed" if there else "the service is not registered"
    say(f"{said}; configuration and state stay in {data_folder(service)}")
    return 0


def start(service: ServiceDefinition, _arguments: argparse.Namespace) -> int:
    """Start a service and wait until it runs; raise ``ConfigError`` for a wrong configuration."""
    try:
        config = _actions(service).start()
    except WrongConfigurationError as error:
        _load(service, error.config)
        raise  # the file is right by now, or only the account of the service cannot read it
    say(f"the service runs; {_where(service, config)}")
    return 0


def stop(service: ServiceDefinition, _arguments: argparse.Namespace) -> int:
    """Stop a service and wait for its end."""
    _actions(service).stop()
    say("the service has stopped")
    return 0


def status(service: ServiceDefinition, _arguments: argparse.Namespace) -> int:
    """Print how a service is; return 0 while it runs, 3 when it does not, 4 where there is none."""
    said, code = _actions(service).status()
    say(said)
    return code


ACTIONS: dict[str, Callable[[ServiceDefinition, argparse.Namespace], int]] = {
    "install": install,
    "remove": remove,
    "status": status,
    "start": start,
    "stop": stop,
}


def _actions(service: ServiceDefinition) -> ServiceActions:
    return ServiceActions(service, windows_manager.WindowsManager(service))


def _load(service: ServiceDefinition, config: Path) -> None:
    """Raise ``ConfigError`` with every mistake of a configuration."""
    if service is MONITOR:
        from monitor.config import load  # noqa: PLC0415 - loads every kind of target

        load(config)
    else:
        from monitor.agent.settings import load as load_agent  # noqa: PLC0415 - the same

        load_agent(config)


def _where(service: ServiceDefinition, config: Path) -> str:
    """Return where to look at what a service does."""
    if service is MONITOR:
        host, port = daemon_sections(config).listen
        return f"its page is at port {port} of {host or 'this machine'}"
    return f"whether its center takes it is in {log_file(service, data_folder(service))}"


def take_own_folder(service: ServiceDefinition) -> None:
    """Close the folder of a service to others, unless the service is registered, which has closed it."""
    as_administrator()
    if windows_manager.WindowsManager(service).status() is None:
        take_folder(data_folder(service), service)


def as_administrator() -> None:
    """Raise ``SystemBrokenError`` without the rights of an administrator."""
    if not windows_security.is_administrator():
        raise SystemBrokenError(
            'this needs an administrator: open the command prompt with "Run as administrator"'
        )


def _python() -> Path:
    """Return the interpreter for the service: the one without a console, where it is there."""
    if sys.prefix != sys.base_prefix:
        raise UsageError(
            "the service cannot run from a virtual environment, whose python.exe starts another process; "
            "install the package for Windows (docs/windows.md)"
        )
    found = Path(sys.executable).with_name("pythonw.exe")
    return found if found.exists() else Path(sys.executable)


def _open_port(config: Path, python: Path) -> None:
    host, port = _listen(config)
    firewall.add_rule(port or _DEFAULT_PORT, python)
    if is_loopback_host(host):
        say(f"port {port} is open in the firewall, but the page listens on {host} alone: set web.listen")


def _listen(config: Path) -> HostPort:
    """Return the address of the page; a wrong configuration is no reason to fail an upgrade."""
    try:
        return daemon_sections(config).listen
    except ConfigError:
        return HostPort("127.0.0.1", _DEFAULT_PORT)


def _registry(change: Callable[[str], None], service: ServiceDefinition) -> None:
    try:
        change(service.name)
    except OSError as error:
        raise SystemBrokenError(f"the source of events cannot be changed: {error.strerror}") from None

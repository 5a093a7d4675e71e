"""``cert-monitor agent enroll``: get the token of an agent, and write its file where there is none."""

import argparse
import asyncio
import sys
from pathlib import Path

from monitor.agent.enroll import enroll as enrolled
from monitor.agent.enroll import invitation, missing_trust
from monitor.agent.first_file import first_file
from monitor.agent.settings import AgentFile, load
from monitor.cli.agent import service
from monitor.cli.output import say
from monitor.cli.service.definition import AGENT
from monitor.cli.service.file_rights import write_restricted
from monitor.cli.service.paths import data_folder, default_config, is_of_service
from monitor.errors import SystemBrokenError, UsageError

_READABLE = 0o644
_STATE_OF_UNIT = "/var/lib/cert-monitor-agent"


def enroll(arguments: argparse.Namespace) -> int:
    """Return 0 when this agent has its token."""
    path: Path = (arguments.config or default_config(AGENT)).absolute()
    invitation(arguments.line)
    if arguments.start:
        service.check(path)
    _take_folder(path)
    file, made = _file(path, arguments)
    try:
        _get_token(file, arguments.line)
    except BaseException:
        if made:
            path.unlink(missing_ok=True)
        raise
    say(f"enrolled as {file.settings.name} of zone {file.settings.zone}; the token is in {file.token_path}")
    if not file.settings.allow:
        say(f"it may probe nothing yet: add hosts, networks and ports to allow in {path}")
    said = service.start(path) if arguments.start else f"next: {service.by_hand(path)}"
    say(said)
    return 0


def _file(path: Path, arguments: argparse.Namespace) -> tuple[AgentFile, bool]:
    """Return the file of the agent, and whether it was written just now."""
    zone, slash, name = (arguments.agent or "").partition("/")
    if path.exists():
        if arguments.allow:
            raise UsageError(f"agent enroll: {path} exists; add to allow there what --allow names")
        file = load(path)
        if slash and (zone, name) != (file.settings.zone, file.settings.name):
            said = f"{path} is of agent {file.settings.zone}/{file.settings.name}, the line of {zone}/{name}"
            raise UsageError(f"agent enroll: {said}")
        return file, False
    if not (zone and slash and name):
        raise UsageError(f"agent enroll: {path} does not exist; write it, or add --agent ZONE/AGENT")
    center = invitation(arguments.line).center
    _write_readable(path, first_file(zone, name, center, arguments.allow, _spool(path)).encode())
    try:
        return load(path), True
    except BaseException:
        path.unlink()
        raise


def _spool(path: Path) -> str:
    """Return the folder of the spool: the one that the unit of systemd may write, else beside the file."""
    return _STATE_OF_UNIT if sys.platform != "win32" and path == default_config(AGENT) else "spool"


def _get_token(file: AgentFile, line: str) -> None:
    trust = missing_trust(file)
    ca, token = asyncio.run(enrolled(file, line))
    try:
        if trust is not None:
            _write_readable(trust, ca)
        file.token_path.unlink(missing_ok=True)
        write_restricted(file.token_path, token.encode() + b"\n", AGENT)
    except OSError as error:
        raise SystemBrokenError(f"the token could not be written: {error}; ask for a new line") from None


def _write_readable(path: Path, content: bytes) -> None:
    """Write a file without secrets; the user of systemd's unit is nobody who could be given it alone."""
    try:
        with path.open("xb") as stream:
            stream.write(content)
        path.chmod(_READABLE)
    except OSError as error:
        raise SystemBrokenError(f"{path} cannot be written: {error.strerror or error}") from None


def _take_folder(path: Path) -> None:
    """Close the folder of the service to others before the first secret is in it, on Windows alone."""
    if sys.platform == "win32" and is_of_service(path, data_folder(AGENT)):
        from monitor.cli.service.windows_commands import take_own_folder  # noqa: PLC0415 - only there

        take_own_folder(AGENT)

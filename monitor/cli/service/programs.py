"""What the process of a service runs: the monitor, or the agent of a zone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.agent.run import run_agent
from monitor.agent.settings import load
from monitor.cli.service.definition import AGENT, MONITOR, ServiceDefinition
from monitor.daemon.daemon import Daemon
from monitor.daemon.serve import serve
from monitor.logs import use_log_format


@dataclass(frozen=True, slots=True)
class Started:
    """A program that runs: what it does, and what makes it read its configuration again, if it can."""

    said: str
    reload: Callable[[], object] | None = None


Program = Callable[[Path, asyncio.Event, Callable[[Started], None]], Awaitable[None]]
"""Takes a configuration, what stops it, and what it calls once it runs; raises ``ConfigError`` and others."""


async def _monitor(config: Path, stop: asyncio.Event, started: Callable[[Started], None]) -> None:
    def runs(daemon: Daemon) -> None:
        started(Started(f"page {daemon.url}", daemon.reload_soon))

    await serve(config, stop=stop, started=runs)


async def _agent(config: Path, stop: asyncio.Event, started: Callable[[Started], None]) -> None:
    file = load(config)
    use_log_format(file.settings.log_format)
    said = f"agent {file.settings.name} probes zone {file.settings.zone}"
    await run_agent(file, stop, lambda: started(Started(said)))


PROGRAMS: Mapping[ServiceDefinition, Program] = {MONITOR: _monitor, AGENT: _agent}

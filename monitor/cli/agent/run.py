"""``cert-monitor agent run``: the agent of a zone in the foreground, logging to standard error."""

import argparse
import asyncio
import os

from monitor.agent.run import run_agent
from monitor.agent.settings import AgentFile, load
from monitor.cli.foreground import log_to_standard_error, stop_signal
from monitor.daemon.system.service_manager import ServiceManager


def run(arguments: argparse.Namespace) -> int:
    """Run the agent until SIGTERM or Ctrl-C."""
    file = load(arguments.config)
    log_to_standard_error(arguments.log_level, file.settings.log_format)
    asyncio.run(_until_stopped(file))
    return 0


async def _until_stopped(file: AgentFile) -> None:
    manager, settings = ServiceManager(os.environ, os.getpid()), file.settings
    status = f"agent {settings.name} probes zone {settings.zone}"
    await run_agent(file, stop_signal(), lambda: manager.ready(status))

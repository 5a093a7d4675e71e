"""``cert-monitor worker``: a worker in the foreground, logging to standard error."""

import argparse
import asyncio

from monitor.agent.worker import run_worker
from monitor.agent.worker_settings import WorkerFile, load
from monitor.cli.foreground import log_to_standard_error, stop_signal


def run(arguments: argparse.Namespace) -> int:
    """Run the worker until SIGTERM or Ctrl-C."""
    file = load(arguments.config)
    log_to_standard_error(arguments.log_level, file.settings.log_format)
    asyncio.run(_until_stopped(file))
    return 0


async def _until_stopped(file: WorkerFile) -> None:
    await run_worker(file, stop_signal())

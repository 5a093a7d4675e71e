"""``cert-monitor run``: the daemon in the foreground, logging to standard error."""

import argparse
import asyncio

from monitor.cli.foreground import log_to_standard_error
from monitor.daemon.serve import serve
from monitor.logs import LogFormat


def run(arguments: argparse.Namespace) -> int:
    """Run the daemon until SIGTERM or Ctrl-C."""
    log_to_standard_error(arguments.log_level, LogFormat.TEXT)  # until the configuration is read
    asyncio.run(serve(arguments.config))
    return 0

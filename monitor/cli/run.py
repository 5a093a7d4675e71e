"""``cert-monitor run``: the daemon in the foreground, logging to standard error."""

import argparse
import asyncio
import logging

from monitor.daemon import serve
from monitor.logs import LogFormat, use_log_format


def run(arguments: argparse.Namespace) -> int:
    """Run the daemon until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=arguments.log_level.upper())
    use_log_format(LogFormat.TEXT)
    # These log every job, every batch that takes longer than its interval, and every plugin.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    asyncio.run(serve(arguments.config))
    return 0

"""What commands share that run until they are stopped: their log, and the signals that stop them."""

import asyncio
import logging
import os
import signal

from monitor.daemon.system.journal import log_handler
from monitor.logs import LogFormat, quiet_libraries, use_log_format


def log_to_standard_error(level: str, form: LogFormat) -> None:
    """Log messages of a level and above."""
    logging.basicConfig(level=level.upper(), handlers=[log_handler(os.environ)])
    use_log_format(form)
    quiet_libraries()


def stop_signal() -> asyncio.Event:
    """Return an event of the running loop that SIGTERM and Ctrl-C set."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop

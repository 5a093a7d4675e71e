"""The log of the service: a file that is rotated, and the Windows Event Log for warnings and errors.

A service has neither standard output nor standard error.
"""

import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from monitor.cli.service.events import EventLogHandler
from monitor.daemon.system.events import WindowsEvent
from monitor.logs import TextLines, quiet_libraries

log = logging.getLogger(__name__)

SIZE, KEPT = 5_000_000, 5
"""Octets of a file, and how many older ones are kept: 30 MB hold months, since only the unusual is logged."""


class RotatedFile(RotatingFileHandler):
    """A log file that is rotated; while another program holds it open, it grows on instead.

    Windows renames no file that is open elsewhere. The base class would lose each line from then on, and with
    each attempt an older file.
    """

    def __init__(self, file: Path, size: int = SIZE, kept: int = KEPT) -> None:
        """Open the file; raise ``OSError``."""
        super().__init__(file, maxBytes=size, backupCount=kept, encoding="utf-8")

    def doRollover(self) -> None:  # noqa: N802 - the name in logging
        """Rotate, or write on into the same file."""
        if self.stream is not None:
            self.stream.close()
        if self._renamed():
            super().doRollover()
        else:
            self.stream = self._open()

    def _renamed(self) -> bool:
        aside = f"{self.baseFilename}.rotating"
        with suppress(OSError):
            os.replace(self.baseFilename, aside)  # noqa: PTH105 - the base class has names, not paths
            os.replace(aside, self.baseFilename)  # noqa: PTH105 - the same
            return True
        return False


def log_to(file: Path, write: Callable[[Sequence[WindowsEvent]], None]) -> None:
    """Log to a file and, from warnings on, to what writes events; without the file, to the latter alone."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(EventLogHandler(write))
    quiet_libraries()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatedFile(file)
    except OSError as error:
        log.warning("the log %s cannot be written: %s", file, error.strerror or error)
        return
    handler.setFormatter(TextLines())
    root.addHandler(handler)

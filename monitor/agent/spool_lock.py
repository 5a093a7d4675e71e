"""A lock on the folder of a spool, which the system keeps until the process ends in any way."""

import os
import sys
from pathlib import Path

from monitor.errors import SystemBrokenError


class SpoolLock:
    """One agent alone writes to a spool and deletes from it."""

    def __init__(self, folder: Path) -> None:
        """Take the lock; raise ``SystemBrokenError`` when another agent has it."""
        try:
            self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SystemBrokenError(f"spool.folder: {folder} cannot be used: {error.strerror}") from None
        try:
            _lock(self._file)
        except OSError:
            os.close(self._file)
            raise SystemBrokenError(
                f"spool.folder: {folder} is in use by another agent; stop that one, or name another folder"
            ) from None

    def release(self) -> None:
        """Release the lock."""
        os.close(self._file)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: int) -> None:
        # flock, not lockf: it belongs to this open file, so a second agent in this process is refused too.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

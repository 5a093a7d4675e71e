"""The database file on disk: its permissions, its identity and its lock."""

import errno
import os
import sys
from pathlib import Path

from monitor.errors import SystemBrokenError


def prepare(path: Path) -> None:
    """Create the folder (0700) and the file (0600), since it contains mails; leave existing ones as they are.

    Raises ``SystemBrokenError`` when that is not possible.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise SystemBrokenError(
            f"the store {path} cannot be used: {error.strerror or error}; "
            "check the owner and mode of its folder, or choose another file in store.url"
        ) from error


def identity(path: Path) -> tuple[int, int] | None:
    """Return what distinguishes a file from a replacement at its path, ``None`` if it does not exist."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


class DatabaseLock:
    """An exclusive lock on a database file, until ``release`` or until the process exits in any way.

    The operating system keeps the lock, on ``FILE.lock``; that this file exists means nothing.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock; raise ``SystemBrokenError`` when another process or store has it."""
        lock = path.with_name(path.name + ".lock")
        try:
            self._file = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _no_lock(lock, error) from error
        try:
            _lock(self._file)
        except OSError as error:
            owner = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            raise (_in_use(path, owner) if error.errno in _HELD else _no_lock(lock, error)) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Release the lock."""
        os.close(self._file)


# Unix answers EAGAIN or EACCES, Windows EACCES or EDEADLK, when another holds a lock.
_HELD = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}


def _in_use(path: Path, owner: str) -> SystemBrokenError:
    return SystemBrokenError(
        f"the store {path} is in use by another cert-monitor (process {owner or 'unknown'}): "
        "stop that one first, or set another store.url for this one"
    )


def _no_lock(lock: Path, error: OSError) -> SystemBrokenError:
    return SystemBrokenError(
        f"the store's {lock} cannot be locked: {error.strerror or error}; "
        "check its owner and mode, and that it is on a local disk"
    )


if sys.platform == "win32":
    import msvcrt

    # A locked byte cannot be read by others, so one far behind the process number is locked.
    _BYTE = 1 << 20

    def _lock(file: int) -> None:
        os.lseek(file, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int) -> None:
        # flock, not lockf: it belongs to this open file, so a second store in this process is refused too.
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

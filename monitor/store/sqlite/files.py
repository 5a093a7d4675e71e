"""The database file on disk: its permissions, its identity and its lock."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from monitor.errors import StoreFault, StoreUnusableError, SystemBrokenError
from monitor.store.faults import of_system


def make_folder(path: Path) -> None:
    """Create the folder of a database file (0700), since it contains mails; leave an existing one as it is.

    Raises ``StoreUnusableError`` when the disk does not let us, ``SystemBrokenError`` for a path that can be
    none.
    """
    with _usable(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """Create a database file (0600), or leave it as it is; raises like ``make_folder``."""
    with _usable(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unusable(
            f"the store {path} cannot be used: {error.strerror or error}; "
            "check the owner and mode of its folder, or choose another file in store.url",
            error,
        ) from error


# The path of a folder, or one through a file: a mistake in the configuration.
_NO_PATH = {errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.EINVAL}


def _unusable(sentence: str, error: OSError) -> SystemBrokenError:
    if error.errno in _NO_PATH:
        return SystemBrokenError(sentence)
    return StoreUnusableError(sentence, of_system(error))


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
        self._file = _opened(lock)
        try:
            _lock(self._file)
        except OSError as error:
            owner = os.read(self._file, 20).decode("ascii", "replace").strip()
            os.close(self._file)
            if error.errno in _HELD:
                raise _in_use(path, owner) from error
            if error.errno == errno.EBADF:  # a read-only share, which locks only what may be written
                raise StoreUnusableError(_no_lock(lock, error), StoreFault.READ_ONLY) from error
            raise SystemBrokenError(_no_lock(lock, error)) from error
        # On a full disk, and in a file that may only be read, the number of the process stays out.
        with suppress(OSError):
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


def _no_lock(lock: Path, error: OSError) -> str:
    return (
        f"the store's {lock} cannot be locked: {error.strerror or error}; "
        "check its owner and mode, and that it is on a local disk"
    )


def _opened(lock: Path) -> int:
    """Open the file of a lock, for reading only where nothing can be written: that suffices to lock it."""
    try:
        return os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        if error.errno not in _NO_PATH:
            with suppress(OSError):
                return os.open(lock, os.O_RDONLY)
        raise _unusable(_no_lock(lock, error), error) from error


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

"""Why a database does not work: the kind of fault, and a sentence with what to do about it."""

import errno
import sqlite3
from typing import NamedTuple

from monitor.errors import StoreFault


class Explanation(NamedTuple):
    """The kind of fault behind an error, and why the database does not work."""

    fault: StoreFault
    sentence: str


RESTORE = (
    "stop cert-monitor and restore a backup (cert-monitor restore), or move the file away to start afresh"
)
_LOCKED = Explanation(
    StoreFault.LOCKED, "another program has locked it; stop that program (a backup, an open sqlite3 shell)"
)
# The primary result code is the low byte (https://sqlite.org/rescode.html).
_WHY = {
    sqlite3.SQLITE_FULL: Explanation(
        StoreFault.FULL, "the disk or the file's size limit is full; free some space"
    ),
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: Explanation(
        StoreFault.READ_ONLY, "it cannot be written to; check owner and mode, and that the disk is writable"
    ),
    sqlite3.SQLITE_CANTOPEN: Explanation(
        StoreFault.DENIED, "it cannot be opened; check the owner and mode of its folder"
    ),
    sqlite3.SQLITE_PERM: Explanation(StoreFault.DENIED, "access is denied; check its owner and mode"),
    sqlite3.SQLITE_IOERR: Explanation(
        StoreFault.DISK_ERROR, "the disk reported an error; check the disk and the system's log"
    ),
    sqlite3.SQLITE_CORRUPT: Explanation(
        StoreFault.DAMAGED, "it is damaged; restore it from a backup, or move it away to start afresh"
    ),
    sqlite3.SQLITE_NOTADB: Explanation(
        StoreFault.NOT_A_DATABASE,
        "it is not an SQLite database; name another file in store.url, or restore it",
    ),
}
_BY_NUMBER = {
    errno.ENOSPC: StoreFault.FULL,
    errno.EDQUOT: StoreFault.FULL,
    errno.EFBIG: StoreFault.FULL,
    errno.EROFS: StoreFault.READ_ONLY,
    errno.EACCES: StoreFault.DENIED,
    errno.EPERM: StoreFault.DENIED,
    errno.EIO: StoreFault.DISK_ERROR,
}


def of_sqlite(error: BaseException | None) -> Explanation:
    """Return the explanation of an error of SQLite."""
    code = getattr(error, "sqlite_errorcode", None)
    known = None if code is None else _WHY.get(code & 0xFF)
    if known is None:
        return Explanation(StoreFault.OTHER, f"SQLite says: {error}")
    return Explanation(known.fault, f"{known.sentence} (SQLite says: {error})")


def of_system(error: OSError) -> StoreFault:
    """Return the kind of fault behind an error of the operating system."""
    return _BY_NUMBER.get(error.errno or 0, StoreFault.OTHER)

"""Why a PostgreSQL server refuses or fails a statement: the kind of fault, and what to do about it."""

import psycopg

from monitor.errors import StoreFault
from monitor.store.faults import Explanation

_UNREACHABLE = (StoreFault.UNREACHABLE, "there is no connection; check the server, the network and the login")
_LOCKED = (StoreFault.LOCKED, "another program has locked it, or the server is too slow")

# What is refused while a connection is made has no code. Of others the first characters decide
# (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_WHY = {
    "53100": (StoreFault.FULL, "the disk of the server is full; free some space"),
    "53": (StoreFault.UNREACHABLE, "the server has no room for it; check its log"),
    "42501": (StoreFault.DENIED, "the user lacks a right; make it the owner of the database"),
    "25006": (StoreFault.READ_ONLY, "the server only reads; name its primary in store.url"),
    "25P03": _LOCKED,
    "55P03": _LOCKED,
    "57014": _LOCKED,
    "40": _LOCKED,
    "08": _UNREACHABLE,
    "57P": _UNREACHABLE,
    "58": (StoreFault.DISK_ERROR, "the server met an error of its disk; check its log"),
    "XX": (StoreFault.DAMAGED, "the server found damage; check its log and restore a backup"),
}
_LONGEST = 300


def explain(error: BaseException | None) -> Explanation | None:
    """Return the explanation of an error of psycopg, ``None`` for a wrong statement (a bug)."""
    if not isinstance(error, psycopg.Error):
        return None
    code = error.sqlstate or ""
    found = next((_WHY[code[:length]] for length in (5, 3, 2) if code[:length] in _WHY), None)
    if found is None:
        if code or not isinstance(error, psycopg.OperationalError):
            return None
        found = _UNREACHABLE
    fault, sentence = found
    return Explanation(fault, f"{sentence} (it says: {' '.join(str(error).split())[:_LONGEST]})")

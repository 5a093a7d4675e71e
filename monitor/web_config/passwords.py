"""Passwords and their bcrypt hashes; no other module knows the library. Call it on a thread: it blocks."""

import re
from collections.abc import Iterable, Mapping

COST = 12
"""The library's default: about a quarter of a second on a small server."""
_LONGEST = 72
_HASH = re.compile(r"\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}")
_HIGHEST_COST = 16


def hash_problem(text: str) -> str:
    """Return what is wrong with a bcrypt hash, empty for nothing; the hash itself is not shown."""
    found = _HASH.fullmatch(text)
    if found is None:
        return "must be a bcrypt hash, which begins with $2y$, $2b$ or $2a$; see cert-monitor user add"
    if not 4 <= int(found[1]) <= _HIGHEST_COST:
        return f"is a hash of cost {int(found[1])}; use one of cost 10 to {_HIGHEST_COST}"
    return ""


def hashed(password: str, cost: int = COST) -> str:
    """Return the bcrypt hash of a password; raise ``ValueError`` for one that the method cuts off."""
    encoded = password.encode()
    if not encoded:
        raise ValueError("the password is empty")
    if len(encoded) > _LONGEST:
        raise ValueError(f"the password is longer than {_LONGEST} bytes, which is all that bcrypt uses")
    if b"\0" in encoded:
        raise ValueError("the password has a character that passwords cannot have")
    import bcrypt  # noqa: PLC0415 - commands and daemons without users do not need it

    made: bytes = bcrypt.hashpw(encoded, bcrypt.gensalt(cost))
    return made.decode("ascii")


class Passwords:
    """The hashes of some users, and one of nobody, so that an unknown name takes as long as a known one."""

    def __init__(self, users: Mapping[str, str]) -> None:
        """Take the hashes by name."""
        self._users = users
        self._nobody = _of_nobody(users.values())

    def is_right(self, name: str, password: str) -> bool:
        """Return whether a name has a password; blocks for as long as the cost of the hash says.

        What is longer than bcrypt takes is cut, as the programs do that made the hash.
        """
        known = self._users.get(name)
        right = _matches(password.encode()[:_LONGEST], known or self._nobody)
        return right and known is not None


def _matches(password: bytes, known: str) -> bool:
    import bcrypt  # noqa: PLC0415 - see hashed

    try:
        # $2x$ marks hashes of a broken implementation, which the library does not make.
        right: bool = bcrypt.checkpw(password, known.encode("ascii"))
    except ValueError:
        return False
    return right


def _of_nobody(hashes: Iterable[str]) -> str:
    """Return a hash with the highest cost among some; no password is known for it."""
    cost = max((int(one[4:6]) for one in hashes), default=COST)
    return f"$2b${cost:02d}$" + "." * 53

"""Open a file for reading without ever blocking; reads nothing."""

import os

# NONBLOCK: a pipe that replaced the file between stat and open must not block the thread.
_FLAGS = os.O_RDONLY
for _name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"):
    _FLAGS |= getattr(os, _name, 0)


def open_descriptor(path: str) -> int:
    """Return a file descriptor for reading; raise ``OSError``."""
    return os.open(path, _FLAGS)

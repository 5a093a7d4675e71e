"""Open a file for reading without ever waiting for it; reads nothing."""

import os

# NONBLOCK: a pipe that took the file's place between stat and open must not hold the thread.
_FLAGS = os.O_RDONLY
for _name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"):
    _FLAGS |= getattr(os, _name, 0)


def descriptor_of(path: str) -> int:
    """Return a descriptor to read a file by; raise ``OSError``."""
    return os.open(path, _FLAGS)

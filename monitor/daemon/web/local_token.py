"""The token that lets programs on this machine change something: a file, new at each start.

It lies beside the database. Whoever can read it may make every change that the API allows: the service's own
account and administrators.
"""

import logging
import os
import secrets
from hmac import compare_digest
from pathlib import Path

from monitor.state_folder import TOKEN

log = logging.getLogger(__name__)


class LocalToken:
    """A random token, and the file where commands find it."""

    def __init__(self, folder: Path | None) -> None:
        """Make a token for a state folder, ``None`` where the database is in memory; nothing is written."""
        self._value = secrets.token_urlsafe(32)
        self._path = folder / TOKEN if folder else None
        self._written = False

    def write(self) -> None:
        """Write the file for its owner alone; where that fails, it is tried again when a program asks."""
        if self._path is None:
            return
        try:
            # Made anew, so that nobody who opened a former one can read it.
            self._path.unlink(missing_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(self._value)
            self._written = True
        except OSError as error:
            log.warning("%s cannot be written, so commands cannot change anything: %s", self._path, error)

    def remove(self) -> None:
        """Remove the file."""
        if self._path is None:
            return
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be removed: %s", self._path, error)

    def is_right(self, token: str) -> bool:
        """Return whether a program has read the file; one that could not be written before is written now."""
        if not self._written:
            self.write()
        return compare_digest(token.encode("utf-8", "replace"), self._value.encode())

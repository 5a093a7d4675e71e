"""The key that signs links from mails: a file beside the database, made at first need and kept over restarts.

Whoever can read it may acknowledge alerts: the service's own account and administrators. A new one makes all
links worthless that were sent before.
"""

import logging
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

from monitor.alerts.acknowledge_link import KEY_BYTES
from monitor.state_folder import LINK_KEY

log = logging.getLogger(__name__)


class LinkKey:
    """The key in force; it is read at each use, so that a rotation needs no restart."""

    def __init__(self, folder: Path | None) -> None:
        """Take the state folder, ``None`` where the database is in memory; nothing is read or written."""
        self._path = folder / LINK_KEY if folder else None
        self._lock = Lock()
        self._in_memory = b""
        self._problem = ""

    def current(self) -> bytes:
        """Return the key; make it where there is none. Blocks.

        Where the file cannot be used there is one in memory, which the next start does not know.
        """
        with self._lock:
            try:
                key = _read(self._path) if self._path else None
                if key is None:
                    key = self._in_memory or secrets.token_bytes(KEY_BYTES)
                    self._in_memory = key
                    if self._path:
                        write_key(self._path, key)
            except OSError as error:
                self._say(f"{self._path} cannot be used: {error.strerror or error}")
                self._in_memory = self._in_memory or secrets.token_bytes(KEY_BYTES)
                return self._in_memory
            self._in_memory, self._problem = key, ""
            return key

    def _say(self, problem: str) -> None:
        if problem != self._problem:
            log.warning("%s; links in mails work until the next start only", problem)
        self._problem = problem


def rotate(folder: Path) -> Path:
    """Write a new key and return its file; raise ``OSError`` where that fails."""
    path = folder / LINK_KEY
    write_key(path, secrets.token_bytes(KEY_BYTES))
    return path


def write_key(path: Path, key: bytes) -> None:
    """Write a key for its owner alone, as a whole or not at all."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
    try:
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{key.hex()}\n")
            file.flush()
            os.fsync(file.fileno())
        _give_to_owner(made, path.parent)
        made.replace(path)
    except OSError:
        with suppress(OSError):
            made.unlink(missing_ok=True)
        raise


def _give_to_owner(made: Path, folder: Path) -> None:
    """Give a file to the owner of its folder: an administrator may rotate what the service reads."""
    if sys.platform != "win32":
        owner = folder.stat()
        with suppress(PermissionError):
            os.chown(made, owner.st_uid, owner.st_gid)


def _read(path: Path) -> bytes | None:
    """Return the key in a file, ``None`` where there is no file or no key in it; raise ``OSError``."""
    try:
        text = path.read_text("ascii", errors="replace")
    except FileNotFoundError:
        return None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) == KEY_BYTES:
        return key
    log.warning("%s has no key: a new one is written, and links that were sent before do not work", path)
    return None

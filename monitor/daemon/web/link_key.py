"""The key that signs links from mails: a file beside the database, made at first need and kept over restarts.

With a database on a server it is a fact in there, since all centers need the same one. Whoever can read it
may acknowledge alerts: the service's own account, administrators, and those of the server. A new one makes
all links worthless that were sent before.
"""

import logging
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from threading import Lock

from monitor.alerts.routing.acknowledge_link import KEY_BYTES
from monitor.state_folder import LINK_KEY, is_server, state_folder
from monitor.store import Store
from monitor.store.facts import LINK_KEY as RECORDED_KEY

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

    async def refresh(self) -> None:
        """Do nothing: the file is read at each use."""

    def _say(self, problem: str) -> None:
        if problem != self._problem:
            log.warning("%s; links in mails work until the next start only", problem)
        self._problem = problem


class SharedLinkKey(LinkKey):
    """The key of a database on a server, the same in all centers; ``refresh`` takes up a rotated one."""

    def __init__(self, store: Store) -> None:
        """Take the store; the key is not known before the first ``refresh``."""
        super().__init__(None)
        self._store = store

    async def refresh(self) -> None:
        """Read the key."""
        if key := bytes.fromhex(await self._store.fact(RECORDED_KEY) or ""):
            self._in_memory = key


class KnownLinkKey(LinkKey):
    """The key of a database that cannot be used now; where it was not read before, one of this process."""

    def __init__(self, key: bytes) -> None:
        """Take the key, empty where it is not known."""
        super().__init__(None)
        self._in_memory = key


async def link_key_of(url: str, store: Store) -> LinkKey:
    """Return the key that belongs to a store."""
    if not is_server(url):
        return LinkKey(state_folder(url))
    key = SharedLinkKey(store)
    await key.refresh()
    return key


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

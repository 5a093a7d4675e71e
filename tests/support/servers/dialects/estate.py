"""Run real servers of the distribution on loopback for the tests of protocols; must not know any protocol.

Every server lives in a folder of its own with its own ports and certificate, and is stopped by its process
number. A port counts as open when the kernel says so: no probe connects, so the logs have our probes alone.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import randrange
from tempfile import TemporaryDirectory

import psutil

from support import pki

PATIENCE = 60.0
"""Seconds for a server to start; a busy machine may need some."""

NAME = "server.vms.example"
ROOT = pki.authority(at=pki.TODAY)
GOOD = pki.leaf(NAME, ROOT, at=pki.TODAY, names=(NAME, "127.0.0.1"))
EXPIRED = pki.leaf(NAME, ROOT, at=pki.TODAY, names=(NAME, "127.0.0.1"), end=pki.days(-1, pki.TODAY))
IDENTITIES = {"good": GOOD, "expired": EXPIRED, "plain": None}

# States in /proc/net/tcp: listening; established, or waiting for the server to close after we did.
_LISTENS = frozenset({"0A"})
_VISITED = frozenset({"01", "08"})


@dataclass(frozen=True)
class Room:
    """The folder and ports of one server; ``identity`` is ``None`` for one without TLS."""

    root: Path
    ports: Mapping[str, int]
    identity: pki.Issued | None

    @property
    def certificate(self) -> Path:
        """Return the file with the served chain."""
        return self.root / "certificate.pem"

    @property
    def key(self) -> Path:
        """Return the file with the private key."""
        return self.root / "key.pem"

    @property
    def log(self) -> str:
        """Return everything the server has written to its logs so far."""
        return "".join(path.read_text(errors="replace") for path in sorted((self.root / "log").iterdir()))

    def folder(self, name: str, user: str = "root", mode: int = 0o755) -> Path:
        """Make a folder that belongs to a user."""
        path = self.root / name
        path.mkdir(parents=True)
        path.chmod(mode)
        shutil.chown(path, user)
        return path

    def write(self, name: str, text: str) -> Path:
        """Write a file that anybody may read, with locations, ports and files filled in."""
        path = self.root / name
        known = {"root": self.root, "certificate": self.certificate, "key": self.key, **self.ports}
        path.write_text(re.sub(r"@(\w+)@", lambda found: str(known[found[1]]), text))
        return path


@dataclass(frozen=True, eq=False)
class Kind:
    """How a server is started: ``lay_out`` fills its folder and returns the command.

    ``ports`` are the names of what it listens on, ``secure`` those that exist only with TLS. ``usual`` finds
    the lines of its log that sound alarming and are not. ``last`` is what it logs at the end of its start.
    """

    name: str
    package: str
    program: str
    ports: tuple[str, ...]
    lay_out: Callable[[Room], list[str]]
    secure: frozenset[str] = frozenset()
    user: str = "root"
    own_user: bool = False
    usual: str = r"(?!)"
    last: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> str:
        """Return why it cannot run here, empty when it can."""
        if not shutil.which(self.program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin"):
            return f"{self.name} is missing (Debian: {self.package})"
        if getattr(os, "geteuid", lambda: 1)() != 0:
            return f"{self.name} is started as root, to become the user it wants to be"
        return ""


@contextlib.contextmanager
def _furnished(kind: Kind, identity: pki.Issued | None) -> Iterator[Room]:
    names = [name for name in kind.ports if identity or name not in kind.secure]
    # Not pytest's own folder: only its owner may enter that, and servers run as other users.
    with TemporaryDirectory(prefix=f"{kind.name}-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        room = Room(root, dict(zip(names, _free_ports(len(names)), strict=True)), identity)
        room.folder("log", kind.user)
        if identity is not None:
            _show(room, identity, kind.user)
        yield room


def _show(room: Room, identity: pki.Issued, user: str) -> None:
    room.certificate.write_bytes(identity.pem + ROOT.pem)
    room.key.write_bytes(identity.key_pem)
    (room.root / "ca.pem").write_bytes(ROOT.pem)
    room.key.chmod(0o600)
    shutil.chown(room.key, user)


@contextlib.contextmanager
def _running(kind: Kind, room: Room) -> Iterator[None]:
    command = kind.lay_out(room)
    environment = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"} | {
        name: value.replace("@root@", str(room.root)) for name, value in kind.environment.items()
    }
    # A user of its own comes with its group: inspircd takes root's for root.
    become = {"user": kind.user, "group": _group(kind.user), "extra_groups": []} if kind.own_user else {}
    with (room.root / "log" / "out").open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=room.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            **become,
        )
    try:
        _await_start(process, room, kind.last)
        yield
    finally:
        _end(process)


def _group(user: str) -> int:
    import pwd  # noqa: PLC0415 - there is no such module on Windows, where none of this runs

    return pwd.getpwnam(user).pw_gid


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a server as its administrator would, and by force what it leaves behind."""
    family = [psutil.Process(process.pid)] if process.poll() is None else []
    family += [child for parent in family for child in parent.children(recursive=True)]
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(10)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # it checks that the number was not given anew
            member.kill()
    process.wait(10)
    psutil.wait_procs(family, timeout=10)


def _await_start(process: subprocess.Popen[bytes], room: Room, last: str) -> None:
    end = time.monotonic() + PATIENCE
    while not set(room.ports.values()) <= _ports_in(_LISTENS) or last not in room.log:
        assert process.poll() is None, f"it ended at once: {room.log}"
        assert time.monotonic() < end, f"it does not start: {room.log}"
        time.sleep(0.02)


def settled(room: Room, visited: set[int]) -> None:
    """Wait until a server has seen that its visitors are gone, so that stopping it surprises nobody.

    Only ports that were probed count: on others a server may speak to itself.
    """
    end = time.monotonic() + PATIENCE
    while visited & _ports_in(_VISITED):
        assert time.monotonic() < end, f"it keeps a connection that we closed: {room.log}"
        time.sleep(0.02)


def _ports_in(states: frozenset[str]) -> set[int]:
    found: set[int] = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        rows = [line.split() for line in table.read_text().splitlines()[1:]] if table.exists() else []
        found |= {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] in states}
    return found


def _free_ports(count: int) -> list[int]:
    # Below those that the kernel gives to anybody who connects, lest one is taken before the server has it.
    found: list[int] = []
    while len(found) < count:
        with (
            contextlib.suppress(OSError),
            socket.create_server(("127.0.0.1", randrange(20000, 32000))) as free,
        ):
            found = list({*found, free.getsockname()[1]})
    return found


class Estate:
    """Start each server at its first use, and keep it until it is stopped or all end."""

    def __init__(self) -> None:
        """Start nothing."""
        self._rooms: dict[tuple[str, str], tuple[Room, contextlib.ExitStack, contextlib.ExitStack]] = {}

    def room(self, kind: Kind, state: str) -> Room:
        """Return the location of a server that is ``good``, ``expired`` or ``plain``."""
        if (kind.name, state) not in self._rooms:
            folder, process = contextlib.ExitStack(), contextlib.ExitStack()
            room = folder.enter_context(_furnished(kind, IDENTITIES[state]))
            with folder.pop_all() as folder:
                process.enter_context(_running(kind, room))
                self._rooms[kind.name, state] = room, folder.pop_all(), process
        return self._rooms[kind.name, state][0]

    def stop(self, kind: Kind, state: str) -> str:
        """Stop one server and return all that it logged."""
        room, folder, process = self._rooms.pop((kind.name, state))
        with folder:
            process.close()
            return room.log

    def end(self) -> None:
        """Stop all, side by side: some take seconds to say goodbye."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda parts: (parts[2].close(), parts[1].close()), self._rooms.values()))
        self._rooms.clear()

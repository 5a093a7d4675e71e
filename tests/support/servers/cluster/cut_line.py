"""A network namespace as a host of its own, on a line that can be cut unnoticed by either end."""

import asyncio
import ctypes
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.servers.programs import program

UNPLUGGED, SWALLOWED = "unplugged", "swallowed"
"""How a line is cut: the link is down, or it is up and no packet arrives, in both directions."""
_NOBODY = "02:00:00:00:00:01"
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True)
class Line:
    """A veth pair between this machine (``near``) and a namespace (``far``)."""

    name: str
    near: str
    far: str

    @property
    def inside(self) -> tuple[str, ...]:
        """Return what runs the command that follows it in the namespace, in its own place."""
        return ("nsenter", f"--net=/run/netns/{self.name}")

    def cut(self, how: str) -> None:
        """Let no packet pass either way."""
        if how == UNPLUGGED:
            _ip("-n", self.name, "link", "set", self._far_link, "down")
            return
        _ip("neigh", "replace", self.far, "lladdr", _NOBODY, "dev", self._near_link, "nud", "permanent")
        _ip("-n", self.name, "neigh", "replace", self.near, *_to_nobody(self._far_link))

    def mend(self, how: str) -> None:
        """Let packets pass again."""
        if how == UNPLUGGED:
            _ip("-n", self.name, "link", "set", self._far_link, "up")
            return
        _ip("neigh", "del", self.far, "dev", self._near_link)
        _ip("-n", self.name, "neigh", "del", self.near, "dev", self._far_link)

    async def listening(self) -> socket.socket:
        """Return a socket that listens on the loopback address of the namespace."""
        return await asyncio.to_thread(self._listening)  # a thread alone can be elsewhere than its process

    def _listening(self) -> socket.socket:
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _enter(there)
            try:
                return socket.create_server(("127.0.0.1", 0))
            finally:
                _enter(here)
        finally:
            os.close(here)
            os.close(there)

    @property
    def _near_link(self) -> str:
        return f"{self.name}a"

    @property
    def _far_link(self) -> str:
        return f"{self.name}b"

    def _lay(self) -> None:
        _ip("netns", "add", self.name)
        ends = ("type", "veth", "peer", "name", self._far_link, "netns", self.name)
        _ip("link", "add", self._near_link, *ends)
        _ip("address", "add", f"{self.near}/30", "dev", self._near_link)
        _ip("link", "set", self._near_link, "up")
        _ip("-n", self.name, "address", "add", f"{self.far}/30", "dev", self._far_link)
        for link in ("lo", self._far_link):
            _ip("-n", self.name, "link", "set", link, "up")


def _to_nobody(link: str) -> tuple[str, ...]:
    return ("lladdr", _NOBODY, "dev", link, "nud", "permanent")


def _enter(namespace: int) -> None:
    # os.setns is there from Python 3.12 on.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"


def _free() -> Line:
    """Return a line with a name and a network that nobody has; 198.18.0.0/15 is for such (RFC 2544)."""
    number = secrets.randbelow(1 << 15)
    network = f"198.{18 + (number >> 14)}.{number >> 6 & 255}"
    first = (number & 63) * 4
    return Line(f"cm{number:x}", f"{network}.{first + 1}", f"{network}.{first + 2}")


@contextmanager
def line() -> Iterator[Line]:
    """Lay a line to a namespace of its own; skip where that is not permitted."""
    program("ip", "iproute2")
    program("nsenter", "util-linux")
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    made = _free()
    while Path(f"/run/netns/{made.name}").exists():
        made = _free()
    made._lay()
    try:
        yield made
    finally:
        _ip("netns", "del", made.name)  # and with it both ends of the line

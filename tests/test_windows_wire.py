"""Tests of how SMB is carried for a remote registry: no announcement is believed, nothing waits for ever."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from smbprotocol.exceptions import SMBConnectionClosed, SMBException

from monitor.model import Reason, Seen
from monitor.network.resolve import Address
from monitor.secrets import Secret
from monitor.sources.windows_remote.registry import read
from monitor.sources.windows_remote.registry_tree import MOST_OCTETS, RegistryTree, TooManyError
from monitor.sources.windows_remote.visit import Visit
from monitor.sources.windows_remote.wire import LARGEST, Wire
from monitor.windows import registry
from monitor.windows.access import Login, Remote, Transport


def visit(port: int, seconds: float = 5.0) -> Visit:
    """Return a look at a port of this machine."""
    remote = Remote("rec01.vms.example", port, Transport.REGISTRY, auth=Login.NTLM, username="someone")
    address = Address(socket.AF_INET, ("127.0.0.1", port))
    return Visit(remote, Secret("throwaway"), (address,), time.monotonic() + seconds)


@contextmanager
def serving(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Give the port of a server that takes one connection."""

    def once() -> None:
        link, _ = listener.accept()
        with link:
            serve(link)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def said(seen: Seen) -> list[Reason]:
    """Return the reason of each failure."""
    return [failure.reason for failure in seen.failures]


@pytest.mark.parametrize("size", [LARGEST + 1, 0xFFFFFFFF])
def test_announced_size_is_not_believed(size: int) -> None:
    """A packet larger than any that makes sense is refused before there is room made for it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(struct.pack(">I", size))
        with pytest.raises(SMBException) as raised:
            Wire(ours).recv(0)
    assert str(raised.value) == f"a packet of {size} octets was announced"


def test_packets_come_whole() -> None:
    """A packet is what follows its length, however it is cut on the way."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for octet in b"\0\0\0\3abc\0\0\0\1d":
            theirs.sendall(bytes([octet]))
        wire = Wire(ours)
        assert [wire.recv(0), wire.recv(0)] == [b"abc", b"d"]


def test_end_of_the_connection_is_told() -> None:
    """A connection that ends within a packet gives none, and is closed for us as well."""
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(b"\0\0\0\5ab")
        theirs.close()
        wire = Wire(ours)
        assert (wire.recv(0), wire.connected) == (b"", False)


def test_sending_to_who_does_not_read_can_be_ended() -> None:
    """A server that takes nothing in holds nobody who closes the connection."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire = Wire(ours)
        timer = threading.Timer(0.3, wire.close)
        timer.start()
        with pytest.raises(SMBConnectionClosed):
            wire.send(bytes(1 << 26))
        timer.join()


def test_huge_announcement_is_a_protocol_error() -> None:
    """A server that announces four gigabytes costs nothing and is said."""
    with serving(lambda link: link.sendall(b"\xff\xff\xff\xff")) as port:
        assert said(read(visit(port))) == [Reason.PROTOCOL_ERROR]


def test_hang_up_is_said() -> None:
    """A server that hangs up at once is a failure, no bug."""
    with serving(lambda link: None) as port:
        assert said(read(visit(port))) == [Reason.CLOSED]


def test_connection_that_stands_is_used_and_closed() -> None:
    """A look takes the connection that it was given and makes none of its own."""
    seconds = 5.0
    with serving(lambda link: link.sendall(b"\xff\xff\xff\xff")) as port:
        link = socket.create_connection(("127.0.0.1", port))
        remote = visit(port).remote
        given = Visit(remote, Secret("throwaway"), (), time.monotonic() + seconds, link=link)
        assert (said(read(given)), link.fileno()) == ([Reason.PROTOCOL_ERROR], -1)


def test_values_are_bounded_together() -> None:
    """Many large values of one machine are too many, though each alone is small enough."""
    data = bytes(400 * 1024)
    value = struct.pack("<6I", 1, 3, 1, len(data), 0, len(data)) + data + bytes(20)
    name = struct.pack("<HHIIII", 2, 2, 1, 1, 0, 1) + b"A\0\0\0" + bytes(12)
    counted = 0

    def call(number: int, _arguments: bytes) -> bytes:
        nonlocal counted
        counted += number == registry.QUERY_VALUE
        return {registry.ENUM_KEY: name, registry.QUERY_VALUE: value}.get(number, bytes(24))

    def enumerated(number: int, arguments: bytes) -> bytes:
        (index,) = struct.unpack_from("<I", arguments.ljust(24, b"\0"), 20)
        over = number == registry.ENUM_KEY and index >= 1000
        return struct.pack("<I", registry.NO_MORE) if over else call(number, arguments)

    with pytest.raises(TooManyError):
        list(RegistryTree(enumerated).blobs("a"))
    assert counted == MOST_OCTETS // len(data) + 1


def test_names_without_end_are_too_many() -> None:
    """A key that always has one more child is left after a bounded number of calls."""
    name = struct.pack("<HHIIII", 2, 2, 1, 1, 0, 1) + b"A\0\0\0" + bytes(12)
    with pytest.raises(TooManyError):
        list(RegistryTree(lambda number, _: name if number == registry.ENUM_KEY else bytes(24)).blobs("a"))

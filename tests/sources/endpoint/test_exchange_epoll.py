"""Tests of the epoll that carries the bytes of all handshakes on Linux."""

import asyncio
import errno
import select
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import FailureReason
from monitor.network.texts import OPEN_FILES
from monitor.sources.endpoint.exchange import Exchanger
from monitor.tls import Handshake, HandshakeFailure, shared_context
from support import pki
from support.servers.tls.peers import TlsPeer, alert, server_context

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has epoll")

NAME = "recorder.example"
LEAF = pki.leaf(NAME, pki.authority())
ALLOWED = timedelta(seconds=20)


class Pair:
    """A handshake under way over one end of a connection, whose other end is in hand."""

    def __init__(
        self, exchanger: Exchanger, within: float = 20.0, handshake: Handshake | None = None
    ) -> None:
        """Start the exchange."""
        self.ours, self.theirs = socket.socketpair()
        for end in (self.ours, self.theirs):
            end.setblocking(False)
        self.handshake = handshake or Handshake(shared_context(), NAME)
        deadline = asyncio.get_running_loop().time() + within
        work = exchanger.exchange(self.ours, self.handshake, deadline, ALLOWED)
        self.exchange = asyncio.create_task(work)
        self.exchange.add_done_callback(lambda _: self.theirs.close())

    async def heard(self) -> bytes:
        """Return what the other end was sent."""
        return await asyncio.get_running_loop().sock_recv(self.theirs, 1 << 16)

    async def ended(self) -> Handshake:
        """Return the handshake once the exchange is over."""
        await asyncio.wait_for(self.exchange, 30)
        return self.handshake


async def served(pair: Pair, chain: list[pki.Issued]) -> Handshake:
    """Return the handshake after a server has shown a chain."""
    peer = TlsPeer(server_context(LEAF, chain))
    while not pair.handshake.over:
        await asyncio.get_running_loop().sock_sendall(pair.theirs, peer.feed(await pair.heard()))
        await asyncio.sleep(0)
    return await pair.ended()


def test_one_descriptor_for_all() -> None:
    """The loop watches a single descriptor, however many exchanges are under way, and none afterwards."""

    async def main() -> list[int]:
        loop: Any = asyncio.get_running_loop()
        exchanger, watched = Exchanger(), loop._selector.get_map()
        before = len(watched)
        pairs = [Pair(exchanger) for _ in range(5)]
        await asyncio.sleep(0)
        during = len(watched)
        for pair in pairs:
            pair.theirs.send(alert(80))
        for pair in pairs:
            await pair.ended()
        return [during - before, len(watched) - before]

    assert asyncio.run(main()) == [1, 0]


def test_more_than_one_read() -> None:
    """A flight that does not fit into one read is read to its end, although it is reported once."""
    many = [pki.authority(f"Anchor {number} " + "x" * 40) for number in range(100)]

    async def main() -> Handshake:
        return await served(Pair(Exchanger()), many)

    assert len(asyncio.run(main()).chain) == 101


@pytest.mark.parametrize("size", [16_384, 16_383, 16_385])
def test_end_right_after_the_last_bytes(size: int) -> None:
    """Bytes and the end of the connection that arrive together are both taken."""

    async def main() -> Handshake:
        pair = Pair(Exchanger())
        await pair.heard()
        pair.theirs.send(b"\x16\x03\x03\x3f\xff" + bytes(size - 5))
        pair.theirs.shutdown(socket.SHUT_WR)
        return await pair.ended()

    failure = asyncio.run(main()).failure
    assert failure is not None
    assert failure.reason in (FailureReason.CLOSED, FailureReason.TLS_PROTOCOL)


def test_each_at_its_own_deadline() -> None:
    """Exchanges expire in the order of their deadlines, and the others go on."""

    async def main() -> list[str]:
        exchanger, ended = Exchanger(), list[str]()
        for name, seconds in (("late", 0.3), ("early", 0.1), ("never", 60.0)):
            pair = Pair(exchanger, seconds)
            pair.exchange.add_done_callback(lambda _, name=name: ended.append(name))
        while len(ended) < 2:
            await asyncio.sleep(0.01)
        pair.exchange.cancel()
        await asyncio.wait([pair.exchange])
        return ended

    assert asyncio.run(main())[:2] == ["early", "late"]


class Broken(Handshake):
    """A handshake with a bug at its end."""

    def expire(self, timeout: timedelta) -> None:
        """Fail."""
        raise ZeroDivisionError


def test_a_bug_at_the_deadline() -> None:
    """It reaches the waiting probe, and the socket is closed."""

    async def main() -> int:
        pair = Pair(Exchanger(), 0.1, Broken(shared_context(), NAME))
        with pytest.raises(ZeroDivisionError):
            await pair.exchange
        return pair.ours.fileno()

    assert asyncio.run(main()) == -1


def test_another_loop() -> None:
    """The same exchanger works on the next loop, also when the first was left in the middle."""
    exchanger = Exchanger()

    async def left() -> None:
        Pair(exchanger)
        await asyncio.sleep(0)

    async def main() -> Handshake:
        return await served(Pair(exchanger), [])

    asyncio.run(left())
    assert asyncio.run(main()).chain == (LEAF.der,)


def no_more(*_: object) -> None:
    """Refuse as a machine does that is out of descriptors."""
    raise OSError(errno.EMFILE, "Too many open files")


class Full:
    """An epoll that takes no more."""

    register = staticmethod(no_more)


@pytest.mark.parametrize("epoll", [no_more, Full], ids=["none", "full"])
def test_out_of_descriptors(epoll: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for the epoll, or in it, the failure is this machine's, and the socket is closed."""

    async def main() -> tuple[HandshakeFailure | None, int]:
        with monkeypatch.context() as patch:
            patch.setattr(select, "epoll", epoll)
            pair = Pair(Exchanger())
            return (await pair.ended()).failure, pair.ours.fileno()

    assert asyncio.run(main()) == (HandshakeFailure(FailureReason.INTERNAL, OPEN_FILES), -1)

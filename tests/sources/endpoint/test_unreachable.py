"""Tests of probes that find no way to their server, or end before it has answered."""

import asyncio
import errno
import gc
import socket
import sys
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import Failure, FailureReason, Message, Policy, ProbeResult, Target
from monitor.network import connect as connecting
from monitor.network.resolve import Address, Resolver
from monitor.network.texts import (
    CONNECTION_REFUSED,
    OPEN_FILES,
    name_lookup_timeout,
    name_not_resolved,
    name_without_address,
)
from monitor.sources.endpoint import exchange as exchanging
from monitor.sources.endpoint import texts
from monitor.sources.endpoint.source import EndpointSource
from monitor.tls import Handshake, shared_context
from support.factories.sources.endpoint_probes import (
    LEAF,
    NAME,
    SHORT,
    fingerprints,
    look_at,
    target_at,
    way,  # noqa: F401 - every test here runs in both ways
)
from support.servers.tls.peers import (
    alert,
    black_hole,
    listening,
    resetting,
    saying,
    server_context,
    speaking_tls,
)


class FixedResolver:
    """Answer every name with the same addresses, whatever the port asked for."""

    def __init__(self, *hosts: str, error: OSError | None = None, hangs: bool = False) -> None:
        """Answer with these hosts, raise, or never answer."""
        self._hosts = hosts
        self._error = error
        self._hangs = hangs

    async def addresses(self, host: str, port: int) -> tuple[Address, ...]:
        """Return what was prepared."""
        if self._hangs:
            await asyncio.Event().wait()
        if self._error:
            raise self._error
        return tuple(Address(socket.AF_INET, (fixed, port)) for fixed in self._hosts)


def look_alone(target: Target, source: EndpointSource | None = None) -> ProbeResult:
    """Return what a probe gives where no server of ours listens."""
    return asyncio.run((source or EndpointSource(Resolver())).probe(target.request))


def has_version_6() -> bool:
    """Return whether this machine has the IPv6 loopback."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_version_6(), reason="this machine has no IPv6 loopback (::1)")
def test_version_6() -> None:
    """An IPv6 literal is probed and is in brackets in its location."""
    seen = look_at(speaking_tls(server_context(LEAF)), host="::1")
    assert fingerprints(seen) == [("[::1]", 0, LEAF.sha256)]


def test_name_with_several_addresses() -> None:
    """A name is probed through the first of its addresses that answers."""

    async def main() -> ProbeResult:
        async with listening(speaking_tls(server_context(LEAF)), "127.0.0.3") as port:
            source = EndpointSource(FixedResolver("127.0.0.2", "127.0.0.3"))
            return await source.probe(target_at(f"{NAME}:{port}").request)

    seen = asyncio.run(main())
    assert (len(seen.sightings), seen.failures) == (1, ())


def test_refused() -> None:
    """A closed port is refused."""
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    expected = Failure(FailureReason.REFUSED, CONNECTION_REFUSED, f"127.0.0.1:{port}")
    assert look_alone(target_at(f"127.0.0.1:{port}")).failures == (expected,)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves a full backlog unanswered")
def test_black_hole() -> None:
    """A connection request that nobody answers ends at the timeout and says so."""
    with black_hole() as (host, port):
        where = f"{host}:{port}"
        seen = look_alone(target_at(where, policy=Policy(timeout=SHORT)))
    said = texts.no_answer(timeout=SHORT)
    assert seen == ProbeResult(failures=(Failure(FailureReason.TIMEOUT, said, where),))


def test_failures_alike_share_their_message() -> None:
    """Many targets that are down at once take the memory of one message."""
    resolver = FixedResolver(hangs=True)
    one, other = (
        look_alone(target_at(NAME, policy=Policy(timeout=SHORT)), EndpointSource(resolver)) for _ in range(2)
    )
    assert one.failures[0].message is other.failures[0].message


RESOLVERS = {
    "unknown": (
        FixedResolver(error=socket.gaierror(-2, "Name or service not known")),
        name_not_resolved(host=NAME, error="Name or service not known"),
    ),
    "empty": (FixedResolver(), name_without_address(host=NAME)),
    "hung": (FixedResolver(hangs=True), name_lookup_timeout(host=NAME, timeout=SHORT)),
}


@pytest.mark.parametrize(("resolver", "message"), RESOLVERS.values(), ids=RESOLVERS)
def test_name_that_does_not_resolve(resolver: FixedResolver, message: Message) -> None:
    """A name without address is a failure that names it."""
    seen = look_alone(target_at(NAME, policy=Policy(timeout=SHORT)), EndpointSource(resolver))
    expected = Failure(FailureReason.DNS, message, f"{NAME}:443")
    assert seen == ProbeResult(failures=(expected,))


def test_out_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """When this machine has no more file descriptors the failure is ours and says what to raise."""

    async def main() -> ProbeResult:
        def refuse(*_: object) -> socket.socket:
            raise OSError(errno.EMFILE, "Too many open files")

        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", refuse)
            return await EndpointSource(Resolver()).probe(target_at("127.0.0.1:443").request)

    assert asyncio.run(main()).failures == (Failure(FailureReason.INTERNAL, OPEN_FILES, "127.0.0.1:443"),)


def test_cancelled_probe_leaves_nothing_behind() -> None:
    """A cancelled probe closes its connection at once."""

    async def main() -> bytes:
        greeted, ended = asyncio.Event(), asyncio.Event()
        last = b"?"

        async def handle(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
            nonlocal last
            await reader.read(65536)
            greeted.set()
            last = await reader.read(65536)
            ended.set()

        async with listening(handle) as port:
            probe = asyncio.create_task(
                EndpointSource(Resolver()).probe(target_at(f"127.0.0.1:{port}").request)
            )
            await greeted.wait()
            probe.cancel()
            await asyncio.wait([probe])
            await ended.wait()
        return last

    assert asyncio.run(main()) == b""


@pytest.mark.parametrize("method", ["start", "feed"])
def test_bug_is_no_failure(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of our own while bytes come and go is raised, not taken for the network's."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        async with listening(saying(alert(40))) as port:
            await EndpointSource(Resolver()).probe(target_at(f"127.0.0.1:{port}").request)

    monkeypatch.setattr(Handshake, method, broken)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(main())


def test_peer_that_does_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Last words that a peer does not take hold the connection only for a moment."""

    async def main() -> bool:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        with theirs:
            theirs.send(alert(80))
            handshake = Handshake(shared_context(), NAME)
            await exchanging.Exchanger().exchange(ours, handshake, loop.time() + 20, timedelta(seconds=20))
            waiting = ours.fileno() != -1
            async with asyncio.timeout(30):
                while ours.fileno() != -1:
                    await asyncio.sleep(0.01)
        return waiting

    monkeypatch.setattr(exchanging, "_LINGER", 0.05)
    monkeypatch.setattr(Handshake, "start", lambda _: bytes(1 << 24))
    assert asyncio.run(main())


def test_peer_that_reads_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the network does not take at once is sent when it does, whole and in order."""
    greeting = bytes(range(256)) * (1 << 14)

    async def main() -> bytes:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        loop = asyncio.get_running_loop()
        handshake = Handshake(shared_context(), NAME)
        conversation = asyncio.ensure_future(
            exchanging.Exchanger().exchange(ours, handshake, loop.time() + 20, timedelta(seconds=20))
        )
        with theirs:
            heard = b""
            while len(heard) < len(greeting):
                heard += await loop.sock_recv(theirs, 1 << 16)
            await loop.sock_sendall(theirs, alert(80))
            await conversation
        return heard

    monkeypatch.setattr(Handshake, "start", lambda _: greeting)
    assert asyncio.run(main()) == greeting


def test_nothing_is_watched_afterwards() -> None:
    """A probe leaves neither a descriptor nor a timer with the loop, however it ended."""

    async def main() -> list[int]:
        with socket.create_server(("127.0.0.1", 0)) as closing:
            closed = closing.getsockname()[1]
        loop: Any = asyncio.get_running_loop()
        source, watched = EndpointSource(Resolver()), loop._selector.get_map()
        found = [len(watched)]
        for handler in (speaking_tls(server_context(LEAF)), resetting, saying(b"", stay=True)):
            async with listening(handler) as port:
                await source.probe(target_at(f"127.0.0.1:{port}", policy=Policy(timeout=SHORT)).request)
            await asyncio.sleep(0)
            found.append(len(watched))
        await source.probe(target_at(f"127.0.0.1:{closed}").request)
        return [*found, len(watched)]

    assert len(set(asyncio.run(main()))) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves a full backlog unanswered")
def test_cancelled_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe that is cancelled before its connection stood closes its socket."""
    opened: list[socket.socket] = []
    make = socket.socket

    def remembered(*args: int) -> socket.socket:
        opened.append(make(*args))
        return opened[-1]

    async def main(where: str) -> None:
        monkeypatch.setattr(connecting.socket, "socket", remembered)
        probe = asyncio.create_task(EndpointSource(Resolver()).probe(target_at(where).request))
        while not opened:
            await asyncio.sleep(0)
        monkeypatch.undo()
        probe.cancel()
        await asyncio.wait([probe])

    with black_hole() as address:
        asyncio.run(main(f"{address[0]}:{address[1]}"))
    assert [link.fileno() for link in opened] == [-1]


def test_foreign_target_is_a_bug() -> None:
    """A target of another kind is refused loudly."""
    with pytest.raises(TypeError, match="files:x is not an endpoint"):
        look_alone(Target(id="files:x", kind="files", location="x", settings=None))


def test_nothing_is_left_in_memory() -> None:
    """A probe leaves no reference cycle that keeps its library objects until the next collection."""

    def handshakes() -> int:
        return sum(isinstance(item, Handshake) for item in gc.get_objects())

    async def main() -> int:
        source = EndpointSource(Resolver())
        async with listening(speaking_tls(server_context(LEAF))) as port:
            gc.collect()
            gc.disable()
            before = handshakes()
            await source.probe(target_at(f"127.0.0.1:{port}").request)
            await asyncio.sleep(0)
            return handshakes() - before

    try:
        assert asyncio.run(main()) == 0
    finally:
        gc.enable()

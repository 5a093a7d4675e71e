"""Tests of looks at real servers on loopback: good, odd, rude and silent ones."""

import asyncio
import errno
import gc
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pki
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL
from tls_peers import (
    Handler,
    TlsPeer,
    alert,
    black_hole,
    dripping,
    listening,
    resetting,
    saying,
    server_context,
    shown,
    speaking_tls,
)

from monitor.model import Failure, Part, Policy, Reason, Seen, Target
from monitor.sources import connect as connecting
from monitor.sources.endpoint import EndpointSettings, EndpointSource, source
from monitor.sources.endpoint import exchange as exchanging
from monitor.sources.resolve import Address, Resolver
from monitor.tls import Handshake, shared_context

NAME = "recorder.example"
ROOT = pki.authority()
MIDDLE = pki.authority("Test Intermediate", ROOT)
LEAF = pki.leaf(NAME, MIDDLE)
SHORT = timedelta(seconds=0.3)
PATIENT = Policy(timeout=timedelta(seconds=20))


@pytest.fixture(autouse=True, params=["reader", "protocol"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Look in both ways: as on loops that tell when a socket is ready, and as on the one that does not."""
    if request.param == "protocol":
        for module in (exchanging, source):
            monkeypatch.setattr(module, "tells_readiness", lambda _: False)
    return str(request.param)


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


def target_at(address: str, server_name: str | None = NAME, policy: Policy = PATIENT) -> Target:
    """Return a target."""
    return EndpointSettings(kind="endpoint", address=address, server_name=server_name).target(policy)


def look_at(
    handler: Handler, policy: Policy = PATIENT, host: str = "127.0.0.1", part: Part | None = None
) -> Seen:
    """Return what one look at a server with this handler gives, places without their port."""

    async def main() -> Seen:
        async with listening(handler, host) as port:
            where = f"[{host}]" if ":" in host else host
            target = replace(target_at(f"{where}:{port}", policy=policy), part=part or Part())
            seen = await EndpointSource(Resolver()).look(target)
        return Seen(
            tuple(replace(s, place=s.place.removesuffix(f":{port}")) for s in seen.sightings),
            tuple(replace(f, place=f.place.removesuffix(f":{port}")) for f in seen.failures),
            seen.ders,
            seen.encrypted,
        )

    return asyncio.run(main())


def look_alone(target: Target, source: EndpointSource | None = None) -> Seen:
    """Return what a look gives where no server of ours listens."""
    return asyncio.run((source or EndpointSource(Resolver())).look(target))


def fingerprints(seen: Seen) -> list[tuple[str, int, str]]:
    """Return place, position and fingerprint of every sighting."""
    return [(s.place, s.position, s.certificate.sha256) for s in seen.sightings]


def short_key() -> pki.Issued:
    """Return a leaf with an RSA key of 1024 bits."""
    return pki.issue(NAME, key=rsa.generate_private_key(65537, 1024), names=(NAME,))


def old_signature() -> pki.Issued:
    """Return a leaf that says it is signed with SHA-1 (the library at hand refuses to sign so in earnest)."""
    key = pki.new_key()
    ecdsa_with_sha1 = bytes.fromhex("300906072a8648ce3d0401")
    return pki.Issued(x509.load_der_x509_certificate(pki.raw(key=key, algorithm=ecdsa_with_sha1)), key)


CHAINS: dict[str, Callable[[], tuple[pki.Issued, list[pki.Issued]]]] = {
    "complete": lambda: (LEAF, [MIDDLE]),
    "expired": lambda: (pki.leaf(NAME, MIDDLE, start=pki.days(-90), end=pki.days(-1)), [MIDDLE]),
    "self-signed": lambda: (pki.leaf(NAME), []),
    "wrong name": lambda: (pki.leaf("other.example", MIDDLE), [MIDDLE]),
    "unknown CA": lambda: (pki.leaf(NAME, pki.authority("Unknown")), []),
    "incomplete": lambda: (LEAF, []),
    "out of order": lambda: (LEAF, [ROOT, MIDDLE]),
    "root included": lambda: (LEAF, [MIDDLE, ROOT]),
    "twice the leaf": lambda: (LEAF, [LEAF, MIDDLE]),
    "64 KB": lambda: (LEAF, [pki.authority(f"Anchor {number} " + "x" * 40) for number in range(150)]),
    "RSA 1024": lambda: (short_key(), []),
    "SHA-1": lambda: (old_signature(), []),
}


@pytest.mark.parametrize("make", CHAINS.values(), ids=CHAINS)
def test_chain(make: Callable[[], tuple[pki.Issued, list[pki.Issued]]]) -> None:
    """Every chain is seen as served, whatever may be wrong with it."""
    own, rest = make()
    seen = look_at(speaking_tls(server_context(own, rest)))
    expected = [("127.0.0.1", position, issued.sha256) for position, issued in enumerate([own, *rest])]
    assert (fingerprints(seen), seen.failures, seen.encrypted) == (expected, (), True)


def test_ders() -> None:
    """The bytes of every certificate are handed on by fingerprint."""
    seen = look_at(speaking_tls(server_context(LEAF, [MIDDLE])))
    assert seen.ders == {LEAF.sha256: LEAF.der, MIDDLE.sha256: MIDDLE.der}


@pytest.mark.parametrize("demand", [False, True], ids=["open", "demands a client certificate"])
@pytest.mark.parametrize(
    "version", [SSL.TLS1_VERSION, SSL.TLS1_1_VERSION, SSL.TLS1_2_VERSION, SSL.TLS1_3_VERSION]
)
def test_version(version: int, *, demand: bool) -> None:
    """A server of one version only is seen, also when it wants a certificate from us."""
    seen = look_at(speaking_tls(server_context(LEAF, [MIDDLE], version=version, demand=demand)))
    assert (len(seen.sightings), seen.failures) == (2, ())


RUDE = {
    "HTTP": (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Reason.NOT_TLS, False),
    "SSH": (saying(b"SSH-2.0-OpenSSH\r\n", after_hello=False), Reason.NOT_TLS, False),
    "SMTP": (saying(b"220 mail.example ESMTP\r\n", after_hello=False, stay=True), Reason.NOT_TLS, False),
    "garbage": (saying(bytes(range(64))), Reason.NOT_TLS, False),
    "closes at once": (saying(b"", after_hello=False), Reason.CLOSED, None),
    "closes after the greeting": (saying(b""), Reason.CLOSED, None),
    "resets": (resetting, Reason.CLOSED, None),
    "alert": (saying(alert(40)), Reason.TLS_ALERT, True),
    "broken TLS": (saying(b"\x16\x03\x03\x00\x05hello"), Reason.TLS_PROTOCOL, True),
    "malformed certificate": (saying(shown(LEAF.der, b"junk"), stay=True), Reason.BAD_CERTIFICATE, True),
}


@pytest.mark.parametrize(("handler", "reason", "encrypted"), RUDE.values(), ids=RUDE)
def test_rude_server(handler: Handler, reason: Reason, *, encrypted: bool | None) -> None:
    """A server that shows no certificate is one failure with its reason, at its place."""
    seen = look_at(handler)
    assert [(failure.reason, failure.place) for failure in seen.failures] == [(reason, "127.0.0.1")]
    assert (seen.sightings, seen.encrypted) == ((), encrypted)


SLOW = {
    "silent": (saying(b"", stay=True), "connected, but the TLS greeting was not answered within 0.3 s", 0),
    "silent after its certificate": (
        saying(shown(LEAF.der), stay=True),
        "the TLS handshake was not finished within 0.3 s",
        1,
    ),
    "drips": (dripping(shown(LEAF.der)), "the TLS handshake was not finished within 0.3 s", 0),
}


@pytest.mark.parametrize(("handler", "said", "count"), SLOW.values(), ids=SLOW)
def test_slow_server(handler: Handler, said: str, count: int) -> None:
    """A slow server costs its own timeout and keeps what it had shown."""
    seen = look_at(handler, Policy(timeout=SHORT))
    assert (seen.failures, len(seen.sightings)) == ((Failure(Reason.TIMEOUT, said, "127.0.0.1"),), count)


def test_failure_beside_certificates() -> None:
    """An alert right after the certificates costs none of them and makes nobody blind."""
    seen = look_at(saying(shown(LEAF.der, MIDDLE.der) + alert(80)))
    assert [failure.reason for failure in seen.failures] == [Reason.TLS_ALERT]
    assert (len(seen.sightings), seen.blind_failures) == (2, ())


def test_unreadable_certificate_costs_no_other() -> None:
    """A certificate that only we cannot read is a failure beside the others, which keep their positions."""
    odd = pki.raw(validity=pki.tlv(0x17, b"9999999999999") + pki.tlv(0x17, b"360101000000Z"))
    seen = look_at(saying(shown(LEAF.der, odd, MIDDLE.der), stay=True), Policy(timeout=SHORT))
    assert [position for _, position, _ in fingerprints(seen)] == [0, 2]
    assert [f.reason for f in seen.failures] == [Reason.TIMEOUT, Reason.BAD_CERTIFICATE]


@pytest.mark.parametrize("encryption", ["any", "off"])
def test_plain_port_where_encryption_is_optional(encryption: str) -> None:
    """Where encryption is optional or off a plain answer is a state, not a failure."""
    seen = look_at(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Policy(encryption=encryption))
    assert seen == Seen(encrypted=False)


def test_plain_port_of_a_product_that_may_be_set_up_so() -> None:
    """There a plain answer is judged by the policy, whatever that says, and is not a failure."""
    part = Part(plain_possible=True)
    assert look_at(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), part=part) == Seen(encrypted=False)


def test_silence_where_encryption_is_optional() -> None:
    """Where encryption is optional silence is still a failure."""
    seen = look_at(saying(b""), Policy(encryption="any"))
    assert [failure.reason for failure in seen.failures] == [Reason.CLOSED]


def test_server_name_apart_from_address() -> None:
    """The server is asked for the server name, not for the host."""
    peers: list[TlsPeer] = []
    look_at(speaking_tls(server_context(LEAF), peers))
    assert [peer.asked for peer in peers] == [NAME.encode()]


def test_ends_politely() -> None:
    """The server hears close_notify before the connection ends."""
    peers: list[TlsPeer] = []

    async def main() -> None:
        ended = asyncio.Event()
        serve = speaking_tls(server_context(LEAF), peers)

        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await serve(reader, writer)
            ended.set()

        async with listening(handle) as port:
            await EndpointSource(Resolver()).look(target_at(f"127.0.0.1:{port}"))
            await ended.wait()

    asyncio.run(main())
    assert [peer.ended_politely for peer in peers] == [True]


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
    """An IPv6 literal is looked at and stands in brackets in its place."""
    seen = look_at(speaking_tls(server_context(LEAF)), host="::1")
    assert fingerprints(seen) == [("[::1]", 0, LEAF.sha256)]


def test_name_with_several_addresses() -> None:
    """A name is looked at through the first of its addresses that answers."""

    async def main() -> Seen:
        async with listening(speaking_tls(server_context(LEAF)), "127.0.0.3") as port:
            source = EndpointSource(FixedResolver("127.0.0.2", "127.0.0.3"))
            return await source.look(target_at(f"{NAME}:{port}"))

    seen = asyncio.run(main())
    assert (len(seen.sightings), seen.failures) == (1, ())


def test_refused() -> None:
    """A closed port is refused."""
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    expected = Failure(Reason.REFUSED, "the connection was refused", f"127.0.0.1:{port}")
    assert look_alone(target_at(f"127.0.0.1:{port}")).failures == (expected,)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves a full backlog unanswered")
def test_black_hole() -> None:
    """A connection request that nobody answers ends at the timeout and says so."""
    with black_hole() as (host, port):
        where = f"{host}:{port}"
        seen = look_alone(target_at(where, policy=Policy(timeout=SHORT)))
    said = "no answer to the connection request within 0.3 s"
    assert seen == Seen(failures=(Failure(Reason.TIMEOUT, said, where),))


RESOLVERS = {
    "unknown": (
        FixedResolver(error=socket.gaierror(-2, "Name or service not known")),
        "Name or service not known",
    ),
    "empty": (FixedResolver(), "the name has no address"),
    "hung": (FixedResolver(hangs=True), "no answer from name resolution within 0.3 s"),
}


@pytest.mark.parametrize(("resolver", "said"), RESOLVERS.values(), ids=RESOLVERS)
def test_name_that_does_not_resolve(resolver: FixedResolver, said: str) -> None:
    """A name without address is a failure that names it."""
    seen = look_alone(target_at(NAME, policy=Policy(timeout=SHORT)), EndpointSource(resolver))
    expected = Failure(Reason.DNS, f"{NAME} cannot be resolved: {said}", f"{NAME}:443")
    assert seen == Seen(failures=(expected,))


def test_out_of_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """When this machine has no more file descriptors the failure is ours and says what to raise."""

    async def main() -> Seen:
        def refuse(*_: object) -> socket.socket:
            raise OSError(errno.EMFILE, "Too many open files")

        with monkeypatch.context() as patch:
            patch.setattr(socket, "socket", refuse)
            return await EndpointSource(Resolver()).look(target_at("127.0.0.1:443"))

    said = "cert-monitor has reached its limit of open files; raise it (LimitNOFILE)"
    assert asyncio.run(main()).failures == (Failure(Reason.INTERNAL, said, "127.0.0.1:443"),)


def test_cancelled_look_leaves_nothing_behind() -> None:
    """A cancelled look closes its connection at once."""

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
            look = asyncio.create_task(EndpointSource(Resolver()).look(target_at(f"127.0.0.1:{port}")))
            await greeted.wait()
            look.cancel()
            await asyncio.wait([look])
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
            await EndpointSource(Resolver()).look(target_at(f"127.0.0.1:{port}"))

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
            await exchanging.exchange(ours, handshake, loop.time() + 20, "within 20 s")
            waiting = ours.fileno() != -1
            async with asyncio.timeout(10):
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
        talk = asyncio.create_task(exchanging.exchange(ours, handshake, loop.time() + 20, "within 20 s"))
        with theirs:
            heard = b""
            while len(heard) < len(greeting):
                heard += await loop.sock_recv(theirs, 1 << 16)
            await loop.sock_sendall(theirs, alert(80))
            await talk
        return heard

    monkeypatch.setattr(Handshake, "start", lambda _: greeting)
    assert asyncio.run(main()) == greeting


def test_nothing_is_watched_afterwards() -> None:
    """A look leaves neither a descriptor nor a timer with the loop, however it ended."""

    async def main() -> list[int]:
        with socket.create_server(("127.0.0.1", 0)) as closing:
            closed = closing.getsockname()[1]
        loop: Any = asyncio.get_running_loop()
        source, watched = EndpointSource(Resolver()), loop._selector.get_map()
        found = [len(watched)]
        for handler in (speaking_tls(server_context(LEAF)), resetting, saying(b"", stay=True)):
            async with listening(handler) as port:
                await source.look(target_at(f"127.0.0.1:{port}", policy=Policy(timeout=SHORT)))
            await asyncio.sleep(0)
            found.append(len(watched))
        await source.look(target_at(f"127.0.0.1:{closed}"))
        return [*found, len(watched)]

    assert len(set(asyncio.run(main()))) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves a full backlog unanswered")
def test_cancelled_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that is cancelled before its connection stood closes its socket."""
    opened: list[socket.socket] = []
    make = socket.socket

    def remembered(*args: int) -> socket.socket:
        opened.append(make(*args))
        return opened[-1]

    async def main(where: str) -> None:
        monkeypatch.setattr(connecting.socket, "socket", remembered)
        look = asyncio.create_task(EndpointSource(Resolver()).look(target_at(where)))
        await asyncio.sleep(0.02)
        monkeypatch.undo()
        look.cancel()
        await asyncio.wait([look])

    with black_hole() as address:
        asyncio.run(main(f"{address[0]}:{address[1]}"))
    assert [link.fileno() for link in opened] == [-1]


def test_foreign_target_is_a_bug() -> None:
    """A target of another kind is refused loudly."""
    with pytest.raises(TypeError, match="files:x is not an endpoint"):
        look_alone(Target(id="files:x", kind="files", where="x", settings=None))


def test_nothing_is_left_in_memory() -> None:
    """A look leaves no reference cycle that keeps its library objects until the next collection."""

    def handshakes() -> int:
        return sum(isinstance(item, Handshake) for item in gc.get_objects())

    async def main() -> int:
        source = EndpointSource(Resolver())
        async with listening(speaking_tls(server_context(LEAF))) as port:
            gc.collect()
            gc.disable()
            before = handshakes()
            await source.look(target_at(f"127.0.0.1:{port}"))
            await asyncio.sleep(0)
            return handshakes() - before

    try:
        assert asyncio.run(main()) == 0
    finally:
        gc.enable()

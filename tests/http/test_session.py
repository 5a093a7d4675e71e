"""Requests over kept connections: which connection, which bounds, and what each failure is called."""

import asyncio
import gc
import gzip
import socket
import ssl
import threading
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from monitor.http.request import FetchError, FetchRequest, FetchResponse
from monitor.http.session import Connections, HttpSession
from monitor.http.texts import over_mebibytes
from monitor.model import FailureReason
from monitor.network.client_tls import unverified_context
from monitor.network.resolve import Resolver
from support import pki
from support.servers.issuers.issuer_world import Hosts

CA = pki.authority(at=pki.TODAY)
ONE = Connections()
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def reply(body: bytes = b"ok", *headers: str) -> bytes:
    """Return a whole response that leaves the connection open."""
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def saying(answer: bytes) -> Serve:
    """Return what answers every request of a connection in one way."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return serve


@asynccontextmanager
async def served(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a server on loopback and give its port; no connection outlives it."""
    handling: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handling.add(task)
        try:
            await serve(reader, writer)
        except asyncio.CancelledError:
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in handling:
            task.cancel()
        await asyncio.gather(*handling, return_exceptions=True)


def server_tls(name: str = "127.0.0.1", ca: pki.Issued = CA) -> ssl.SSLContext:
    """Return a server's context with a certificate for a name."""
    return pki.tls_context(pki.leaf(name, ca, at=pki.TODAY))


def client_tls() -> ssl.SSLContext:
    """Return a context that trusts the one CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=CA.der)
    return context


def answered(serve: Serve, how: Connections = ONE, **keys: float) -> FetchResponse | FetchError:
    """Return what one request to such a server leads to."""

    async def run() -> FetchResponse | FetchError:
        async with served(serve) as port, HttpSession(Hosts(), unverified_context(), how) as session:
            request = FetchRequest(f"http://127.0.0.1:{port}/", **keys)  # type: ignore[arg-type]  # numbers only
            try:
                return await session.send(request)
            except FetchError as error:
                return error

    return asyncio.run(run())


@pytest.mark.parametrize(("kept", "connections"), [(True, 1), (False, 2)])
def test_connections(*, kept: bool, connections: int) -> None:
    """A kept connection serves the next request too, and says over which transport it went."""
    seen: set[object] = set()

    async def run() -> None:
        async with (
            served(saying(reply())) as port,
            HttpSession(Hosts(), unverified_context(), Connections(keep_alive=kept)) as session,
        ):
            for _ in range(2):
                await session.send(FetchRequest(f"http://127.0.0.1:{port}/"))
                seen.add(session.transport)

    asyncio.run(run())
    assert len(seen) == connections


def test_packed_body() -> None:
    """Who asks for packed bodies gets them unpacked, within the same bound."""
    packed = reply(gzip.compress(b"x" * 5000), "Content-Encoding: gzip")
    found = answered(saying(packed), Connections(compressed=True))
    assert isinstance(found, FetchResponse)
    assert found.body == b"x" * 5000
    bomb = reply(gzip.compress(b"\0" * 20_000_000), "Content-Encoding: gzip")
    refused = answered(saying(bomb), Connections(compressed=True))
    assert isinstance(refused, FetchError)
    assert (refused.reason, refused.message) == (
        FailureReason.TOO_LARGE,
        over_mebibytes(server="127.0.0.1", mebibytes=1),
    )


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer nothing until the other side goes away."""
    await reader.read()
    writer.close()


async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin an answer and say no more."""
    await reader.readuntil(b"\r\n\r\n")
    writer.write(reply(b"x" * 100)[:-50])
    await reader.read()
    writer.close()


@pytest.mark.parametrize("serve", [silent, half])
@pytest.mark.parametrize("bound", ["timeout", "read_timeout"])
def test_no_answer(serve: Serve, bound: str) -> None:
    """The whole has a time, and so has each wait for the next bytes."""
    error = answered(serve, **{bound: 0.2})
    assert isinstance(error, FetchError)
    assert (error.reason, error.connected) == (FailureReason.TIMEOUT, True)


def failed(url: str, tls: ssl.SSLContext | None = None, **keys: float) -> FetchError:
    """Return the error of one request."""

    async def run() -> None:
        async with HttpSession(Hosts(), tls or unverified_context()) as session:
            await session.send(FetchRequest(url, **keys))  # type: ignore[arg-type]  # numbers only

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())
    return caught.value


def test_connect_timeout() -> None:
    """Connecting has a time of its own, and who runs out of it was never connected."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        # It takes the connection and never answers the handshake.
        error = failed(f"https://127.0.0.1:{listener.getsockname()[1]}/", client_tls(), connect_timeout=0.2)
    assert (error.reason, error.connected) == (FailureReason.TIMEOUT, False)


@pytest.mark.parametrize("kept", [True, False])
def test_nothing_waits_for_the_server(*, kept: bool) -> None:
    """A server that does not answer the end of TLS holds no socket of ours open."""
    ended = threading.Event()

    def ignore(listener: socket.socket) -> None:
        plain, _ = listener.accept()
        with plain, server_tls().wrap_socket(plain, server_side=True) as connection:
            connection.recv(1000)
            ended.wait(30)

    async def run(port: int) -> None:
        async with HttpSession(Hosts(), client_tls(), Connections(keep_alive=kept)) as session:
            with pytest.raises(FetchError):
                await session.send(FetchRequest(f"https://127.0.0.1:{port}/", timeout=0.2))

    with socket.socket() as listener, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = threading.Thread(target=ignore, args=(listener,))
        server.start()
        try:
            asyncio.run(run(listener.getsockname()[1]))
            gc.collect()
        finally:
            ended.set()
            server.join()
    assert [str(one.message) for one in warned] == []


def test_nobody_listens() -> None:
    """A refused connection is reported as one."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = failed(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert (error.reason, error.connected, error.__context__) == (FailureReason.REFUSED, False, None)


def test_unknown_name() -> None:
    """A name without an address is reported as one."""

    async def run() -> None:
        async with HttpSession(Resolver(1), unverified_context()) as session:
            await session.send(FetchRequest("http://nowhere.invalid/"))

    with pytest.raises(FetchError) as caught:
        asyncio.run(run())
    assert (caught.value.reason, caught.value.connected) == (FailureReason.DNS, False)


@pytest.mark.parametrize(
    ("tls", "reason", "openssl"),
    [
        (None, FailureReason.NOT_TLS, ""),
        (lambda: server_tls("other.example"), FailureReason.BAD_CERTIFICATE, "IP address mismatch"),
        (
            lambda: server_tls(ca=pki.authority("Other Root", at=pki.TODAY)),
            FailureReason.BAD_CERTIFICATE,
            "unable to get local issuer certificate",
        ),
    ],
    ids=["plain", "other name", "other ca"],
)
def test_https(tls: Callable[[], ssl.SSLContext] | None, reason: FailureReason, openssl: str) -> None:
    """A server that proves nothing gets no request, and OpenSSL's word for it is kept."""
    asked = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        text = await reader.read(1000)
        asked.append(text)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async def run() -> FetchError:
        async with (
            served(serve, tls() if tls else None) as port,
            HttpSession(Hosts(), client_tls()) as session,
        ):
            with pytest.raises(FetchError) as caught:
                await session.send(FetchRequest(f"https://127.0.0.1:{port}/secret"))
            return caught.value

    error = asyncio.run(run())
    assert (error.reason, error.connected, error.__context__) == (reason, False, None)
    assert openssl in error.tls_error
    assert b"secret" not in b"".join(asked)


def test_server_name() -> None:
    """The certificate may have to name something else than the host."""

    async def run() -> FetchResponse:
        how = Connections(server_name="api.example")
        async with (
            served(saying(reply()), server_tls("api.example")) as port,
            HttpSession(Hosts(), client_tls(), how) as session,
        ):
            return await session.send(FetchRequest(f"https://127.0.0.1:{port}/"))

    assert asyncio.run(run()).body == b"ok"


def test_environment_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment gets nothing."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert isinstance(answered(saying(reply())), FetchResponse)


@pytest.mark.parametrize("url", ["http://[", "not a url at all", "", "/path"])
def test_no_url(url: str) -> None:
    """What is no URL is an error like any other."""
    assert failed(url).reason in (FailureReason.BAD_ANSWER, FailureReason.CLOSED)

"""The TLS server of the demo ends what it holds, in whatever state a connection is."""

import asyncio
import contextlib
import socket
import ssl

import pytest

from monitor.demo.tls_server import TlsServer
from support.pki import TODAY, authority, leaf, tls_context

CA = authority("Test CA", at=TODAY)
CONTEXT = tls_context(leaf("rec.vms.example", CA, at=TODAY), CA)


def connected(server: TlsServer) -> socket.socket:
    """Connect and say nothing."""
    return socket.create_connection(("127.0.0.1", server.sockets[0].getsockname()[1]))


@pytest.mark.parametrize("turns", range(8))
def test_connections_in_the_midst_of_a_handshake_are_ended(turns: int) -> None:
    """Also one that was accepted in the last turn of the loop: its client reads the end."""

    async def scenario() -> None:
        server = await TlsServer.start(CONTEXT)
        with connected(server) as client:
            for _ in range(turns):
                await asyncio.sleep(0)
            await server.stop()
            client.settimeout(10)
            with contextlib.suppress(ConnectionResetError):  # the same, said in another way
                assert client.recv(1) == b""

    asyncio.run(scenario())


def test_a_client_gets_the_certificate_and_leaves() -> None:
    """After the handshake the server waits for the client's end."""

    async def scenario() -> bytes | None:
        server = await TlsServer.start(CONTEXT)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
        der: bytes | None = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
        await server.stop()
        return der

    assert asyncio.run(scenario()) is not None

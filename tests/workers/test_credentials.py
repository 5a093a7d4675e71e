"""Signing in at a real NATS server with the three forms of ``credentials_file``, and with wrong ones."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nats.errors import Error as NatsError

from monitor.workers.connection import Broker, CredentialsError, NatsConnection, signed_in
from monitor.workers.trust import tls_of
from support.servers.cluster.nats_identities import Operator, user_key
from support.servers.cluster.nats_server import NatsServer
from support.servers.daemon.process import until
from support.servers.programs import stop


@contextmanager
def changed(folder: Path, pattern: str, text: str) -> Iterator[NatsServer]:
    """Run the server of the file in deploy with one part of it changed."""
    server = NatsServer(folder)
    server.write()
    file = folder / "nats.conf"
    before = file.read_text()
    after = re.sub(pattern, lambda _: text, before, count=1, flags=re.DOTALL)
    assert after != before
    file.write_text(after)
    server.start()
    try:
        yield server
    finally:
        assert server.process is not None
        stop(server.process)


def connection(server: NatsServer, text: str, name: str = "any.creds") -> NatsConnection:
    """Return a connection that signs in with a file of this text."""
    file = server.folder / name
    file.write_text(text)
    return NatsConnection(
        Broker((server.url,), str(file), tls_of((server.url,), (str(server.ca),))), "test", "_INBOX_center"
    )


async def accepted(made: NatsConnection, forbidden: str = "") -> None:
    """Show that JetStream answers, and that a subject is forbidden."""
    client = await made.connected()
    try:
        assert (await client.jetstream().account_info()).streams == 0
        assert not made.problem
        if forbidden:
            with pytest.raises((NatsError, TimeoutError)):
                await client.request(forbidden, b"{}", timeout=0.3)
            await until(lambda: "permissions violation" in made.problem.lower())
    finally:
        await made.close(client)


async def refused(made: NatsConnection, name: str) -> None:
    """Show that it is said whose file is not accepted, while the connection is tried again."""
    connecting = asyncio.create_task(made.connected())
    await until(lambda: "Authorization Violation" in made.problem and name in made.problem)
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)


@pytest.mark.system
def test_the_seed_of_a_key_signs_in(tmp_path: Path) -> None:
    """A server knows its public part in place of a password; where it knows another, the file is named."""
    key = user_key()
    pattern = r'user: "center", password: \$CENTER_PASSWORD'

    async def scenario(server: NatsServer) -> None:
        await accepted(connection(server, f"{key.seed}\n"))
        await refused(connection(server, user_key().seed, "other.nk"), "other.nk")

    with changed(tmp_path, pattern, f"nkey: {key.public}") as server:
        asyncio.run(scenario(server))


@pytest.mark.system
def test_credentials_of_an_operator_sign_in(tmp_path: Path) -> None:
    """With the rights that are signed into them; those of another operator are refused."""
    operator = Operator()

    async def scenario(server: NatsServer) -> None:
        rights = {"pub": ["$JS.API.INFO"], "sub": ["_INBOX_center.>"]}
        await accepted(connection(server, operator.credentials(user_key(), **rights)), "orders.dmz.more")
        await refused(connection(server, Operator().credentials(user_key()), "other.creds"), "other.creds")

    with changed(tmp_path, r"accounts \{.*", operator.configuration()) as server:
        asyncio.run(scenario(server))


@pytest.mark.parametrize(
    "text",
    [
        "no seed",
        "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDX",
        "-----BEGIN NATS USER JWT-----\nx\n------END NATS USER JWT------\n",
    ],
)
def test_a_file_of_another_form_is_named(tmp_path: Path, text: str) -> None:
    """Before anything is sent."""
    file = tmp_path / "wrong.creds"
    file.write_text(text)
    with pytest.raises(CredentialsError, match=r"wrong\.creds has neither"):
        signed_in(str(file))

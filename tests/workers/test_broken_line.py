"""A NATS server that goes away, orders that nobody takes, and workers that want what is not theirs."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import nats
import pytest

from monitor.model import text
from monitor.model.message import raw_english
from monitor.workers import connection
from monitor.workers.connection import Broker, NatsConnection, signed_in
from monitor.workers.subjects import ORDERS
from monitor.workers.trust import tls_of
from support.servers.cluster.nats_identities import Operator, user_key
from support.servers.cluster.workers_center import Center, world
from support.servers.daemon.process import until


@pytest.mark.system
def test_a_server_that_is_restarted_loses_nothing(tmp_path: Path) -> None:
    """Neither the batch under way nor the one that is ordered meanwhile; health tells as long as it lasts."""

    async def scenario(made: Center) -> None:
        made.server.worker()
        first = asyncio.create_task(made.run("60s/2/0", slice(0, 1)))
        await until(lambda: made.cameras.asked >= 1)
        made.server.kill()
        await until(lambda: "NATS" in raw_english(made.runner.problem() or text("")))
        second = asyncio.create_task(made.run("60s/2/1", slice(1, 2)))
        made.cameras.open.set()
        made.server.start()
        await asyncio.gather(first, second)
        assert sorted(bool(one.result.sightings) for one in made.seen) == [True, True]
        await until(lambda: not made.runner.problem())

    world(tmp_path, scenario, count=2)


@pytest.mark.system
def test_orders_that_nobody_takes_are_replaced(tmp_path: Path) -> None:
    """A monitor that is restarted again and again leaves one order for each batch."""

    async def scenario(made: Center) -> None:
        for _ in range(3):
            running = asyncio.create_task(made.run())
            await until(lambda: bool(made.runner._exchange._published))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        running = asyncio.create_task(made.run())
        await until(lambda: bool(made.runner._exchange._published))
        client = await connected(made, "center")
        state = (await client.jetstream().stream_info(ORDERS)).state
        await client.close()
        assert state.messages == 1
        made.cameras.open.set()
        made.server.worker()
        await running
        assert len(made.seen) == 2

    world(tmp_path, scenario, count=2)


@pytest.mark.system
def test_a_worker_has_the_rights_of_its_zone_alone(tmp_path: Path) -> None:
    """By the configuration in deploy: it cannot take, order or answer for others, whatever its file says."""

    async def scenario(made: Center) -> None:
        made.cameras.open.set()
        stranger = made.server.worker(user="worker", zone="dmz")
        running = asyncio.create_task(made.run())
        await until(lambda: "permissions violation" in made.server.log(0))
        assert not made.seen
        assert stranger.poll() is None
        await is_refused(made, [])
        made.server.worker(user="dmz", zone="dmz")
        await running
        assert [one.target_id[:4] for one in made.seen] == ["dmz/"]

    world(tmp_path, scenario, count=1, zone="dmz")


PUBLISHING = (
    "answers._local",
    "orders.dmz.more",
    "orders._local.more",
    "$JS.API.STREAM.PURGE.ORDERS",
    "$JS.API.STREAM.MSG.GET.ORDERS",
    "$JS.API.DIRECT.GET.ORDERS",
    "$JS.API.CONSUMER.CREATE.ORDERS",
    "$JS.API.CONSUMER.MSG.NEXT.ORDERS.zone-_local",
    "$JS.API.CONSUMER.MSG.NEXT.ANSWERS.center",
    "$JS.ACK.ORDERS.zone-_local.1.1.1.1.0",
    "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.ORDERS.zone-_local",
    "logins.dmz.0.more",
    "$JS.API.CONSUMER.MSG.NEXT.LOGINS-yard.queue-0",
    "$JS.API.CONSUMER.CREATE.LOGINS-dmz",
    "$JS.API.CONSUMER.UNPIN.LOGINS-dmz.queue-0",
    "$JS.ACK.LOGINS-yard.queue-0.1.1.1.1.0",
    "_INBOX__local.x",
    "_INBOX_center.x",
)
"""Subjects by which it would take, order, acknowledge, give up or answer what is not its own."""
READING = (
    "orders.>",
    "logins.>",
    "answers.>",
    "answers.dmz",
    "_INBOX__local.>",
    "_INBOX_center.>",
    "$JS.EVENT.>",
    "$JS.API.>",
    "$SYS.>",
    ">",
    "*.*.*",
)
"""Subjects on which a worker of the zone dmz would read what is not its own."""


async def is_refused(made: Center, said: list[str]) -> None:
    """Wait until the server has refused a worker of the zone dmz each of these subjects."""
    server = made.server
    broker = Broker((server.url,), server.credentials("dmz"), tls_of((server.url,), (str(server.ca),)))
    connection = NatsConnection(broker, "test", "_INBOX_dmz")

    async def failed(error: Exception) -> None:
        said.append(str(error))

    connection._failed = failed  # type: ignore[method-assign]  # to see every error
    client = await connection.connected()
    for subject in READING:
        await client.subscribe(subject)
    for subject in PUBLISHING:
        await client.publish(subject, b"{}")
    await client.flush()
    refused = [f'"{subject.lower()}"' for subject in (*READING, *PUBLISHING)]
    await until(lambda: all(any(one in text for text in said) for one in refused))
    await client.close()


async def connected(made: Center, user: str) -> nats.NATS:
    """Return a client of a user, as its workers connect."""
    server = made.server
    broker = Broker((server.url,), server.credentials(user), tls_of((server.url,), (str(server.ca),)))
    return await NatsConnection(broker, "test", f"_INBOX_{user}").connected()


def test_a_server_that_breaks_off_handshakes_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be busy; a client of NATS would wait for good for the end of a connection that is over."""
    monkeypatch.setattr(connection, "_CONNECT_WITHIN", 0.5)
    attempts = 0

    async def break_off(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.transport.abort()

    async def scenario() -> None:
        server = await asyncio.start_server(break_off, "127.0.0.1", 0)
        url = f"tls://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        broker = Broker((url,), tls=ssl.create_default_context)
        connecting = asyncio.create_task(NatsConnection(broker, "test", "_INBOX_test").connected())
        await until(lambda: attempts >= 3)
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        server.close()

    asyncio.run(scenario())


class Stuck:
    """A client of NATS that waits for the end of a connection that is over."""

    async def close(self) -> None:
        """Wait for good."""
        await asyncio.Event().wait()


def test_a_client_that_does_not_close_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker could not be stopped else."""
    monkeypatch.setattr(connection, "_CLOSE_WITHIN", 0.05)
    client: Any = Stuck()
    made = NatsConnection(Broker(("nats://127.0.0.1:1",)), "test", "_INBOX_test")
    asyncio.run(asyncio.wait_for(made.close(client), 30))


def test_credentials_are_what_their_file_has(tmp_path: Path) -> None:
    """Credentials of NATS, the seed of a key, or a user with a password."""
    file = tmp_path / "any"
    file.write_text("center:a:b\n")
    assert signed_in(str(file)) == {"user": "center", "password": "a:b"}
    file.write_text("SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY\n")
    assert list(signed_in(str(file))) == ["nkeys_seed_str"]
    file.write_text(Operator().credentials(user_key()))
    assert signed_in(str(file)) == {"user_credentials": str(file)}
    assert signed_in(None) == {}

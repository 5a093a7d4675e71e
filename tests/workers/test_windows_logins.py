"""Logins at Windows machines by workers over a real NATS server: one worker for each account at any time."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from monitor.model import FailureReason
from support.servers.cluster.nats_server import NatsServer, nats_server
from support.servers.cluster.windows_logins import Domain, listening, secrets
from support.servers.cluster.workers_center import Cameras, Center, runner
from support.servers.daemon.process import until

pytestmark = pytest.mark.system
_WITHIN = 100.0
ONE, OTHER = r"VMS\certmon", r"OTHER\certmon"


def domain_world(folder: Path, scenario: Callable[[Center, Domain], Awaitable[None]], *accounts: str) -> None:
    """Run a scenario with two workers, and a machine for each account."""

    async def whole(server: NatsServer) -> None:
        domain = Domain()
        machines = await listening(domain)
        targets = [domain.machine(number, account) for number, account in enumerate(accounts)]
        made = Center(server, targets, Cameras(), runner(server, targets, ("dmz",)))
        made.runner.start()
        for name in ("a", "b"):
            server.worker(user="dmz", zone="dmz", secrets=secrets(folder, name))
        try:
            # What hangs is named by where it waits, and all is closed.
            async with asyncio.timeout(_WITHIN):
                await scenario(made, domain)
        finally:
            domain.open.set()
            await made.runner.stop()
            machines.close()
            await machines.wait_closed()

    with nats_server(folder) as server:
        asyncio.run(whole(server))


def test_an_account_is_one_workers_at_any_time(tmp_path: Path) -> None:
    """Two workers never log in with it together; it stays with one until that one is frozen or killed."""

    async def scenario(made: Center, domain: Domain) -> None:
        domain.open.set()
        await asyncio.gather(*(made.run(f"60s/6/{n}", slice(2 * n, 2 * n + 2)) for n in range(6)))
        reasons = [failure.reason for one in made.seen for failure in one.result.failures]
        assert reasons == 12 * [
            FailureReason.PROTOCOL_ERROR
        ]  # they got to the machine, with passwords of theirs
        assert all(len(workers) == 1 for _, workers in domain.together)
        assert len(domain.together) == 2
        await frozen_and_killed(made, domain, slice(0, 8, 2))

    domain_world(tmp_path, scenario, *[ONE, OTHER] * 6)


async def frozen_and_killed(made: Center, domain: Domain, machines: slice) -> None:
    """Let another worker take an account over; a worker that wakes up logs in no more."""
    domain.again()
    frozen = asyncio.create_task(made.run(targets=machines))
    await until(lambda: len(domain.by) == 2)  # as many as are tried with a login that is not proved
    first = domain.by[0]
    other = "ab".replace(first, "")
    made.server.workers["ab".index(first)].send_signal(signal.SIGSTOP)
    domain.open.set()
    await frozen
    assert domain.by == [first] * 2 + [other] * 4
    made.server.workers["ab".index(first)].send_signal(signal.SIGCONT)
    await until(lambda: "is left to another worker" in made.server.log("ab".index(first)))
    assert domain.by.count(first) == 2

    domain.again()
    killed = asyncio.create_task(made.run(targets=machines))
    await until(lambda: domain.by == [other] * 2)
    made.server.workers["ab".index(other)].kill()
    await until(lambda: domain.by[2:] == [first] * 2)
    domain.open.set()
    await killed
    assert {len(workers) for _, workers in domain.together} == {1}

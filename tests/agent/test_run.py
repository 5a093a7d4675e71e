"""An agent carries out orders, sends what it saw, and loses nothing while its center is away."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.agent import center_exchange, centers
from monitor.agent.run import run_agent
from monitor.agent.settings import load
from monitor.demo.tls_server import TlsServer
from monitor.errors import SystemBrokenError
from monitor.model import FailureReason, ProbeRequest
from monitor.sources.endpoint.connect_options import Endpoint
from support.factories.pipeline.world import target
from support.pki import authority, leaf, tls_context
from support.servers.cluster.agent_center import TOKEN, AgentCenter, agent_center
from support.servers.daemon.process import until

ROOT = authority("Zone CA")
LEAF = leaf("cam01.dmz.example", ROOT)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(center_exchange, "PRESENT_EVERY", 0.05)
    monkeypatch.setattr(center_exchange, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(center_exchange, "LONGEST_WAIT", 0.05)
    monkeypatch.setattr(centers, "PATIENCE", 0.2)


def order(number: int, port: int) -> ProbeRequest:
    """Return the request for a port of this machine."""
    made = target(number, "dmz").request
    return replace(
        made, location=f"127.0.0.1:{port}", settings=Endpoint("127.0.0.1", port, "cam01.dmz.example")
    )


@asynccontextmanager
async def camera() -> AsyncIterator[int]:
    """Run a TLS server and return its port."""
    context: ssl.SSLContext = tls_context(LEAF, ROOT)

    server = await TlsServer.start(context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await server.stop()


@asynccontextmanager
async def agent(
    folder: Path, *used: AgentCenter, token: str = TOKEN, allow: str = "127.0.0.1:*"
) -> AsyncIterator[None]:
    """Run the agent of these centers."""
    (folder / "ca.pem").write_bytes(b"".join(one.authority.pem for one in used))
    (folder / "token").write_text(token + "\n")
    file = folder / "agent.yaml"
    urls = ", ".join(one.url for one in used)
    file.write_text(
        f"zone: dmz\nname: dmz-1\ncenters: [{urls}]\ntrust: [ca.pem]\ntoken_file: token\n"
        f"allow: ['{allow}']\nspool: {{folder: spool, limit: 10MB}}\n"
    )
    stop = asyncio.Event()
    running = asyncio.create_task(run_agent(load(file), stop))
    try:
        yield
    finally:
        stop.set()
        await running


def world(scenario: Callable[[AgentCenter, int], Awaitable[None]]) -> None:
    """Run a scenario with a camera and a center that orders to probe it twice."""

    async def whole() -> None:
        async with camera() as port, agent_center([order(1, port), order(2, port)]) as center:
            await scenario(center, port)

    asyncio.run(whole())


def test_what_was_seen_arrives(tmp_path: Path) -> None:
    """With the chain, of which each certificate was sent once."""

    async def scenario(center: AgentCenter, _: int) -> None:
        async with agent(tmp_path, center):
            await until(lambda: len(center.observations) == 2)
            await until(lambda: not list((tmp_path / "spool").glob("*.answers")))
        for one in center.observations:
            assert [seen.certificate.sha256 for seen in one.result.sightings] == [LEAF.sha256, ROOT.sha256]
        assert sorted(center.sent) == sorted([LEAF.sha256, ROOT.sha256])
        assert sorted(file.name for file in (tmp_path / "spool").iterdir()) == ["lock", "orders.json"]

    world(scenario)


def test_probing_goes_on_while_the_center_is_away(tmp_path: Path) -> None:
    """After a restart of the agent too: it knows its orders, and what it spooled is sent later."""

    async def scenario(center: AgentCenter, _: int) -> None:
        async with agent(tmp_path, center):
            await until(lambda: len(center.observations) == 2)
        center.away = True
        spool = tmp_path / "spool"
        async with agent(tmp_path, center):
            await until(lambda: sum(b'{"a":' in one.read_bytes() for one in spool.glob("*.answers")) > 0)
            await asyncio.sleep(0.2)
            center.away = False
            # An answer that was taken just before the first agent was stopped may come once more.
            await until(lambda: len({one.started_at for one in center.observations}) == 4)

    world(scenario)


def test_a_center_that_forgot_certificates_is_sent_them_again(tmp_path: Path) -> None:
    """It was restarted, or lost its database."""

    async def scenario(center: AgentCenter, port: int) -> None:
        async with agent(tmp_path, center):
            await until(lambda: len(center.observations) == 2)
            center.held.clear()
            center.requests += (order(3, port),)
            await until(lambda: len(center.observations) == 3)
        assert center.observations[-1].result.ders.keys() == {LEAF.sha256, ROOT.sha256}

    world(scenario)


def test_new_orders_are_carried_out_and_old_ones_are_not_repeated(tmp_path: Path) -> None:
    """Only what is new or different is probed at once."""

    async def scenario(center: AgentCenter, port: int) -> None:
        async with agent(tmp_path, center):
            await until(lambda: len(center.observations) == 2)
            center.requests = (order(1, port), order(4, port))
            await until(lambda: len(center.observations) == 3)
            await asyncio.sleep(0.2)
        assert [one.target_id for one in center.observations][2:] == [order(4, port).target_id]

    world(scenario)


def test_the_next_center_is_used(tmp_path: Path) -> None:
    """The one in use may be gone for good."""

    async def scenario(first: AgentCenter, port: int) -> None:
        first.away = True
        async with agent_center([order(1, port)]) as second, agent(tmp_path, first, second):
            await until(lambda: len(second.observations) == 1)

    world(scenario)


def test_a_center_that_is_frozen_is_left_for_one_that_answers(tmp_path: Path) -> None:
    """Its machine refuses nothing; what it was sent is sent again."""

    async def scenario(first: AgentCenter, port: int) -> None:
        async with agent_center([order(1, port)]) as second, agent(tmp_path, first, second):
            await until(lambda: len(first.observations) == 2)
            second.requests += (order(2, port), order(3, port))
            first.frozen = True
            try:
                await until(lambda: len(second.observations) == 1)
                assert second.observations[0].target_id == order(3, port).target_id
                assert LEAF.sha256 in second.held
            finally:
                first.frozen = False

    world(scenario)


def test_a_center_that_does_not_lead_is_left_for_one_that_answers(tmp_path: Path) -> None:
    """Another one has taken over from it; without another one it is better than none."""

    async def scenario(first: AgentCenter, port: int) -> None:
        async with agent_center([order(1, port)]) as second, agent(tmp_path, first, second):
            second.away, first.leads = True, False
            await until(lambda: len(first.observations) == 2)
            second.requests += (order(3, port),)
            second.away = False
            await until(lambda: len(second.observations) == 1)

    world(scenario)


def test_an_answer_that_is_refused_costs_no_other(tmp_path: Path) -> None:
    """It would stop everything behind it; it is dropped and counted."""

    async def scenario(center: AgentCenter, port: int) -> None:
        center.refuse = order(1, port).target_id
        async with agent(tmp_path, center):
            await until(lambda: len(center.observations) == 1 and center.dropped == 1)

    world(scenario)


def test_a_center_that_takes_no_document_costs_no_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is of another version, or something before it refuses: all of them wait until it does."""

    async def scenario(center: AgentCenter, _: int) -> None:
        center.refuse = "version"
        async with agent(tmp_path, center):
            await until(lambda: "no center takes answers" in caplog.text)
            center.refuse = ""
            await until(lambda: len(center.observations) == 2)
        assert center.dropped == 0

    world(scenario)


def test_an_order_outside_of_the_list_is_answered_with_the_reason(tmp_path: Path) -> None:
    """Even when it was signed in correctly."""

    async def scenario(center: AgentCenter, _: int) -> None:
        async with agent(tmp_path, center, allow="*.dmz.example:*"):
            await until(lambda: len(center.observations) == 2)
        reasons = {failure.reason for one in center.observations for failure in one.result.failures}
        assert reasons == {FailureReason.FORBIDDEN}

    world(scenario)


def test_a_wrong_token_gives_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says what to do."""

    async def scenario(center: AgentCenter, _: int) -> None:
        async with agent(tmp_path, center, token="another"):
            await until(lambda: "no center takes answers" in caplog.text)
        assert center.observations == []

    world(scenario)


def test_an_agent_does_not_start_without_its_token(tmp_path: Path) -> None:
    """It says which file is missing."""

    async def scenario(center: AgentCenter, _: int) -> None:
        async with agent(tmp_path, center):
            pass
        (tmp_path / "token").unlink()
        with pytest.raises(SystemBrokenError, match="token_file"):
            await run_agent(load(tmp_path / "agent.yaml"), asyncio.Event())

    world(scenario)

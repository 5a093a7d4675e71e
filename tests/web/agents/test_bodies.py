"""Bodies that do not end, too many at once, and documents that take long."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from monitor.web.agents import app, bodies, make_agents_app
from monitor.web.agents.bodies import AgentTurns, TooManyRequestsError
from monitor.web.services.agent_admin import AgentIdentity
from monitor.wire.protocol import ANSWERS, ENROLL

AGENT, OTHER = AgentIdentity("dmz", "a"), AgentIdentity("yard", "a")


class Desk:
    """A center that knows one agent."""

    def now(self) -> Any:
        """Return nothing that is read."""

    def identify(self, _token: str) -> AgentIdentity:
        """Know everybody as one agent."""
        return AGENT


async def endless() -> AsyncIterator[bytes]:
    """Yield the beginning of a body, and wait."""
    yield b"{"
    await asyncio.Event().wait()


def ask(scenario: Callable[[httpx.AsyncClient], Awaitable[Any]]) -> Any:
    """Return what a scenario makes of the application."""

    async def whole() -> Any:
        transport = httpx.ASGITransport(make_agents_app(Desk()))  # type: ignore[arg-type]  # as much as is asked
        async with httpx.AsyncClient(transport=transport, base_url="https://center") as client:
            return await scenario(client)

    return asyncio.run(whole())


def test_a_body_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of an agent, and that of anybody with a code."""
    monkeypatch.setattr(app, "READ_WITHIN", 0.01)
    monkeypatch.setattr(app, "_CODE_WITHIN", 0.01)

    async def asked(client: httpx.AsyncClient) -> list[int]:
        bearer = {"authorization": "Bearer x"}
        return [
            (await client.post(ANSWERS, content=endless(), headers=bearer)).status_code,
            (await client.post(ENROLL, content=endless())).status_code,
        ]

    assert ask(asked) == [408, 408]


def test_a_few_codes_are_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that nobody takes all connections without having any."""
    monkeypatch.setattr(app, "_CODE_WITHIN", 0.2)

    async def asked(client: httpx.AsyncClient) -> list[int]:
        several = [client.post(ENROLL, content=endless()) for _ in range(app._MOST_ENROLLING + 2)]
        return sorted([one.status_code for one in await asyncio.gather(*several)])

    assert ask(asked) == [408] * app._MOST_ENROLLING + [429] * 2


def test_an_agent_has_one_turn_at_a_time() -> None:
    """Some of its requests wait, more are turned away, and another agent has a turn of its own."""

    async def whole() -> list[str]:
        turns, done, seen = AgentTurns(), asyncio.Event(), []

        async def one(agent: AgentIdentity, name: str) -> None:
            try:
                async with turns.of(agent):
                    seen.append(name)
                    await done.wait()
            except TooManyRequestsError:
                seen.append("busy")

        several = [asyncio.create_task(one(AGENT, f"{n}")) for n in range(bodies.MOST_WAITING + 1)]
        several.append(asyncio.create_task(one(OTHER, "other")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert seen == ["0", "busy", "other"]
        done.set()
        await asyncio.gather(*several)
        return seen

    assert asyncio.run(whole()) == ["0", "busy", "other", "1", "2", "3"]


def test_a_heavy_document_makes_its_agent_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as it took, but not for longer than some seconds."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    async def whole() -> None:
        now = asyncio.get_running_loop().time()
        monkeypatch.setattr(asyncio, "sleep", wait)
        for took in (0.1, 2.0, 100.0):
            await bodies.rest(now - took)

    asyncio.run(whole())
    assert [round(one) for one in waited] == [2, 5]

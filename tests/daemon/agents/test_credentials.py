"""Tests of the tokens and codes of agents."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config import load
from monitor.daemon.agents.credentials import VALID_FOR, AgentCredentials
from monitor.daemon.web.access_tokens import AccessTokens
from monitor.errors import StoreFault, StoreUnusableError
from monitor.web.services.agent_admin import AgentIdentity
from support.factories.pipeline.world import NOW, FakeClock

AGENT = AgentIdentity("dmz", "dmz-1")


class NoTokens(AccessTokens):
    """Tokens that nobody has stored yet; ``fails`` is what making one raises."""

    def __init__(self, fails: Exception | None = None) -> None:
        """Begin without any."""
        self.fails = fails or AssertionError()

    async def revoke(self, *_: Any, **__: Any) -> bool:
        """Revoke nothing."""
        return False

    async def create(self, *_: Any, **__: Any) -> Any:
        """Fail: these tests make none."""
        raise self.fails


def test_two_agents_with_one_token_are_reported(tmp_path: Path) -> None:
    """The log names both and the file, never the token; the one that is listed first is meant."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.token").write_text("the same\n")
    path = tmp_path / "cert-monitor.yaml"
    path.write_text(
        "zones: {dmz: {agents: [{name: dmz-1, token_file: a.token}, {name: dmz-2, token_file: b.token}]}}\n"
        "agents: {listen: '127.0.0.1:0', cert_file: center.pem}\n"
    )
    complaints: list[str] = []
    credentials = AgentCredentials(NoTokens(), FakeClock())
    credentials.use(credentials.read(load(path), complaints.append))
    assert credentials.find("the same") == AGENT
    (said,) = complaints
    assert "agent dmz-2 of zone dmz" in said
    assert "b.token has the token of agent dmz-1" in said
    assert "the same" not in said


@pytest.mark.parametrize("wall", [timedelta(0), -timedelta(days=1)])
def test_a_code_expires_also_where_the_clock_is_set_back(wall: timedelta) -> None:
    """An hour after the invitation, whatever the time of day is said to be."""
    clock = FakeClock()
    credentials = AgentCredentials(NoTokens(), clock)
    code = credentials.invite(AGENT, "somebody")
    clock.wall, clock.ticks = NOW + wall, VALID_FOR.total_seconds()
    assert asyncio.run(credentials.enroll(code)) is None


def test_the_code_of_another_agent_is_refused_and_stays_good() -> None:
    """Whoever mistypes the name of the agent neither gets a token nor ends that of the right one."""
    credentials = AgentCredentials(NoTokens(), FakeClock())
    code = credentials.invite(AGENT, "somebody")
    assert asyncio.run(credentials.enroll(code, "dmz/dmz-9")) is None
    with pytest.raises(AssertionError):  # a token is made: the code was taken
        asyncio.run(credentials.enroll(code, "dmz/dmz-1"))


def test_a_code_stays_good_while_no_token_can_be_recorded() -> None:
    """The database is away for a moment; nobody has to be invited again for that."""
    tokens = NoTokens(StoreUnusableError("away", StoreFault.UNREACHABLE))
    credentials = AgentCredentials(tokens, FakeClock())
    code = credentials.invite(AGENT, "somebody")
    with pytest.raises(StoreUnusableError):
        asyncio.run(credentials.enroll(code))
    tokens.fails = AssertionError()
    with pytest.raises(AssertionError):  # a token is made
        asyncio.run(credentials.enroll(code))

"""The center of agents and a real agent: orders out, answers in, judged and recorded like every probe."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.agent import center_exchange
from monitor.agent.enroll import enroll, missing_trust
from monitor.agent.run import run_agent
from monitor.agent.settings import load
from monitor.clock import SystemClock
from monitor.daemon.agents import requested_checks
from monitor.daemon.daemon import Daemon
from monitor.demo.tls_server import TlsServer
from monitor.errors import SystemBrokenError, UsageError
from monitor.model import Observation, ProbeResult
from monitor.web.services.agent_admin import InvitationRefusedError
from monitor.wire import order_key, read_answers, write_answer, write_answers
from support.pki import Issued, authority, leaf, tls_context
from support.pki.certificates import TODAY
from support.servers.daemon.inside import daemon
from support.servers.daemon.process import until

CA = authority("Center CA", at=TODAY)
LISTENER = leaf("127.0.0.1", CA, at=TODAY)
ZONE_CA = authority("Zone CA", at=TODAY)
CAMERA = leaf("cam01.dmz.example", ZONE_CA, at=TODAY)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(center_exchange, "PRESENT_EVERY", 0.05)
    monkeypatch.setattr(center_exchange, "FIRST_WAIT", 0.05)
    monkeypatch.setattr(center_exchange, "LONGEST_WAIT", 0.05)


@dataclass
class Center:
    """A running center and where its agents reach it."""

    daemon: Daemon
    folder: Path

    @property
    def url(self) -> str:
        """Return the address for agents."""
        return self.daemon._servers[-1].url

    @property
    def target(self) -> str:
        """Return the id of the one target."""
        (name,) = [one for one in self.daemon.parts.board.snapshot.states if one.startswith("dmz/")]
        return name

    @property
    def state(self) -> Any:
        """Return the state of the one target."""
        return self.daemon.parts.board.snapshot.states[self.target]

    @property
    def agents(self) -> Any:
        """Return the center of agents."""
        assert self.daemon.parts.agents is not None
        return self.daemon.parts.agents

    def agent_file(self, name: str = "dmz-1", trust: str = "ca.pem") -> Path:
        """Write an agent's file."""
        path = self.folder / f"{name}.yaml"
        path.write_text(
            f"zone: dmz\nname: {name}\ncenters: ['{self.url}']\ntrust: [{trust}]\ntoken_file: {name}.token\n"
            f"allow: ['127.0.0.1:*']\nspool: {{folder: {name}-spool}}\n"
        )
        return path

    @asynccontextmanager
    async def agent(self, name: str = "dmz-1") -> AsyncIterator[None]:
        """Run an agent."""
        stop = asyncio.Event()
        running = asyncio.create_task(run_agent(load(self.agent_file(name)), stop))
        try:
            yield
        finally:
            stop.set()
            await running


@asynccontextmanager
async def camera(*chain: Issued) -> AsyncIterator[int]:
    """Run a TLS server and return its port."""
    server = await TlsServer.start(tls_context(*chain))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await server.stop()


def world(folder: Path, scenario: Callable[[Center], Awaitable[None]]) -> None:
    """Run a scenario with a center whose zone has one camera."""
    (folder / "ca.pem").write_bytes(CA.pem)
    (folder / "zone-ca.pem").write_bytes(ZONE_CA.pem)
    (folder / "center.pem").write_bytes(LISTENER.key_pem + LISTENER.pem + CA.pem)
    for name in ("dmz-1", "dmz-2"):
        (folder / f"{name}.token").write_text(f"token-of-{name}\n")

    async def whole() -> None:
        async with camera(CAMERA, ZONE_CA) as port:
            path = folder / "cert-monitor.yaml"
            path.write_text(
                f"web: {{listen: '127.0.0.1:0'}}\nstore: {{url: 'sqlite:///{folder.as_posix()}/state.db'}}\n"
                "zones:\n  dmz:\n    agents:\n      - {name: dmz-1, token_file: dmz-1.token}\n"
                "      - {name: dmz-2, token_file: dmz-2.token}\n      - {name: dmz-3}\n"
                "agents: {listen: '127.0.0.1:0', cert_file: center.pem}\n"
                f"targets:\n  - {{kind: endpoint, address: '127.0.0.1:{port}', zone: dmz, "
                "server_name: cam01.dmz.example, trust: [zone-ca.pem]}\n"
            )
            async with daemon(path) as running:
                await scenario(Center(running, folder))

    asyncio.run(whole())


def test_what_an_agent_saw_is_judged_shown_and_recorded(tmp_path: Path) -> None:
    """Like what this process probes, under the policy and the anchors of the center."""

    async def scenario(center: Center) -> None:
        assert center.state.up is None
        async with center.agent():
            await until(lambda: center.state.up is True)
            await until(lambda: center.agents.states()[0].seen_at is not None)
        assert [one.check for one in center.state.findings] == []
        history = await center.daemon.parts.store.history(target_id=center.target)
        assert {one.sha256 for one in history} >= {CAMERA.sha256}
        metrics = center.daemon.parts.metrics.text(center.agents.now()).decode()
        assert 'cert_monitor_orders_total{result="answered",zone="dmz"} 1.0' in metrics
        assert 'cert_monitor_agent_spooled{agent="dmz-1",zone="dmz"} 0.0' in metrics
        assert 'cert_monitor_agent_last_seen_timestamp_seconds{agent="dmz-1",zone="dmz"}' in metrics

    world(tmp_path, scenario)


def test_who_asks_for_a_check_is_answered_by_the_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long before the next interval, once the agent asks what it is to do."""
    monkeypatch.setattr(requested_checks, "CLOCKS_DIFFER", timedelta(0))

    async def scenario(center: Center) -> None:
        async with center.agent():
            await until(lambda: center.state.up is True)
            await until(lambda: center.agents.states()[0].seen_at is not None)
            before = center.state.probed_at
            assert before is not None
            assert not await center.daemon.parts.checks.check([center.target])
            await until(lambda: center.state.probed_at != before)

    world(tmp_path, scenario)


def test_a_second_agent_stands_by(tmp_path: Path) -> None:
    """It gets no orders while the first one is there."""

    async def scenario(center: Center) -> None:
        async with center.agent("dmz-1"), center.agent("dmz-2"):
            await until(lambda: center.state.up is True)
            await until(lambda: center.agents.states()[1].seen_at is not None)
        assert [one.probes for one in center.agents.states()] == [True, False, False]
        assert b'"orders":[]' in (tmp_path / "dmz-2-spool" / "orders.json").read_bytes()

    world(tmp_path, scenario)


def hostile(center: Center, **changes: Any) -> bytes:
    """Return a document with an answer about the target that may be forged."""
    request = center.state.target.request
    observation = Observation(request.target_id, center.agents.now(), timedelta(seconds=1), ProbeResult())
    answer = {**write_answer(order_key(request), request.location, observation), **changes}
    return write_answers([answer], {}, center.agents.now())


def test_what_is_not_believed_is_counted(tmp_path: Path) -> None:
    """The target stays as it was."""

    async def scenario(center: Center) -> None:
        parts = center.daemon.parts
        (agent, *_) = (one.agent for one in center.agents.states())
        future = (center.agents.now() + timedelta(hours=1)).timestamp()
        for changes in (
            {"at": round(future * 1e6)},
            {"id": f"files:{tmp_path}/zone-ca.pem"},
            {"failures": [["dns"]]},
            {"took": -1},
        ):
            document = read_answers(hostile(center, **changes))
            await center.agents.answers(agent, document, center.agents.now())
        for changes in ({"key": "another"}, {"id": "dmz/endpoint:gone:443"}):
            document = read_answers(hostile(center, **changes))
            await center.agents.answers(agent, document, center.agents.now())
        assert center.state.up is None
        metrics = parts.metrics.text(center.agents.now()).decode()
        assert 'cert_monitor_orders_total{result="refused",zone="dmz"} 4.0' in metrics
        assert 'cert_monitor_orders_total{result="outdated",zone="dmz"} 2.0' in metrics

    world(tmp_path, scenario)


def test_answers_are_refused_until_what_is_recorded_is_loaded(tmp_path: Path) -> None:
    """They would be about nothing that is known yet, and be dropped at the agent."""

    async def scenario(center: Center) -> None:
        (agent, *_) = (one.agent for one in center.agents.states())
        document = read_answers(hostile(center))
        center.daemon.parts.health.ready = False
        with pytest.raises(SystemBrokenError):
            await center.agents.answers(agent, document, center.agents.now())
        center.daemon.parts.health.ready = True
        await center.agents.answers(agent, document, center.agents.now())
        assert center.state.probed_at is not None

    world(tmp_path, scenario)


def test_a_center_that_takes_over_waits_for_agents_from_then_on(tmp_path: Path) -> None:
    """The days since it started, or since a reload as a standby, are no silence of a zone."""

    async def scenario(center: Center) -> None:
        agents, config = center.agents, center.daemon.parts.watched.config
        first, second, _ = (one.agent for one in agents.states())
        agents._time._started_at += timedelta(days=3)
        await agents.begin(config)
        agents._note(second)
        now = agents._time.now()
        assert agents._presence.probing("dmz", now) == first
        assert now - agents._presence.heard_at("dmz") < timedelta(minutes=1)
        assert agents.silent() == ()

    world(tmp_path, scenario)


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_clock_of_an_agent_does_not_count(tmp_path: Path, hours: int) -> None:
    """Its answers have the time of the center, and the center goes on to believe its own clock."""

    async def scenario(center: Center) -> None:
        off = timedelta(hours=hours)
        (agent, *_) = (one.agent for one in center.agents.states())
        there = center.agents.now() + off
        document = read_answers(hostile(center, at=round((there.timestamp() - 3) * 1e6)))
        sent = replace(document, sent_at=there)
        _, again = await center.agents.answers(agent, sent, there - off)
        assert again
        assert center.state.up is None
        _, again = await center.agents.answers(agent, sent, there - off)
        assert not again
        assert abs(center.state.probed_at - (there - off - timedelta(seconds=3))) < timedelta(seconds=1)
        assert abs(center.agents.states()[0].offset + off.total_seconds()) < 5
        parts = center.daemon.parts
        doubts = parts.clock_watch.doubts(parts.clock.now())
        assert (doubts.jump, doubts.too_early) == (None, False)

    world(tmp_path, scenario)


def test_a_clock_that_is_set_ahead_silences_no_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it move the zone to its next agent."""
    right = SystemClock.now

    def ahead(clock: SystemClock) -> datetime:
        return right(clock) + timedelta(hours=1)

    async def scenario(center: Center) -> None:
        async with center.agent():
            await until(lambda: center.state.up is True)
        monkeypatch.setattr(SystemClock, "now", ahead)
        center.daemon.parts.clock.believe()
        first, *_ = center.agents.states()
        assert first.probes
        assert abs(first.seen_at - ahead(SystemClock())) < timedelta(minutes=1)
        assert center.agents.silent() == ()
        target = center.state.target.id
        assert center.agents.check_now("dmz", [target]) == ""
        assert center.agents.to_check_now(first.agent) == (target,)

    world(tmp_path, scenario)


def test_an_agent_is_enrolled_by_one_line(tmp_path: Path) -> None:
    """The code is good once; the center keeps only the hash of the token."""

    async def scenario(center: Center) -> None:
        line = center.agents.invite("dmz", "dmz-3", center.url, "somebody")
        file = load(center.agent_file("dmz-3", trust="new-ca.pem"))
        assert missing_trust(file) == tmp_path / "new-ca.pem"
        ca, token = await enroll(file, line)
        assert ca == CA.pem
        assert center.agents.identify(token).name == "dmz-3"
        assert token.encode() not in (tmp_path / "state.db").read_bytes()
        with pytest.raises(SystemBrokenError, match="the code is wrong"):
            await enroll(file, line)

    world(tmp_path, scenario)


def test_a_center_with_another_ca_is_sent_no_code(tmp_path: Path) -> None:
    """Somebody on the way would otherwise get the token."""

    async def scenario(center: Center) -> None:
        line = center.agents.invite("dmz", "dmz-3", center.url, "somebody")
        forged = line.replace(line.partition("#")[2][:64], "ab" * 32)
        file = load(center.agent_file("dmz-3"))
        with pytest.raises(SystemBrokenError, match="another CA"):
            await enroll(file, forged)
        with pytest.raises(UsageError):
            await enroll(file, line[:-30])
        assert (await enroll(file, line))[1]

    world(tmp_path, scenario)


def test_who_is_not_configured_is_not_invited(tmp_path: Path) -> None:
    """Nor is anybody to an address that is none."""

    async def scenario(center: Center) -> None:
        with pytest.raises(InvitationRefusedError, match="no agent"):
            center.agents.invite("dmz", "dmz-9", center.url, "somebody")
        with pytest.raises(InvitationRefusedError, match="https"):
            center.agents.invite("dmz", "dmz-1", "http://center", "somebody")

    world(tmp_path, scenario)

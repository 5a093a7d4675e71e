"""A hostile agent: a client with a valid token of one zone that speaks to the real port for agents."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.daemon.daemon import Daemon
from monitor.model import Observation, ProbeResult, Sighting, TargetState
from monitor.parse import parse_certificate
from monitor.wire import order_key, write_answer, write_answers
from monitor.wire.protocol import ANSWERS, ENROLL, ORDERS
from support.pki import authority, leaf, trusting
from support.pki.certificates import TODAY
from support.servers.daemon.inside import daemon
from support.servers.daemon.process import until

CA = authority("Center CA", at=TODAY)
LISTENER = leaf("127.0.0.1", CA, at=TODAY)
CAMERA = leaf("cam01.dmz.example", CA, at=TODAY)
OTHER = leaf("cam02.dmz.example", CA, at=TODAY)
ADDRESS = "192.0.2.7:443"
HERE, THEIRS = "endpoint:127.0.0.1:1", f"yard/endpoint:{ADDRESS}"
ZONES = ("yard", "forging", "replaying", "telling", "guessing", "waiting")
EVIL = "<script>alert(1)</script>\x1b[31m\u202e{0}%s\r\nBcc: x@example"


@dataclass
class Center:
    """A center with some zones, each with a target and an agent whose token a client has."""

    runner: asyncio.Runner
    daemon: Daemon
    client: httpx.AsyncClient
    page: httpx.AsyncClient

    @property
    def url(self) -> str:
        """Return the address for agents."""
        return self.daemon._servers[-1].url

    def state(self, name: str) -> TargetState:
        """Return what is known of a target."""
        return self.daemon.parts.board.snapshot.states[name]

    def now(self) -> datetime:
        """Return the time of the center."""
        return self.daemon.parts.clock.now()

    async def send(self, body: bytes, token: str) -> int:
        """Return the status for a document."""
        signed = {"authorization": f"Bearer {token}"}
        return (await self.client.post(self.url + ANSWERS, content=body, headers=signed)).status_code

    async def alive(self) -> bool:
        """Return whether the center says that it is alive."""
        return (await self.page.get(self.daemon.url + "/livez")).status_code == 200


@dataclass
class Agent:
    """A client with the token of one zone."""

    center: Center
    zone: str

    @property
    def target(self) -> str:
        """Return the id of the target of the zone."""
        return f"{self.zone}/endpoint:{ADDRESS}"

    @property
    def state(self) -> TargetState:
        """Return what is known of it."""
        return self.center.state(self.target)

    def observed(self, **changes: Any) -> dict[str, Any]:
        """Return an answer to its order, which may be forged."""
        request, now = self.state.target.request, self.center.now()
        chain = enumerate((CAMERA, CA))
        seen = tuple(Sighting(request.location, at, parse_certificate(one.der)) for at, one in chain)
        result = ProbeResult(seen, ders={CAMERA.sha256: CAMERA.der, CA.sha256: CA.der}, encrypted=True)
        observation = Observation(request.target_id, now, timedelta(milliseconds=20), result)
        return {**write_answer(order_key(request), request.location, observation), **changes}

    def document(self, *answers: dict[str, Any], **changes: Any) -> bytes:
        """Return a document of answers with their certificates, which may be forged."""
        ders = {one.sha256: one.der for one in (CAMERA, CA, OTHER)}
        written = json.loads(write_answers(answers, ders, self.center.now()))
        return json.dumps({**written, **changes}).encode()

    async def send(self, body: bytes) -> int:
        """Return the status for a document."""
        return await self.center.send(body, f"token-of-{self.zone}")


def configured(folder: Path) -> Path:
    """Write the configuration of a center."""
    (folder / "center.pem").write_bytes(LISTENER.key_pem + LISTENER.pem + CA.pem)
    for zone in ZONES:
        (folder / f"{zone}.token").write_text(f"token-of-{zone}\n")
    (folder / "empty.token").write_text("\n")
    zones = [f"{one}: {{agents: [{{name: a, token_file: {one}.token}}]}}" for one in (*ZONES, "empty")]
    targets = [f"  - {{kind: endpoint, address: '{ADDRESS}', zone: {zone}}}\n" for zone in ZONES]
    path = folder / "cert-monitor.yaml"
    path.write_text(
        f"web: {{listen: '127.0.0.1:0'}}\nstore: {{url: 'sqlite:///{folder.as_posix()}/state.db'}}\n"
        f"zones: {{{', '.join(zones)}}}\nagents: {{listen: '127.0.0.1:0', cert_file: center.pem}}\n"
        f"targets:\n{''.join(targets)}  - {{kind: endpoint, address: '127.0.0.1:1'}}\n"
    )
    return path


@asynccontextmanager
async def started(runner: asyncio.Runner, path: Path) -> AsyncIterator[Center]:
    """Run a center."""
    async with (
        daemon(path) as running,
        httpx.AsyncClient(verify=trusting(CA.der), trust_env=False, timeout=60) as client,
        httpx.AsyncClient(trust_env=False, timeout=60) as page,
    ):
        made = Center(runner, running, client, page)
        await until(lambda: made.state(HERE).probed_at is not None)
        yield made


@pytest.fixture(scope="module")
def center(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Center]:
    """Run one center for all tests, each of which is another zone's agent; a start takes seconds."""
    with asyncio.Runner() as runner:
        running = started(runner, configured(tmp_path_factory.mktemp("center")))
        yield runner.run(running.__aenter__())
        runner.run(running.__aexit__(None, None, None))


def forged(agent: Agent) -> dict[str, tuple[bytes, int]]:
    """Return documents by what is wrong with them, each with the status that it gets."""
    now = agent.center.now()
    ahead, ancient = (round((now + timedelta(days=days)).timestamp() * 1e6) for days in (1, -400))
    deep, plain = b"[" * 900 + b"]" * 900, agent.document(agent.observed())
    swapped = {CAMERA.sha256: json.loads(plain)["certificates"][CA.sha256]}

    def answer(**changes: Any) -> tuple[bytes, int]:
        return agent.document(agent.observed(**changes)), 200

    def whole(**changes: Any) -> tuple[bytes, int]:
        return agent.document(agent.observed(), **changes), 400

    return {
        "another zone's": answer(id=THEIRS),
        "no zone's": answer(id=HERE),
        "nobody's": answer(id="dmz/endpoint:nobody:443"),
        "no name": answer(id=[agent.target]),
        "another order's": answer(key="0" * 16),
        "future": answer(at=ahead),
        "past": answer(at=ancient),
        "no calendar": answer(at=10**300),
        "a fraction": answer(at=1.5),
        "no length": answer(took=10**18),
        "elsewhere": answer(seen=[[CAMERA.sha256, 0, "portal.example:443"]]),
        "failing elsewhere": answer(failures=[["dns", {"code": "x", "text": "no"}, "portal.example:443"]]),
        "endless position": answer(seen=[[CAMERA.sha256, 2**63]]),
        "too many places": answer(seen=[[CAMERA.sha256, 0, f"{ADDRESS} ({n})"] for n in range(300)]),
        "too many certificates": answer(seen=[[CAMERA.sha256, n] for n in range(5000)]),
        "swapped bytes": whole(certificates=swapped),
        "spool without end": whole(spooled=10**400),
        "less than nothing": whole(dropped=-1),
        "no number": (plain.replace(b'"spooled": 0', b'"spooled": NaN'), 400),
        "compressed": (gzip.compress(plain), 400),
        "deep": (b'{"version":1,"sent_at":' + deep + b',"answers":[]}', 400),
        "deep name": (b'{"version":1,"sent_at":0,"answers":[{"id":' + deep + b"}]}", 200),
        "too many": (agent.document(*[{"id": "x"}] * 1001), 400),
        "nothing": (b"", 400),
    }


def test_what_is_forged_changes_nothing(center: Center, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is in it; the port goes on, and the log says it once."""
    agent = Agent(center, "forging")

    async def scenario() -> None:
        before = [center.state(name) for name in (agent.target, THEIRS, HERE)]
        for what, (body, status) in forged(agent).items():
            assert await agent.send(body) == status, what
            assert agent.state is before[0], what
        assert await center.alive()
        assert [center.state(name) for name in (agent.target, THEIRS, HERE)] == before
        assert await agent.send(agent.document(agent.observed())) == 200
        assert agent.state.up is True

    center.runner.run(scenario())
    said = [one.getMessage() for one in caplog.records if "not believed" in one.getMessage()]
    assert said == ["answers of an agent are not believed", "a document of an agent is not believed"]


def test_a_batch_that_is_replayed_changes_nothing(center: Center) -> None:
    """Nor does it once the certificate is another one."""
    agent = Agent(center, "replaying")

    async def scenario() -> None:
        observed = agent.observed()
        first = agent.document(observed)
        assert await agent.send(first) == 200
        later = agent.observed(seen=[[OTHER.sha256, 0], [CA.sha256, 1]], at=observed["at"] + 1000)
        assert await agent.send(agent.document(later)) == 200
        known = agent.state
        assert await agent.send(first) == 200
        assert agent.state is known
        assert [one.certificate.sha256 for one in known.sightings] == [OTHER.sha256, CA.sha256]

    center.runner.run(scenario())


def test_hostile_texts_reach_no_reader_as_they_are(center: Center, caplog: pytest.LogCaptureFixture) -> None:
    """Neither page, metrics, API nor log."""
    agent = Agent(center, "telling")

    async def scenario() -> list[httpx.Response]:
        why = {"code": EVIL, "text": f"{EVIL} {{x:date}}", "parameters": {"x": EVIL, "0": EVIL}}
        place = f"{ADDRESS} ({EVIL})"
        evil = agent.observed(
            seen=[[CAMERA.sha256, 0, place]],
            failures=[["dns", why], [EVIL, {"code": "x", "text": "{a}", "parameters": {"a": EVIL}}, place]],
            tls_versions=[[place, EVIL]],
            isolated=[place],
        )
        assert await agent.send(agent.document(evil, spooled=2**31 - 1)) == 200
        assert await agent.send(agent.document(agent.observed(id=THEIRS, key=EVIL))) == 200
        assert agent.state.sightings
        return [await center.page.get(center.daemon.url + path) for path in read_by_all(agent.target)]

    read = center.runner.run(scenario())
    for text in (*(one.text for one in read), caplog.text):
        assert not [bad for bad in ("\x1b", "\u202e", "\r\nBcc") if bad in text]
    for one in read:
        assert one.status_code == 200, one.url
        assert "html" not in one.headers["content-type"] or "<script>alert" not in one.text
    assert list(text_string_to_metric_families(read[-1].text))


def read_by_all(target: str) -> list[str]:
    """Return the paths of what people and programs read, the metrics last."""
    page = httpx.URL(f"http://x/targets/{target}").raw_path.decode()
    listed = ["targets", "alerts", "certificates", "summary", "findings"]
    return ["/", page, "/forecast", *(f"/api/v1/{one}" for one in listed), "/healthz", "/metrics"]


def test_who_is_not_known_gets_nothing(center: Center, caplog: pytest.LogCaptureFixture) -> None:
    """Tokens and codes that are guessed cost one line a minute, and no other header names an agent."""
    agent = Agent(center, "guessing")

    async def scenario() -> None:
        known, body = agent.state, agent.document(agent.observed())
        for token in ("x", "token-of-guessin", "t" * 4000, *map(str, range(20))):
            assert await center.send(body, token) == 401
        headers = {"authorization": "Basic dG9rZW4tb2YtZ3Vlc3Npbmc=", "x-agent": "a", "x-zone": "guessing"}
        for named in (headers, {"authorization": "Bearer"}, {"authorization": "bearer \u00ff"}):
            raw = {name.encode(): value.encode("latin-1") for name, value in named.items()}
            assert (await center.client.get(center.url + ORDERS, headers=raw)).status_code == 401
        for _ in range(20):
            code = json.dumps({"version": 1, "code": "c" * 43}).encode()
            assert (await center.client.post(center.url + ENROLL, content=code)).status_code == 403
        assert agent.state is known

    center.runner.run(scenario())
    assert sum("refused" in one.getMessage() for one in caplog.records) == 2


def test_an_empty_token_file_is_no_token(center: Center) -> None:
    """Nobody without a token is its agent."""
    assert center.daemon.parts.agents is not None
    assert center.daemon.parts.agents.identify("") is None


def test_an_agent_that_never_ends_costs_others_no_turn(center: Center) -> None:
    """Whatever number of connections it keeps open."""

    async def scenario() -> None:
        streams = [await endless(center) for _ in range(60)]
        try:
            assert await Agent(center, "yard").send(Agent(center, "yard").document()) == 200
            assert await center.alive()
        finally:
            for one in streams:
                one.transport.abort()
            await asyncio.gather(*(one.wait_closed() for one in streams), return_exceptions=True)

    center.runner.run(scenario())


async def endless(center: Center) -> asyncio.StreamWriter:
    """Return a connection on which a document has begun that never ends."""
    host, port = center.url.removeprefix("https://").split(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=trusting(CA.der))
    head = f"POST {ANSWERS} HTTP/1.1\r\nHost: c\r\nAuthorization: Bearer token-of-waiting\r\n"
    writer.write(head.encode() + b'Content-Length: 8000000\r\n\r\n{"version": 1,')
    return writer

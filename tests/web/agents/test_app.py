"""The port for agents: who may ask, what is refused before it is read, and client certificates."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.config.sections.zones import AgentListenerSettings
from monitor.daemon.agents.listener import AgentsServer, last_certificate
from monitor.errors import ConfigError, SystemBrokenError
from monitor.web.agents import make_agents_app
from monitor.web.services.agent_admin import AgentIdentity
from monitor.wire import LARGEST, AnswersDocument, read_receipt, write_answers, write_orders
from monitor.wire.protocol import ANSWERS, CA, ENROLL, ORDERS, read_token, write_code
from support.pki import Issued, authority, leaf, trusting
from support.pki.certificates import CLIENT_AUTH, TODAY

NOW = datetime.now(UTC)
AGENT = AgentIdentity("dmz", "dmz-1")
CENTER_CA, AGENTS_CA = authority("Center CA", at=TODAY), authority("Agents CA", at=TODAY)
BEARER = {"authorization": "Bearer right"}


class Desk:
    """What the daemon would answer."""

    def __init__(self) -> None:
        """Begin without any document."""
        self.documents: list[AnswersDocument] = []
        self.standby = False

    def to_check_now(self, _agent: AgentIdentity) -> tuple[str, ...]:
        """Return one target."""
        return ("dmz/endpoint:cam01:443",)

    def leads(self) -> bool:
        """Return whether answers are recorded."""
        return not self.standby

    def now(self) -> datetime:
        """Return the instant of the test."""
        return NOW

    def identify(self, token: str) -> AgentIdentity | None:
        """Know one token."""
        return AGENT if token == "right" else None

    def ca(self) -> bytes:
        """Return a CA."""
        return CENTER_CA.der

    async def enroll(self, code: str, agent: str) -> str | None:
        """Know one code."""
        return "token" if code == "code" else None

    async def orders(self, _agent: AgentIdentity) -> tuple[str, bytes]:
        """Return no orders."""
        return write_orders(())

    async def answers(
        self, _agent: AgentIdentity, document: AnswersDocument, _received_at: datetime
    ) -> tuple[str, tuple[str, ...]]:
        """Keep a document."""
        self.documents.append(document)
        return "r", ()


def ask(scenario: Callable[[httpx.AsyncClient], Awaitable[Any]], service: Desk | None = None) -> Any:
    """Return what a scenario makes of the application."""

    async def whole() -> Any:
        transport = httpx.ASGITransport(make_agents_app(service or Desk()))
        async with httpx.AsyncClient(transport=transport, base_url="https://center") as client:
            return await scenario(client)

    return asyncio.run(whole())


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic cjpw"}])
def test_who_has_no_token_gets_nothing(headers: dict[str, str]) -> None:
    """It gets no orders, and what it sends is not read."""

    async def scenario(client: httpx.AsyncClient) -> list[int]:
        return [
            (await client.get(ORDERS, headers=headers)).status_code,
            (await client.post(ANSWERS, headers=headers, content=b"{}")).status_code,
        ]

    assert ask(scenario) == [401, 401]


def test_orders_are_sent_once() -> None:
    """Their revision is an entity tag."""

    async def scenario(client: httpx.AsyncClient) -> tuple[int, int]:
        first = await client.get(ORDERS, headers=BEARER)
        again = await client.get(ORDERS, headers={**BEARER, "if-none-match": first.headers["etag"]})
        return first.status_code, again.status_code

    assert ask(scenario) == (200, 304)


def test_an_agent_is_to_come_again_while_nothing_can_be_taken() -> None:
    """Its answers stay in its spool: what a receipt confirms is dropped there."""

    class Away(Desk):
        """A center without its database, or one that is still loading."""

        async def answers(self, *_: Any) -> tuple[str, tuple[str, ...]]:
            """Take nothing."""
            raise SystemBrokenError("away")

    async def scenario(client: httpx.AsyncClient) -> int:
        document = write_answers((), {}, NOW)
        return (await client.post(ANSWERS, headers=BEARER, content=document)).status_code

    assert ask(scenario, Away()) == 503


def test_answers_are_taken_with_a_receipt() -> None:
    """Also a document without any."""
    service = Desk()

    async def scenario(client: httpx.AsyncClient) -> bytes:
        return (await client.post(ANSWERS, headers=BEARER, content=write_answers([], {}, NOW))).content

    receipt = read_receipt(ask(scenario, service))
    assert (receipt.revision, receipt.leads, len(service.documents)) == ("r", True, 1)
    service.standby = True
    assert not read_receipt(ask(scenario, service)).leads


@pytest.mark.parametrize(
    ("body", "status"), [(b"no JSON", 400), (b'{"version": 9}', 400), (b"x" * (LARGEST + 1), 413)]
)
def test_what_is_no_document_is_refused(body: bytes, status: int) -> None:
    """An endless body is read up to its bound only."""
    service = Desk()

    async def scenario(client: httpx.AsyncClient) -> int:
        return (await client.post(ANSWERS, headers=BEARER, content=body)).status_code

    assert (ask(scenario, service), service.documents) == (status, [])


def test_a_code_gives_a_token() -> None:
    """A wrong one gives nothing, and the CA is for everybody."""

    async def scenario(client: httpx.AsyncClient) -> tuple[str, int, int, bytes]:
        right = await client.post(ENROLL, content=write_code("code", "dmz/dmz-1"))
        wrong = await client.post(ENROLL, content=write_code("other", "dmz/dmz-1"))
        large = await client.post(ENROLL, content=b"x" * 5000)
        return read_token(right.content), wrong.status_code, large.status_code, (await client.get(CA)).content

    assert ask(scenario) == ("token", 403, 413, CENTER_CA.der)


@pytest.mark.parametrize("path", ["/", "/metrics", "/healthz", "/api/v1/targets", "/docs"])
def test_nothing_else_is_there(path: str) -> None:
    """The port is for another network."""

    async def scenario(client: httpx.AsyncClient) -> int:
        return (await client.get(path, headers=BEARER)).status_code

    assert ask(scenario) == 404


def test_a_client_certificate_is_asked_for(tmp_path: Path) -> None:
    """Nobody without one gets as far as HTTP."""
    server_leaf = leaf("127.0.0.1", CENTER_CA, at=TODAY)
    client_leaf = leaf("dmz-1", AGENTS_CA, at=TODAY, usages=(CLIENT_AUTH,))
    (tmp_path / "center.pem").write_bytes(server_leaf.key_pem + server_leaf.pem + CENTER_CA.pem)
    (tmp_path / "agents-ca.pem").write_bytes(AGENTS_CA.pem)
    settings = AgentListenerSettings(
        listen="127.0.0.1:0",
        cert_file=str(tmp_path / "center.pem"),
        client_ca=str(tmp_path / "agents-ca.pem"),
    )

    async def asked(url: str, identity: Issued | None) -> int:
        context = trusting(CENTER_CA.der)
        if identity is not None:
            (tmp_path / "client.pem").write_bytes(identity.key_pem + identity.pem)
            context.load_cert_chain(tmp_path / "client.pem")
        async with httpx.AsyncClient(verify=context, trust_env=False) as client:
            return (await client.get(url + ORDERS, headers=BEARER)).status_code

    async def whole() -> int:
        server = AgentsServer(settings, Desk(), tmp_path / "cert-monitor.yaml")
        await server.start()
        try:
            with pytest.raises(httpx.TransportError):
                await asked(server.url, None)
            return await asked(server.url, client_leaf)
        finally:
            await server.stop()

    assert asyncio.run(whole()) == 200


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "agents.cert_file: has no certificate"), (None, "agents.cert_file: No such")]
)
def test_a_certificate_file_that_cannot_be_used(tmp_path: Path, content: bytes | None, said: str) -> None:
    """The start says which key is wrong."""
    path = tmp_path / "center.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        last_certificate(str(path))
    assert said in str(raised.value)


def test_a_key_of_another_certificate_is_named(tmp_path: Path) -> None:
    """By the key of the configuration."""
    one, other = leaf("127.0.0.1", CENTER_CA, at=TODAY), leaf("127.0.0.1", CENTER_CA, at=TODAY)
    (tmp_path / "center.pem").write_bytes(one.pem)
    (tmp_path / "center.key").write_bytes(other.key_pem)
    settings = AgentListenerSettings(
        listen="127.0.0.1:0", cert_file=str(tmp_path / "center.pem"), key_file=str(tmp_path / "center.key")
    )
    with pytest.raises(ConfigError) as raised:
        AgentsServer(settings, Desk(), tmp_path / "cert-monitor.yaml")
    assert "agents.key_file" in str(raised.value)


def test_a_renewed_certificate_is_shown_after_a_reload(tmp_path: Path) -> None:
    """And the old one as long as the files do not fit each other."""
    first, second = (leaf("127.0.0.1", CENTER_CA, at=TODAY) for _ in range(2))
    path = tmp_path / "center.pem"
    path.write_bytes(first.key_pem + first.pem)
    settings = AgentListenerSettings(listen="127.0.0.1:0", cert_file=str(path))

    async def shown(url: str) -> bytes:
        host, port = url.removeprefix("https://").split(":")
        return (await asyncio.to_thread(ssl.get_server_certificate, (host, int(port)))).encode()

    async def whole() -> list[bytes]:
        server = AgentsServer(settings, Desk(), tmp_path / "cert-monitor.yaml")
        await server.start()
        try:
            found = [await shown(server.url)]
            path.write_bytes(first.key_pem + second.pem)
            with pytest.raises(ConfigError):
                server.renew()
            found.append(await shown(server.url))
            path.write_bytes(second.key_pem + second.pem)
            server.renew()
            return [*found, await shown(server.url)]
        finally:
            await server.stop()

    assert asyncio.run(whole()) == [first.pem, first.pem, second.pem]

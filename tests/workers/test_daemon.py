"""A monitor whose targets, here and in a zone, are probed by workers with rights for each of the two."""

import asyncio
import ssl
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from monitor.cli import main
from monitor.demo.tls_server import TlsServer
from support.pki import leaf, show, tls_context
from support.servers.cluster.nats_server import NatsServer, nats_server
from support.servers.cluster.workers_center import CA, LEAF
from support.servers.daemon.process import Running, daemon, until


def configuration(server: NatsServer, folder: Path, port: int) -> Path:
    """Write a configuration with a target here and the same address in a zone."""
    file = folder / "cert-monitor.yaml"
    file.write_text(
        f"workers: {{nats: {{servers: ['{server.url}'], trust: [{server.ca}],"
        f" credentials_file: {server.credentials('center')}}}}}\n"
        "zones: {dmz: {workers: true}}\nreceivers: []\n"
        f"store: {{url: 'sqlite:///{folder}/state.db'}}\nweb: {{listen: '127.0.0.1:0'}}\n"
        f"targets:\n- {{kind: endpoint, address: '127.0.0.1:{port}', interval: 6h}}\n"
        f"- {{kind: endpoint, address: '127.0.0.1:{port}', interval: 6h, zone: dmz}}\n"
    )
    return file


async def answered(running: Running, zone: str) -> bool:
    """Return whether answers of a zone's workers were taken."""
    return bool(await running.metric("cert_monitor_orders_total", zone=zone, result="answered"))


@dataclass
class Checks:
    """Somebody who asks for checks of a target with the token of this machine."""

    running: Running
    token: str
    target: str

    async def by_page(self) -> httpx.Response:
        """Do what the button of its page does."""
        return await self._ask(f"/targets/{quote(self.target, safe='')}/check")

    async def by_program(self) -> httpx.Response:
        """Do what programs do."""
        return await self._ask("/api/v1/checks", targets=[self.target])

    async def _ask(self, path: str, **body: object) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"}
        return await self.running.client.post(self.running.url + path, headers=headers, json=body)

    async def shows(self, sha256: str) -> bool:
        """Return whether a certificate of the target is shown."""
        name = "cert_monitor_certificate_days_to_expiry"
        return bool(await self.running.samples(name, target=self.target, fingerprint=sha256))


async def checked_now(checks: Checks, context: ssl.SSLContext) -> None:
    """Require that certificates which are replaced are seen once somebody asks, long before their time."""
    for ask, statuses, name in ((checks.by_page, (303, 202), "page"), (checks.by_program, (202,), "program")):
        renewed = leaf(f"{name}.example", CA)
        show(context, renewed, CA)
        assert (await ask()).status_code in statuses
        await until(partial(checks.shows, renewed.sha256))


@pytest.mark.system
def test_workers_probe_for_a_monitor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its metrics show both targets, what is asked for is checked at once, and NATS is missed."""

    async def scenario(server: NatsServer) -> None:
        context = tls_context(LEAF, CA)
        cameras = await TlsServer.start(context)
        port = cameras.sockets[0].getsockname()[1]
        server.worker()
        server.worker(user="dmz", zone="dmz")
        file = configuration(server, tmp_path, port)
        async with daemon(file) as running:
            for target in (f"endpoint:127.0.0.1:{port}", f"dmz/endpoint:127.0.0.1:{port}"):
                await running.shows("cert_monitor_target_up", 1, target=target)
            for zone in ("", "dmz"):
                await until(partial(answered, running, zone))
                await running.shows("cert_monitor_workers_answering", 1, zone=zone)
                await running.shows("cert_monitor_workers_queued_batches", 0, zone=zone)
            assert (await running.get("/healthz")).status_code == 200
            asked = ["agent", "status", "--config", str(file), "--url", running.url]
            assert await asyncio.to_thread(main, asked) == 0
            assert "\ndmz  workers: 1 answering  last seen 20" in capsys.readouterr().out
            token = (tmp_path / "local-token").read_text()
            checks = Checks(running, token, f"dmz/endpoint:127.0.0.1:{port}")
            await checked_now(checks, context)
            server.kill()
            async with asyncio.timeout(30):
                while "NATS" not in (await running.get("/healthz")).text:
                    await asyncio.sleep(0.2)
            refused = await checks.by_program()
            assert (refused.status_code, "NATS cannot be used" in refused.text) == (422, True)
        await cameras.stop()

    with nats_server(tmp_path) as server:
        asyncio.run(scenario(server))

"""A batch that kills every worker that takes it is given up; no other suffers, and no target is blamed."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from monitor.demo.tls_server import TlsServer
from support.folders import ROOT
from support.pki import tls_context
from support.servers.cluster.nats_server import NatsServer, nats_server
from support.servers.cluster.workers_center import CA, LEAF
from support.servers.daemon.process import Running, daemon, until

pytestmark = pytest.mark.system

GIVEN_UP = "3 workers in turn did not finish the batch with this target"
TRIES = 3


@dataclass
class Trap:
    """A port before a camera; while it is set, the worker that connects to it is killed at once."""

    camera: int
    workers: Sequence[subprocess.Popen[bytes]]
    port: int = 0
    is_set: bool = False
    killed: list[int] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Kill who connects, or pass on what is said."""
        if self.is_set:
            await asyncio.to_thread(self._kill, writer.get_extra_info("peername")[1])
            writer.close()
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.camera)
        await asyncio.gather(passed(reader, back), passed(there, writer))

    def _kill(self, port: int) -> None:
        for worker in self.workers:
            if worker.pid not in self.killed and port in ports_of(worker.pid):
                self.killed.append(worker.pid)
                worker.kill()


@asynccontextmanager
async def trap_before_camera(workers: Sequence[subprocess.Popen[bytes]]) -> AsyncIterator[Trap]:
    """Run a camera, and a trap before it."""
    camera = await TlsServer.start(tls_context(LEAF, CA))
    trap = Trap(camera.sockets[0].getsockname()[1], workers)
    listening = await asyncio.start_server(trap.serve, "127.0.0.1", 0)
    trap.port = listening.sockets[0].getsockname()[1]
    try:
        yield trap
    finally:
        listening.close()
        await camera.stop()


def ports_of(pid: int) -> set[int]:
    """Return the ports from which a process is connected."""
    try:
        return {one.laddr.port for one in psutil.Process(pid).net_connections("tcp") if one.raddr}
    except psutil.NoSuchProcess:
        return set()


async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on everything, then the end."""
    try:
        while data := await reader.read(65_536):
            writer.write(data)
    except OSError:
        pass
    finally:
        writer.close()


def configuration(server: NatsServer, folder: Path, ports: Sequence[int]) -> Path:
    """Write the configuration of a monitor with one target that is checked seldom, and one that is often."""
    file = folder / "cert-monitor.yaml"
    file.write_text(
        f"workers: {{nats: {{servers: ['{server.url}'], trust: [{server.ca}],"
        f" credentials_file: {server.credentials('center')}}}}}\n"
        "receivers: []\nalerts: {every: 1s}\n"
        f"store: {{url: 'sqlite:///{folder}/state.db'}}\nweb: {{listen: '127.0.0.1:0'}}\n"
        "defaults: {unreachable_after: 1, revocation: off}\n"
        f"targets:\n- {{kind: endpoint, address: '127.0.0.1:{ports[0]}', interval: 6h}}\n"
        f"- {{kind: endpoint, address: '127.0.0.1:{ports[1]}', interval: 1s}}\n"
    )
    return file


def test_a_batch_that_kills_its_workers_is_our_fault(tmp_path: Path) -> None:
    """After three it is given up, which page and health say; its neighbor is probed on, none unreachable."""

    async def scenario(server: NatsServer) -> None:
        for _ in range(TRIES + 1):
            server.worker()
        path = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
        async with trap_before_camera(server.workers) as trap:
            file = configuration(server, tmp_path, (trap.port, trap.camera))
            async with daemon(
                file, environment=path, module="support.servers.cluster.quick_queue"
            ) as running:
                targets = (f"endpoint:127.0.0.1:{trap.port}", f"endpoint:127.0.0.1:{trap.camera}")
                for target in targets:
                    await running.shows("cert_monitor_target_up", 1, target=target)
                trap.is_set = True
                await is_given_up(running, tmp_path, *targets)
                assert 0 < len(trap.killed) <= TRIES
                trap.is_set = False
                await checked_now(running, tmp_path, targets[0])
                await running.shows("cert_monitor_target_up", 1, target=targets[0])
                await until(lambda: is_well(running))

    with nats_server(tmp_path) as server:
        asyncio.run(scenario(server))


async def is_given_up(running: Running, folder: Path, poisoned: str, neighbor: str) -> None:
    """Have a target checked and require what is said of it, and that nothing else suffers."""
    days = ("cert_monitor_target_days_to_expiry", poisoned)
    before = await running.metric(days[0], target=days[1])
    await checked_now(running, folder, poisoned)
    await running.shows("cert_monitor_target_up", 0, target=poisoned)
    assert await running.metric("cert_monitor_probe_failures_total", reason="internal")
    assert GIVEN_UP in (await running.get(f"/targets/{poisoned}")).text
    assert GIVEN_UP in " ".join((await running.get("/healthz")).json()["problems"])
    await running.looks_on(neighbor)
    await running.passes(2)
    await running.shows("cert_monitor_target_up", 1, target=neighbor)
    assert await running.metric(days[0], target=days[1]) == pytest.approx(before, abs=0.1)
    alerts = (await running.get("/api/v1/alerts")).json()["items"]
    assert {one["check"] for one in alerts} & {"unreachable"} == set()


async def is_well(running: Running) -> bool:
    """Return whether health has nothing to say any more."""
    return (await running.get("/healthz")).status_code == 200


async def checked_now(running: Running, folder: Path, target: str) -> None:
    """Have a target checked, long before its time."""
    headers = {"authorization": f"Bearer {(folder / 'local-token').read_text()}"}
    body = {"targets": [target]}
    answer = await running.client.post(f"{running.url}/api/v1/checks", headers=headers, json=body)
    assert answer.status_code == 202

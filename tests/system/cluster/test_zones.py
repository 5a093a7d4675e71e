"""A center and the agent of a zone as processes: enrolled by one line, killed, cut off; nothing is lost."""

import asyncio
import shlex
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from monitor.demo.tls_server import TlsServer
from support.pki import authority, leaf, tls_context
from support.pki.certificates import TODAY
from support.servers.daemon.command import COMMAND
from support.servers.daemon.process import Running, daemon, started, until
from support.servers.programs import free_port

CA = authority("Center CA", at=TODAY)
LISTENER = leaf("127.0.0.1", CA, at=TODAY)
ZONE_CA = authority("Zone CA", at=TODAY)
SELDOM = "seldom.dmz.example"
CAMERA = leaf("cam01.dmz.example", ZONE_CA, at=TODAY)


@asynccontextmanager
async def camera() -> AsyncIterator[int]:
    """Run a TLS server and return its port."""
    context = tls_context(CAMERA, ZONE_CA)
    server = await TlsServer.start(context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        await server.stop()


def configured(folder: Path, port: int) -> tuple[Path, Path]:
    """Write the files of a center and of an agent that may probe one port."""
    (folder / "zone-ca.pem").write_bytes(ZONE_CA.pem)
    (folder / "center.pem").write_bytes(LISTENER.key_pem + LISTENER.pem + CA.pem)
    agents = free_port()
    center, agent = folder / "cert-monitor.yaml", folder / "agent.yaml"
    center.write_text(
        f"web: {{listen: '127.0.0.1:0'}}\nstore: {{url: 'sqlite:///{folder.as_posix()}/state.db'}}\n"
        f"zones: {{dmz: {{agents: [{{name: dmz-1}}]}}}}\n"
        f"agents: {{listen: '127.0.0.1:{agents}', cert_file: center.pem}}\n"
        "defaults: {interval: 500ms, trust: [zone-ca.pem]}\n"
        "targets:\n"
        f"  - {{kind: endpoint, address: '127.0.0.1:{port}', zone: dmz, server_name: cam01.dmz.example}}\n"
        f"  - {{kind: endpoint, address: '127.0.0.1:{agents}', zone: dmz}}\n"
        f"  - {{kind: endpoint, address: '127.0.0.1:{port}', zone: dmz, server_name: {SELDOM},"
        " interval: 6h}\n"
    )
    agent.write_text(
        f"zone: dmz\nname: dmz-1\ncenters: ['https://127.0.0.1:{agents}']\ntrust: [ca.pem]\n"
        f"token_file: token\nallow: ['127.0.0.1:{port}']\nspool: {{folder: spool}}\n"
    )
    return center, agent


def agent_of(file: Path) -> AbstractAsyncContextManager[Running]:
    """Run an agent."""
    return started("agent", "run", "--config", str(file), wait=False)


async def command(*arguments: str) -> str:
    """Return what a command prints."""
    done = await asyncio.to_thread(
        subprocess.run, [*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def spooled(folder: Path) -> int:
    """Return how many answers are in the spool."""
    files = (folder / "spool").glob("*.answers")
    return sum(line.startswith(b'{"a":') for file in files for line in file.read_bytes().splitlines())


def test_an_agent_is_enrolled_killed_and_cut_off(tmp_path: Path) -> None:
    """Its answers arrive, also about what is checked now; those that were spooled when it was killed, too."""

    async def scenario() -> None:
        async with camera() as port:
            center_file, agent_file = configured(tmp_path, port)
            seen = f"dmz/endpoint:127.0.0.1:{port}/cam01.dmz.example"
            url = agent_file.read_text().split("'")[1]
            async with daemon(center_file) as center:
                asked = ("--config", str(center_file), "--url", center.url)
                line = await command("agent", "invite", "dmz/dmz-1", "--center", url, *asked)
                pasted = shlex.split(line)[1:]
                assert "enrolled" in await command(*pasted, "--config", str(agent_file))
                async with agent_of(agent_file) as agent:
                    await center.shows("cert_monitor_target_up", 1, target=seen)
                    failures = {"kind": "endpoint", "reason": "forbidden"}
                    await until(lambda: center_counts(center, **failures))
                    assert "dmz/dmz-1  probes  last seen" in await command("agent", "status", *asked)
                    await checked_now(center, tmp_path, f"dmz/endpoint:127.0.0.1:{port}/{SELDOM}")
                    assert await center.end(signal.SIGTERM) == 0
                    await until(lambda: spooled(tmp_path) > 3)
                    await agent.end(signal.SIGKILL)
            waiting = spooled(tmp_path)
            async with agent_of(agent_file) as agent:
                await until(lambda: spooled(tmp_path) > waiting)
                async with daemon(center_file) as center:
                    await until(lambda: taken(center, waiting))
                    await center.shows("cert_monitor_target_up", 1, target=seen)
                    await until(lambda: spooled(tmp_path) < waiting)
                assert await agent.end(signal.SIGTERM) == 0

    asyncio.run(scenario())


async def checked_now(center: Running, folder: Path, target: str) -> None:
    """Require that the agent probes a target once somebody asks, long before its time."""
    name = "cert_monitor_target_last_probe_timestamp_seconds"
    before = await center.metric(name, target=target)
    headers = {"authorization": f"Bearer {(folder / 'local-token').read_text()}"}
    answer = await center.client.post(
        f"{center.url}/api/v1/checks", headers=headers, json={"targets": [target]}
    )
    assert (answer.status_code, answer.json()["later"]) == (202, True)

    async def probed() -> bool:
        return await center.metric(name, target=target) != before

    assert before is not None
    await until(probed)


async def center_counts(center: Running, **labels: str) -> bool:
    """Return whether failures were counted."""
    return bool(await center.metric("cert_monitor_probe_failures_total", **labels))


async def taken(center: Running, number: int) -> bool:
    """Return whether so many answers were taken."""
    return (await center.metric("cert_monitor_orders_total", result="answered") or 0) >= number

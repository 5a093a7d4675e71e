"""Signals: the daemon stops in seconds even if something hangs, loses no finished work, and reloads."""

import asyncio
import signal
import socket
import sys
from pathlib import Path

import pytest

from support.servers.daemon.process import Running, ask, daemon, damage, until
from support.servers.daemon.site import Site, silent_server, site

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

SOON = 30.0
"""Seconds in which a daemon must end: "within seconds", on a busy machine."""

RECORDED = "SELECT succeeded_at FROM target WHERE id = ? AND succeeded_at IS NOT NULL"


async def ends_soon(running: Running, number: signal.Signals) -> int:
    """Return the exit code; fail when the end takes long."""
    async with asyncio.timeout(SOON):
        return await running.end(number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_while_a_probe_hangs(tmp_path: Path, number: signal.Signals) -> None:
    """A server that accepts and says nothing holds up no end; what was seen elsewhere is recorded."""

    async def scenario() -> int:
        async with site(tmp_path) as where, silent_server() as (port, came):
            hole = f'{{kind: endpoint, address: "127.0.0.1:{port}", timeout: 10m}}'
            async with daemon(where.configure(hole)) as running:
                await came.wait()
                await running.shows("cert_monitor_target_up", 1, target=where.target)
                code = await ends_soon(running, number)
            assert "Traceback" not in running.log
            assert len(ask(where.database, RECORDED, where.target)) == 1
            assert damage(where.database) == []
            return code

    assert asyncio.run(scenario()) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_while_the_mail_server_hangs(tmp_path: Path, number: signal.Signals) -> None:
    """A mail server that never answers after the text holds up no end; the mail waits for the next start."""

    async def scenario() -> int:
        async with site(tmp_path) as where:
            where.post.hold = True
            async with daemon(where.configure()) as running:
                await where.post.held.wait()
                code = await ends_soon(running, number)
            assert "Traceback" not in running.log
            assert ask(where.database, "SELECT count(*) FROM notification WHERE finished_at IS NULL") == [
                (1,)
            ]
            return code

    assert asyncio.run(scenario()) == 0


def test_ends_while_somebody_keeps_a_connection_open(tmp_path: Path) -> None:
    """A browser that asked half a question and stays holds up no end."""

    async def scenario() -> int:
        async with site(tmp_path) as where, daemon(where.configure()) as running:
            host, _, port = running.url.removeprefix("http://").rpartition(":")
            with socket.create_connection((host, int(port))) as open_one:
                open_one.sendall(b"GET /metrics HTTP/1.1\r\nHost:")
                await running.get("/metrics")
                return await ends_soon(running, signal.SIGTERM)

    assert asyncio.run(scenario()) == 0


def test_hangup_reloads(tmp_path: Path) -> None:
    """SIGHUP takes a changed file; what is no longer in it leaves the metrics."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            extra = "{kind: files, name: another, paths: [ca.cer]}"
            async with daemon(where.configure(extra)) as running:
                await running.shows("cert_monitor_target_up", 1, target="files:another")
                where.configure()
                running.process.send_signal(signal.SIGHUP)
                await until(lambda: "reloaded" in running.log)
                assert await running.metric("cert_monitor_target_info", target="files:another") is None
                assert await running.metric("cert_monitor_target_up", target=where.target) == 1
                assert await running.end(signal.SIGTERM) == 0

    asyncio.run(scenario())


def test_hangup_with_a_bad_file_changes_nothing(tmp_path: Path) -> None:
    """A mistake is said in the log with file and line and shows in the metric; watching goes on."""

    async def scenario() -> None:
        async with site(tmp_path) as where, daemon(where.configure()) as running:
            await running.shows("cert_monitor_config_last_reload_successful", 1)
            await hang_up_on(running, where)
            assert "cert-monitor.yaml:5: targets[1].kind" in running.log
            await running.looks_on(where.target)
            where.configure()
            running.process.send_signal(signal.SIGHUP)
            await running.shows("cert_monitor_config_last_reload_successful", 1)

    async def hang_up_on(running: Running, where: Site) -> None:
        where.configure("{kind: endpoit}")
        running.process.send_signal(signal.SIGHUP)
        await running.shows("cert_monitor_config_last_reload_successful", 0)

    asyncio.run(scenario())


def test_many_hangups_at_once_end_well(tmp_path: Path) -> None:
    """Reloads that arrive while one is under way are done one after the other."""

    async def scenario() -> int:
        async with site(tmp_path) as where, daemon(where.configure()) as running:
            await running.shows("cert_monitor_target_up", 1, target=where.target)
            for _ in range(20):
                running.process.send_signal(signal.SIGHUP)
                await running.get("/healthz")
            await running.looks_on(where.target)
            assert await running.metric("cert_monitor_config_last_reload_successful") == 1
            code = await ends_soon(running, signal.SIGTERM)
            assert "Traceback" not in running.log
            return code

    assert asyncio.run(scenario()) == 0


def test_a_signal_in_the_first_instant_ends_it_too(tmp_path: Path) -> None:
    """SIGTERM while thousands of recorded targets are still being loaded ends it with 0."""

    async def scenario() -> int:
        async with site(tmp_path) as where:
            many = [f'{{kind: endpoint, address: "127.0.0.1:{port}"}}' for port in range(2000, 3000)]
            async with daemon(where.configure(*many, interval="1h")) as running:
                return await ends_soon(running, signal.SIGTERM)

    assert asyncio.run(scenario()) == 0

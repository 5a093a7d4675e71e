"""The whole service on PostgreSQL: its database goes away and comes back, and nothing is lost or blamed."""

import asyncio
from pathlib import Path

import pytest

from support.servers.cluster.postgresql_server import new_server
from support.servers.daemon.process import Running, daemon, started, until
from support.servers.daemon.site import DAY, site

pytestmark = pytest.mark.system


async def health(running: Running) -> tuple[int, list[str]]:
    """Return what health answers."""
    answer = await running.get("/healthz")
    return answer.status_code, answer.json()["problems"]


def test_a_database_that_goes_away(tmp_path: Path) -> None:
    """Probes go on, nothing is sent, health says why; what was seen is recorded and mailed once, later."""

    async def scenario() -> None:
        server = await asyncio.to_thread(new_server)
        async with site(tmp_path) as where:
            where.store = server.database()
            config, environment = where.configure(), {"STATE_DIRECTORY": str(tmp_path)}
            async with daemon(config, environment=environment) as running:
                await running.has_notified_all(where.target)
                await asyncio.to_thread(server.stop)
                where.serve_leaf(3 * DAY)
                await running.looks_on(where.target)
                await running.shows("cert_monitor_target_up", 1, target=where.target)

                async def said() -> bool:
                    status, problems = await health(running)
                    return status == 503 and "nothing is recorded and nothing is sent" in problems[0]

                await until(said)
                assert (await running.get("/livez")).status_code == 200
                assert (await running.get("/")).status_code == 200
                assert (await running.get(f"/targets/{where.target}")).status_code in (404, 503)
                async with started("health", "--url", running.url, wait=False) as asked:
                    assert await asked.process.wait() == 2
                assert where.post.words == ["Certificates"]
                await asyncio.to_thread(server.start)
                await until(lambda: where.post.words == ["Certificates", "CRITICAL"])
                await running.looks_on(where.target)
                assert (await health(running))[0] == 200
                assert not await running.metric("cert_monitor_probe_failures_total")
                run = ("run", "--config", str(config))
                async with started(*run, environment=environment, wait=False) as other:
                    assert await other.process.wait() == 1
                assert "is in use by another cert-monitor" in other.log
                assert await running.end(15) == 0
                assert "Traceback" not in running.log
            async with started("store", "check", "--config", str(config), wait=False) as checked:
                assert await checked.process.wait() == 0
            assert "certificate: 3 rows" in checked.log
            async with daemon(config, environment=environment) as again:
                await again.has_notified_all(where.target)
                assert where.post.words == ["Certificates", "CRITICAL"]
        await asyncio.to_thread(server.stop)

    asyncio.run(scenario())


def test_without_its_database_a_start_fails(tmp_path: Path) -> None:
    """It says what is wrong without a traceback, and systemd starts it again."""
    server = new_server()
    server.stop()
    config = tmp_path / "cert-monitor.yaml"
    config.write_text(f"store: {{url: '{server.url('x')}'}}\nreceivers: []\n")

    async def scenario() -> None:
        async with started("run", "--config", str(config), wait=False) as running:
            assert await running.process.wait() == 1
        assert "there is no connection; check the server, the network and the login" in running.log
        assert "Traceback" not in running.log

    asyncio.run(scenario())

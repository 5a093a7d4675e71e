"""A disk that fills up while the daemon runs: probes and metrics go on, it is reported, and it recovers."""

import asyncio
import shutil
import sys
from operator import attrgetter
from pathlib import Path

import httpx
import pytest

from support.servers.daemon import inside as daemon_inside
from support.servers.daemon.process import Running, ask, daemon, damage, until
from support.servers.daemon.site import DAY, site

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's files"),
]

IN_MEMORY = "notifications are kept in memory and may be repeated after a restart."
NEWEST = "SELECT max(probed_at) FROM target"


async def limit_files(running: Running, most: str) -> None:
    """Limit the size of every file that the daemon writes, as a full disk would; ``unlimited`` frees it."""
    prlimit = shutil.which("prlimit")
    if prlimit is None:
        pytest.skip("prlimit is missing: install Debian's package util-linux")
    done = await asyncio.create_subprocess_exec(
        prlimit, "--pid", str(running.pid), f"--fsize={most}:unlimited"
    )
    assert await done.wait() == 0


def test_full_disk(tmp_path: Path) -> None:
    """Probes, metrics and mails go on, health and a counter report it, and no mail is repeated afterwards."""

    async def scenario() -> None:
        async with site(tmp_path) as where, daemon(where.configure()) as running:
            await until(lambda: where.post.words == ["Certificates"])
            await running.shows("cert_monitor_outbox_pending", 0)
            assert (await running.get("/healthz")).status_code == 200
            await limit_files(running, "1")
            await unhealthy(running)
            before = await running.metric("cert_monitor_store_errors_total")
            await until(lambda: where.post.words == ["Certificates", "WARNING"])
            where.serve_leaf(3 * DAY)
            await running.looks_on(where.target)
            assert (await running.metric("cert_monitor_store_errors_total") or 0) > (before or 0)
            left = await running.metric("cert_monitor_certificate_days_to_expiry", target=where.target)
            assert left is not None
            assert 2 < left < 3
            assert (await running.get("/")).status_code == 200
            await until(lambda: where.post.words == ["Certificates", "WARNING", "CRITICAL"])
            assert "The monitor's database cannot be used: the disk" in where.post.mails[1]["Subject"]
            assert all(IN_MEMORY in one for one in where.post.texts[1:])
            await limit_files(running, "unlimited")
            await healthy(running)
            stopped = ask(where.database, NEWEST)
            await until(lambda: ask(where.database, NEWEST) > stopped)
            assert await running.end(15) == 0
            assert "Traceback" not in running.log
            async with daemon(where.configure()) as again:
                await again.looks_on(where.target)
                await until(lambda: len(where.post.words) == 4)
            assert where.post.words == ["Certificates", "WARNING", "CRITICAL", "Resolved"]
            assert damage(where.database) == []

    async def unhealthy(running: Running) -> None:
        async def sick() -> bool:
            return (await running.get("/healthz")).status_code == 503

        await until(sick)

    async def healthy(running: Running) -> None:
        async def well() -> bool:
            return (await running.get("/healthz")).status_code == 200

        await until(well)

    asyncio.run(scenario())


def test_deleted_database(tmp_path: Path) -> None:
    """SQLite writes on into a deleted file: health says that it is lost, while probes and mails go on."""

    async def scenario() -> None:
        async with (
            site(tmp_path) as where,
            daemon_inside.daemon(where.configure(), attrgetter("parts.tasks.store_check")) as running,
            httpx.AsyncClient(base_url=running.url, trust_env=False) as client,
        ):
            await until(lambda: where.post.words == ["Certificates"])
            where.database.unlink()

            async def sick() -> bool:
                return (await client.get("/healthz")).status_code == 503

            await until(sick)
            health = (await client.get("/healthz")).json()
            assert [("was deleted while in use" in problem) for problem in health["problems"]] == [True]
            await until(lambda: where.post.words == ["Certificates", "WARNING"])
            assert "it was deleted while in use" in where.post.mails[1]["Subject"]
            where.serve_leaf(3 * DAY)
            await until(lambda: where.post.words == ["Certificates", "WARNING", "CRITICAL"])

    asyncio.run(scenario())


def test_full_disk_at_the_end(tmp_path: Path) -> None:
    """A daemon that cannot record any more still ends in seconds, and its file is whole."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            async with daemon(where.configure()) as running:
                await until(lambda: where.post.words == ["Certificates"])
                await running.shows("cert_monitor_outbox_pending", 0)
                await limit_files(running, "1")
                await until(lambda: "could not record" in running.log)
                assert await running.end(15) == 0
            assert damage(where.database) == []

    asyncio.run(scenario())


def test_room_just_before_the_end(tmp_path: Path) -> None:
    """What was seen and mailed from memory is recorded at the end: the next start repeats nothing."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            async with daemon(where.configure()) as running:
                await until(lambda: where.post.words == ["Certificates"])
                await limit_files(running, "1")
                await until(lambda: where.post.words == ["Certificates", "WARNING"])
                where.serve_leaf(3 * DAY)
                await until(lambda: where.post.words == ["Certificates", "WARNING", "CRITICAL"])
                where.serve_leaf(2 * DAY)
                await until(lambda: where.post.words[3:] == ["CRITICAL"])
                await running.looks_on(where.target)
                await limit_files(running, "unlimited")
                assert await running.end(15) == 0
            async with daemon(where.configure()) as again:
                await until(lambda: len(where.post.words) > 4)
                await again.looks_on(where.target)
                await again.passes(2)
            assert where.post.words[4:] == ["Resolved"]

    asyncio.run(scenario())

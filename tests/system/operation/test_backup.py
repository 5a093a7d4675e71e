"""A backup made while mails wait, restored later: one mail says what waited, and nothing is lost."""

import asyncio
import sqlite3
from contextlib import closing
from operator import attrgetter
from pathlib import Path
from signal import SIGTERM

import httpx
import pytest

from support.servers.daemon import inside as daemon_inside
from support.servers.daemon.command import Done, run
from support.servers.daemon.process import ask, daemon, damage, until
from support.servers.daemon.site import DAY, Site, site

pytestmark = pytest.mark.system

PENDING = "SELECT count(*) FROM notification WHERE finished_at IS NULL"


async def ran(command: str, copy: Path, config: Path) -> Done:
    """Run a command on a thread: the servers of the site go on."""
    return await asyncio.to_thread(run, command, copy, "--config", config)


async def backed_up(where: Site, config: Path, copy: Path) -> None:
    """Run a daemon until a mail waits, back its database up, and stop it."""
    async with daemon(config) as running:
        await until(lambda: where.post.words == ["Certificates"])
        await running.shows("cert_monitor_outbox_pending", 0)
        where.post.refuse = "451 try again later"
        where.serve_leaf(3 * DAY)
        await until(lambda: where.post.refused > 0)
        assert (await ran("backup", copy, config)).code == 0
        assert (await ran("restore", copy, config)).code == 1
        assert await running.end(SIGTERM) == 0


def test_what_waited_is_sent_once_after_a_restore(tmp_path: Path) -> None:
    """The mail that waited at the backup is not sent; the first pass sends one instead of it, and no more."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            config, copy = where.configure(), tmp_path / "copy.db"
            await backed_up(where, config, copy)
            assert (damage(copy), ask(copy, PENDING)) == ([], [(1,)])
            lose(tmp_path)
            done = await ran("restore", copy, config)
            assert (done.code, "pending notifications dropped: 1" in done.out) == (0, True), done.err
            assert ask(where.database, PENDING) == [(0,)]
            where.post.refuse = ""
            async with daemon(config) as running:
                await until(lambda: len(where.post.words) == 2)
                await running.passes(5)
                await running.shows("cert_monitor_outbox_pending", 0)
                assert (await running.get("/healthz")).status_code == 200
                assert await running.end(SIGTERM) == 0
            assert where.post.words == ["Certificates", "CRITICAL"]
            assert len(set(where.post.ids)) == 2

    asyncio.run(scenario())


def test_damage_while_running_is_in_health(tmp_path: Path) -> None:
    """A table that is damaged on the disk is a sentence in health."""

    async def scenario() -> None:
        async with (
            site(tmp_path) as where,
            daemon_inside.daemon(where.configure(), attrgetter("parts.tasks.store_check")) as running,
            httpx.AsyncClient(base_url=running.url, trust_env=False) as client,
        ):
            await until(lambda: where.post.words == ["Certificates"])
            assert (await client.get("/healthz")).status_code == 200
            await asyncio.to_thread(spoil, where.database)

            async def sick() -> bool:
                return (await client.get("/healthz")).status_code == 503

            await until(sick)
            problems = (await client.get("/healthz")).json()["problems"]
            assert [problem for problem in problems if "damaged" in problem]

    asyncio.run(scenario())


def lose(folder: Path) -> None:
    """Delete the database and what belongs to it."""
    for file in folder.glob("state.db*"):
        file.unlink()


def spoil(database: Path) -> None:
    """Overwrite the first page of a small table."""
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'receiver_state'"
        [root] = connection.execute(query).fetchone()
        connection.execute("PRAGMA wal_checkpoint(FULL)")
    with database.open("r+b") as stream:
        stream.seek((root - 1) * 4096)
        stream.write(b"\xa5" * 4096)

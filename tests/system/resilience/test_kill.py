"""Kill -9 at the worst instants: nothing recorded is lost, and a mail is repeated only recognizably."""

import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import pytest

from support.campaigns.campaign import Run
from support.campaigns.kill import kill
from support.campaigns.mails import UNFINISHED
from support.servers.daemon.process import Running, ask, daemon, damage, until
from support.servers.daemon.site import silent_server, site
from support.servers.daemon.stopping import Stop, stopping_web

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")

INVENTORY = "SELECT receiver FROM receiver_state WHERE inventory_at IS NOT NULL"
OPEN = "SELECT target_id FROM history WHERE ended_at IS NULL"


def endpoint(port: int, timeout: str) -> str:
    """Return the line of a configuration for one target more."""
    return f'{{kind: endpoint, address: "127.0.0.1:{port}", timeout: {timeout}}}'


def test_killed_in_the_middle_of_a_probe(tmp_path: Path) -> None:
    """What was seen before stays recorded; the probe that was cut off leaves nothing, and is made again."""

    async def scenario() -> None:
        async with site(tmp_path) as where, silent_server() as (port, came):
            config = where.configure(endpoint(port, "1m"))
            async with daemon(config) as running:
                await came.wait()
                await until(lambda: bool(ask(where.database, OPEN)))
                await running.end(signal.SIGKILL)
            assert damage(where.database) == []
            probed = ask(where.database, "SELECT id FROM target WHERE kind = 'endpoint'")
            assert (probed, where.post.words) == ([(where.target,)], [])
            came.clear()
            async with daemon(where.configure(endpoint(port, "1s"))):
                await came.wait()
                await until(lambda: bool(where.post.mails))
            assert where.post.words == ["Certificates"]
            assert ask(where.database, "SELECT count(*) FROM history WHERE target_id = ?", where.target) == [
                (1,)
            ]

    asyncio.run(scenario())


def test_killed_while_the_mail_server_stops_answering_after_the_text(tmp_path: Path) -> None:
    """The mail stays in the outbox with its notification log and arrives once after the restart."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            where.post.hold = True
            async with daemon(where.configure()) as running:
                await where.post.held.wait()
                await running.end(signal.SIGKILL)
            assert damage(where.database) == []
            waiting = [row[0] for row in ask(where.database, UNFINISHED)]
            assert (len(waiting), ask(where.database, INVENTORY)) == (1, [("email",)])
            where.post.hold = False
            async with daemon(where.configure()) as running:
                await until(lambda: bool(where.post.mails))
                await running.shows("cert_monitor_outbox_pending", 0)
                await running.looks_on(where.target)
            assert where.post.ids == waiting

    asyncio.run(scenario())


def test_killed_when_the_mail_is_taken_but_not_yet_ticked_off(tmp_path: Path) -> None:
    """The one mail that nobody can know to have arrived is sent again, with the same Message-ID and bytes."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            begun: asyncio.Future[Running] = asyncio.get_running_loop().create_future()

            async def kill() -> None:  # the mail may arrive before we hear that the daemon has begun
                (await begun).process.kill()

            where.post.taken = kill
            async with daemon(where.configure()) as running:
                begun.set_result(running)
                await until(lambda: running.process.returncode is not None)
            where.post.taken = None
            assert damage(where.database) == []
            assert [row[0] for row in ask(where.database, UNFINISHED)] == where.post.ids
            async with daemon(where.configure()) as running:
                await until(lambda: len(where.post.mails) == 2)
                await running.shows("cert_monitor_outbox_pending", 0)
                await running.looks_on(where.target)
            assert len(where.post.ids) == 2
            assert len({mail.as_bytes() for mail in where.post.mails}) == 1

    asyncio.run(scenario())


def test_killed_while_every_web_server_has_read_all_and_answers_nothing(tmp_path: Path) -> None:
    """The inventory comes to each again after the restart, the same to the last byte, and then no more."""
    kinds = ("webhook", "teams", "slack")
    taken: dict[str, list[bytes]] = {kind: [] for kind in kinds}

    async def scenario() -> None:
        async with site(tmp_path) as where, contextlib.AsyncExitStack() as stack:
            stops = {kind: Stop("received") for kind in kinds}
            config, entries = where.configure(), ""
            for kind, stop in stops.items():
                port = await stack.enter_async_context(stopping_web(stop, taken[kind]))
                (tmp_path / f"{kind}.url").write_text(f"http://127.0.0.1:{port}/", "utf-8")
                entries += f"\n  - {{name: {kind}, kind: {kind}, url_file: {kind}.url}}"
            config.write_text(f"{config.read_text('utf-8')}receivers:{entries}\n", "utf-8")
            async with daemon(config) as running:
                for stop in stops.values():
                    await stop.reached.wait()
                await running.end(signal.SIGKILL)
            assert damage(where.database) == []
            async with daemon(config) as running:
                await until(lambda: all(len(bodies) == 2 for bodies in taken.values()))
                await running.has_notified_all(where.target)

    asyncio.run(scenario())
    assert [(len(bodies), len(set(bodies))) for bodies in taken.values()] == [(2, 1)] * 3


def test_killed_at_random_instants_while_all_is_in_motion(tmp_path: Path) -> None:
    """After many kills the file is whole, each alert has a mail, each mail arrived, none came twice."""
    asyncio.run(kill(Run(tmp_path, seed=5)))

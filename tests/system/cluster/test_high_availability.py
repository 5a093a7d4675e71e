"""Two centers on one PostgreSQL: the leader is killed, frozen, ended; the database stops answering."""

import asyncio
import contextlib
import os
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from support.folders import ROOT
from support.servers.cluster.postgresql_server import PostgresqlServer, new_server
from support.servers.daemon.process import Running, daemon, started, until
from support.servers.daemon.site import DAY, Site, serve_another_at_each_second_look, site

pytestmark = pytest.mark.system

TAKEOVER = 15.0
PAGE = re.compile(r"page=(\S+)")
QUICK = "support.servers.cluster.quick_center"


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[tuple[Site, PostgresqlServer]]:
    """Run a server of databases, and what is watched and notified."""
    server = await asyncio.to_thread(new_server)
    try:
        async with site(folder) as where:
            where.store = server.database()
            yield where, server
    finally:
        await asyncio.to_thread(server.stop)


def center(where: Site, name: str) -> Path:
    """Write the configuration of a center and return its path."""
    where.more = f"ha: {{name: {name}}}\n"
    made = where.configure()
    return made.rename(made.with_name(f"{name}.yaml"))


@asynccontextmanager
async def running(where: Site, name: str) -> AsyncIterator[Running]:
    """Run one center."""
    folder = where.folder / name
    folder.mkdir(exist_ok=True)
    environment = {"STATE_DIRECTORY": str(folder), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    async with daemon(center(where, name), environment=environment, module=QUICK) as one:
        yield one


async def leads(one: Running, *, within: float = 60.0) -> None:
    """Wait until a center leads, and has loaded what is recorded."""

    async def does() -> bool:
        return (await one.get("/readyz")).status_code == 200 and await one.metric("cert_monitor_leader") == 1

    await until(does, within)


async def all_notified(where: Site, number: int) -> None:
    """Wait until each certificate was mailed, and require that only what was in delivery came twice."""

    def notified() -> list[str]:
        return [one for mail in where.post.mails for one in where.mailed_in(mail)]

    await until(lambda: len(set(notified())) == number)
    assert sum(count - 1 for count in Counter(where.post.ids).values()) <= 1
    by_certificate = {
        one: {mail["Message-ID"] for mail in where.post.mails if one in where.mailed_in(mail)}
        for one in set(notified())
    }
    assert {len(ids) for ids in by_certificate.values()} == {1}


async def metric(one: Running, name: str) -> float | None:
    """Return a metric of a center that may begin anew: then it listens on another port."""
    one.url = PAGE.findall(one.log)[-1]
    with contextlib.suppress(httpx.TransportError):
        return await one.metric(name)
    return None


async def one_leads(*centers: Running) -> bool:
    """Return whether exactly one center leads."""
    said = [await metric(one, "cert_monitor_leader") for one in centers]
    return None not in said and sum(filter(None, said)) == 1


async def shows_targets(one: Running) -> bool:
    """Return whether a center shows more than itself."""
    return bool(await metric(one, "cert_monitor_target_up"))


async def says_that_it_sends_nothing(one: Running) -> None:
    """Require that health, page and metrics of a center say that it has no database."""
    assert await one.metric("cert_monitor_leader") == 0
    health, ready = await one.get("/healthz"), await one.get("/readyz")
    assert (health.status_code, ready.status_code) == (503, 503)
    assert "sends nothing" in " ".join(health.json()["problems"])
    page = await one.get("/")
    assert (page.status_code, "nothing is recorded and nothing is sent" in page.text) == (200, True)
    assert "Recorder 01" in (await one.get("/targets")).text


def test_a_standby_shows_itself_alone(tmp_path: Path) -> None:
    """Its page points to the leader, its metrics are its own; it takes over at once when the leader ends."""

    async def scenario() -> None:
        async with cluster(tmp_path) as (where, _), running(where, "center-a") as a:
            await leads(a)
            await a.has_notified_all(where.target)
            async with running(where, "center-b") as b:

                async def knows() -> bool:
                    return a.url in (await b.get("/")).text

                await until(knows)
                page = await b.get("/alerts")
                assert (page.status_code, "center-a leads" in page.text) == (503, True)
                assert (await b.get("/api/v1/alerts")).json()["problems"] == [
                    f"center-b is a standby; center-a leads: {a.url}"
                ]
                b.process.send_signal(signal.SIGHUP)
                await until(lambda: "reloaded" in b.log)
                metrics = (await b.get("/metrics")).text
                assert "cert_monitor_leader 0.0" in metrics
                assert "cert_monitor_target" not in metrics
                assert (await b.get("/healthz")).status_code == 200
                assert (await b.get("/livez")).status_code == 200
                ready = await b.get("/readyz")
                assert (ready.status_code, ready.json()["problems"]) == (
                    503,
                    ["center-b is a standby; center-a leads"],
                )
                async with started(
                    "cluster", "status", "--config", str(where.folder / "center-a.yaml"), wait=False
                ) as status:
                    assert await status.process.wait() == 0
                assert f"center-a: leads ({a.url})" in status.log
                assert "center-b: standby" in status.log
                assert await a.end(signal.SIGTERM) == 0
                await leads(b, within=TAKEOVER)
                await b.looks_on(where.target)
                await b.passes(2)
                assert where.post.words == ["Certificates"]
                where.serve_leaf(3 * DAY)
                await until(lambda: where.post.words == ["Certificates", "CRITICAL"])
                assert "Traceback" not in a.log + b.log
                assert await b.end(signal.SIGTERM) == 0

    asyncio.run(scenario())


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_a_leader_that_is_gone(tmp_path: Path, fault: str) -> None:
    """Amid a delivery; another one takes over in 15 s, nothing is lost, the one delivery is repeated."""

    async def scenario() -> None:
        async with (
            cluster(tmp_path) as (where, _),
            running(where, "center-a") as a,
            running(where, "center-b") as b,
        ):
            await leads(a)
            await a.has_notified_all(where.target)
            where.post.mails.clear()
            struck = asyncio.Event()

            async def strike() -> None:
                """Strike when the third mail was taken and its sender does not know that."""
                if len(where.post.mails) == 3 and not struck.is_set():
                    struck.set()
                    a.process.send_signal(signal.SIGKILL if fault == "kill" else signal.SIGSTOP)

            where.post.taken = strike
            serve_another_at_each_second_look(where, 8)
            await asyncio.wait_for(struck.wait(), 60)
            await leads(b, within=TAKEOVER)
            if fault == "freeze":
                await asyncio.sleep(1)
                a.process.send_signal(signal.SIGCONT)
                await until(lambda: "starting again as a standby" in a.log)
                await until(lambda: a.log.count("started version") == 2)
            await all_notified(where, 8)
            assert "Traceback" not in b.log

    asyncio.run(scenario())


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    """The leader probes and shows, sends nothing and says so; afterwards exactly one leads."""

    async def scenario() -> None:
        async with (
            cluster(tmp_path) as (where, server),
            running(where, "center-a") as a,
            running(where, "center-b") as b,
        ):
            await leads(a)
            await a.has_notified_all(where.target)
            with server.frozen():
                where.serve_leaf(3 * DAY)
                await a.shows("cert_monitor_leader", 0)
                await a.looks_on(where.target)
                answer = await a.get("/healthz")
                assert answer.status_code == 503
                assert "could not be renewed" in " ".join(answer.json()["problems"])
                assert where.post.words == ["Certificates"]

            await until(lambda: one_leads(a, b))
            await until(lambda: where.post.words == ["Certificates", "CRITICAL"])
            assert "Traceback" not in a.log + b.log

    asyncio.run(scenario())


def test_centers_without_their_database(tmp_path: Path) -> None:
    """They start, probe and show, send nothing and say so, and join; so does a standby that loses it."""

    async def scenario() -> None:
        async with cluster(tmp_path) as (where, server):
            server.stop()
            async with running(where, "center-a") as a, running(where, "center-b") as b:
                for one in (a, b):
                    await one.looks_on(where.target)
                    await one.passes(2)
                    await says_that_it_sends_nothing(one)
                assert where.post.words == []
                await asyncio.to_thread(server.start)
                await until(lambda: one_leads(a, b))
                leader, standby = (a, b) if await metric(a, "cert_monitor_leader") else (b, a)
                await leader.has_notified_all(where.target)
                assert where.post.words == ["Certificates"]
                await until(lambda: standby.log.count("what is recorded was read") == 1)
                assert await standby.metric("cert_monitor_target_up") is None
                server.stop()
                await until(lambda: shows_targets(standby))
                await says_that_it_sends_nothing(standby)
                where.serve_leaf(3 * DAY)
                await standby.looks_on(where.target)
                await standby.passes(2)
                assert where.post.words == ["Certificates"]
                await asyncio.to_thread(server.start)
                await until(lambda: one_leads(a, b))
                await until(lambda: where.post.words == ["Certificates", "CRITICAL"])
                assert "Traceback" not in a.log + b.log

    asyncio.run(scenario())

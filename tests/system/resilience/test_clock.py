"""Steps of the clock by hours, both ways, under a running daemon."""

import asyncio
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest

from support.servers.daemon.process import Running, ask, until
from support.servers.daemon.site import DAY, site
from support.servers.daemon.timed import set_clock, timed_daemon

pytestmark = pytest.mark.system

HOUR = timedelta(hours=1)

WAITING = "SELECT '<' || id || '@vms.example>' FROM notification WHERE finished_at IS NULL"
SOON = 20.0
"""Seconds in which probes must go on after a step: the watchdog looks every 5 s, on a busy machine later."""


def accept_clock(running: Running, folder: Path) -> None:
    """Say that the clock is right, as the command does."""
    [token] = folder.rglob("local-token")
    headers = {"authorization": f"Bearer {token.read_text('ascii')}"}
    request = urllib.request.Request(f"{running.url}/-/clock/accept", method="POST", headers=headers)
    with urllib.request.urlopen(request, timeout=10):
        pass


def test_forward_by_hours(tmp_path: Path) -> None:
    """It is asked about once; probes go on, and a level reached by it is notified once it is accepted."""

    async def scenario() -> None:
        async with site(tmp_path, 7 * DAY + 3 * HOUR) as where, timed_daemon(where.configure()) as running:
            await until(lambda: where.post.words == ["Certificates"])
            set_clock(tmp_path, "+6h")
            await until(lambda: len(where.post.words) == 2, SOON)
            async with asyncio.timeout(SOON):
                await running.looks_on(where.target)
            await running.passes(3)
            assert where.post.words == ["Certificates", "Clock problem"]
            assert await running.metric("cert_monitor_clock_suspect") == 1
            await asyncio.to_thread(accept_clock, running, tmp_path)
            await until(lambda: len(where.post.words) == 3, SOON)
            async with asyncio.timeout(SOON):
                await running.looks_on(where.target)
            await running.passes(3)
            assert where.post.words == ["Certificates", "Clock problem", "CRITICAL"]
            assert await running.metric("cert_monitor_clock_suspect") == 0

    asyncio.run(scenario())


def test_forward_and_back(tmp_path: Path) -> None:
    """Nothing false is notified, and nothing is silent when the clock is right again."""

    async def scenario() -> None:
        async with site(tmp_path, 20 * DAY) as where, timed_daemon(where.configure()) as running:
            await until(lambda: where.post.words == ["Certificates"])
            set_clock(tmp_path, "+100d")
            await running.shows("cert_monitor_clock_suspect", 1)
            await until(lambda: len(where.post.words) == 2)
            async with asyncio.timeout(SOON):
                await running.looks_on(where.target)
            set_clock(tmp_path, "+0")
            await running.shows("cert_monitor_clock_suspect", 0)
            await until(lambda: len(where.post.words) == 3)
            where.serve_leaf(3 * DAY)
            async with asyncio.timeout(SOON):
                await running.looks_on(where.target)
            await until(lambda: len(where.post.words) > 3)
            await running.passes(3)
            assert where.post.words == ["Certificates", "Clock problem", "Resolved", "CRITICAL"]

    asyncio.run(scenario())


def test_forward_over_a_restart_and_back(tmp_path: Path) -> None:
    """A restart neither believes the clock nor asks again, and notices that the clock is set back."""

    async def scenario() -> None:
        async with site(tmp_path, 20 * DAY) as where:
            async with timed_daemon(where.configure()) as running:
                await until(lambda: where.post.words == ["Certificates"])
                set_clock(tmp_path, "+100d")
                await until(lambda: len(where.post.words) == 2)
                await running.shows("cert_monitor_outbox_pending", 0)
            async with timed_daemon(where.configure()) as running:
                await running.shows("cert_monitor_clock_suspect", 1)
                await running.looks_on(where.target)
                await running.passes(3)
                assert where.post.words == ["Certificates", "Clock problem"]
                set_clock(tmp_path, "+0")
                await running.shows("cert_monitor_clock_suspect", 0)
                await until(lambda: len(where.post.words) == 3)
            assert where.post.words == ["Certificates", "Clock problem", "Resolved"]

    asyncio.run(scenario())


def test_back_by_hours_and_right_again(tmp_path: Path) -> None:
    """Probes go on, only the clock is reported; when it is right, notifications go on without repeats."""

    async def scenario() -> None:
        async with site(tmp_path, 20 * DAY) as where, timed_daemon(where.configure()) as running:
            await until(lambda: where.post.words == ["Certificates"])
            set_clock(tmp_path, "-6h")
            await running.shows("cert_monitor_clock_suspect", 1)
            async with asyncio.timeout(SOON):
                await running.looks_on(where.target)
            await until(lambda: len(where.post.words) == 2)
            assert where.post.words[1] == "Clock problem"
            where.serve_leaf(3 * DAY)
            await running.looks_on(where.target)
            await running.passes(3)
            assert len(where.post.words) == 2
            set_clock(tmp_path, "+0")
            await running.shows("cert_monitor_clock_suspect", 0)
            await until(lambda: len(where.post.words) > 2)
            async with asyncio.timeout(SOON):
                await running.looks_on(where.target)
            await running.passes(3)
            assert where.post.words == ["Certificates", "Clock problem", "CRITICAL"]

    asyncio.run(scenario())


def test_back_by_hours_over_a_restart(tmp_path: Path) -> None:
    """A clock that reads earlier than the record is suspect from the start, however it came to be so."""

    async def scenario() -> None:
        async with site(tmp_path, 20 * DAY) as where:
            async with timed_daemon(where.configure()) as running:
                await until(lambda: where.post.words == ["Certificates"])
                await running.shows("cert_monitor_outbox_pending", 0)
            set_clock(tmp_path, "-6h")
            async with timed_daemon(where.configure()) as running:
                await running.shows("cert_monitor_clock_suspect", 1)
                await until(lambda: len(where.post.words) == 2)
                await running.looks_on(where.target)
                await running.passes(3)
            assert where.post.words == ["Certificates", "Clock problem"]

    asyncio.run(scenario())


def test_start_before_the_build(tmp_path: Path) -> None:
    """With an empty clock battery it probes and exposes, notifies only that, and goes on when it is right."""

    async def scenario() -> None:
        async with site(tmp_path, 20 * DAY) as where:
            config = where.configure()
            set_clock(tmp_path, "-3000d")
            async with timed_daemon(config) as running:
                await until(lambda: len(where.post.words) == 1)
                await running.shows("cert_monitor_clock_suspect", 1)
                await running.shows("cert_monitor_target_up", 1, target=where.target)
                set_clock(tmp_path, "+0")
                await running.shows("cert_monitor_clock_suspect", 0)
                await until(lambda: len(where.post.words) > 2)
                async with asyncio.timeout(SOON):
                    await running.looks_on(where.target)
                await running.passes(3)
            assert where.post.words == ["Clock problem", "Certificates", "Resolved"]

    asyncio.run(scenario())


def test_after_a_day_away_nothing_is_unreachable(tmp_path: Path) -> None:
    """After a day in which the daemon did not run it reports that alone, once, since nothing was probed."""

    async def scenario() -> None:
        async with site(tmp_path) as where:
            async with timed_daemon(where.configure()) as running:
                await until(lambda: where.post.words == ["Certificates"])
                await running.shows("cert_monitor_outbox_pending", 0)
            set_clock(tmp_path, "+1d")
            for _ in range(2):
                async with timed_daemon(where.configure()) as running:
                    await running.looks_on(where.target)
                    await until(lambda: len(where.post.words) > 1)
                    await running.passes(3)
                assert where.post.words == ["Certificates", "Outage"]
            assert "Nothing was checked in that time" in where.post.texts[1]

    asyncio.run(scenario())


def test_a_mail_for_a_relay_that_comes_back_after_a_day(tmp_path: Path) -> None:
    """A mail that could not be delivered waits through a day and then arrives once.

    It is sent as it is, or made again when the outage would be notified first: an inventory made after
    an outage needs no notice of it.
    """

    async def scenario() -> None:
        async with site(tmp_path, 200 * DAY) as where:
            config = where.configure()
            config.write_text(config.read_text().replace(f"port: {where.mail_port}", "port: 9"))
            async with timed_daemon(config) as running:
                await running.shows("cert_monitor_outbox_pending", 1)
                await until(lambda: "could not connect" in running.log or "efused" in running.log)
            set_clock(tmp_path, "+1d")
            waiting = ask(where.database, WAITING)
            async with timed_daemon(where.configure()) as running:
                await until(lambda: bool(where.post.mails))
                await running.shows("cert_monitor_outbox_pending", 0)
                await running.passes(3)
            as_it_was = [row[0] for row in waiting] == where.post.ids[:1]
            assert where.post.words == (["Certificates", "Outage"] if as_it_was else ["Certificates"])

    asyncio.run(scenario())


def test_a_heartbeat_that_was_missed(tmp_path: Path) -> None:
    """It comes once at the start that follows, and says when to look at the monitor."""

    async def scenario() -> None:
        async with site(tmp_path, 200 * DAY) as where:
            config = where.configure()
            config.write_text(config.read_text() + "\nheartbeat: {every: 1d}\n")
            async with timed_daemon(config) as running:
                await until(lambda: where.post.words == ["Certificates"])
                await running.shows("cert_monitor_outbox_pending", 0)
            set_clock(tmp_path, "+3d")
            for _ in range(2):
                async with timed_daemon(config) as running:
                    await running.looks_on(where.target)
                    await until(lambda: len(where.post.mails) > 2)
                    await running.passes(3)
            assert sorted(where.post.words) == [
                "Certificates",
                "Heartbeat: all is well, 2 certificates watched",
                "Outage",
            ]
            [heartbeat] = [one for one in where.post.texts if "nobody needs to act" in one]
            assert "If the next heartbeat does not arrive" in heartbeat

    asyncio.run(scenario())

"""A clock that is ahead, and nobody answers: the hour passes in a clock that the test sets."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import SystemClock
from support.servers.daemon.inside import daemon, metrics, passes
from support.servers.daemon.process import until
from support.servers.daemon.site import DAY, site

HOUR = timedelta(hours=1)


class Clock(SystemClock):
    """A clock that somebody ``set`` forward by so much, after so much time ``passed``."""

    set = timedelta(0)
    passed = timedelta(0)

    def now(self) -> datetime:
        """Return the wall time."""
        return super().now() + self.set + self.passed

    def elapsed(self) -> float:
        """Return the time that nobody can set."""
        return super().elapsed() + self.passed.total_seconds()


def test_after_an_hour_it_is_believed_with_a_remark_and_undone_when_set_back(tmp_path: Path) -> None:
    """What is notified then may be false and says so; set back, everything is judged again at once."""

    async def scenario() -> None:
        clock = Clock()
        async with site(tmp_path, 100 * DAY) as where:
            words = where.post.words
            async with daemon(where.configure(interval="1000d"), clock=clock) as running:
                await until(lambda: where.post.words == ["Certificates"])
                clock.set = 200 * DAY
                await until(lambda: len(where.post.words) == 2)
                clock.passed = HOUR / 2
                await passes(running)
                assert where.post.words == ["Certificates", "Clock problem"]
                assert await metrics(running, "cert_monitor_clock_suspect") == [
                    "cert_monitor_clock_suspect 1.0"
                ]
                clock.passed = HOUR
                await until(lambda: len(where.post.words) == 3)
                await passes(running)
                assert where.post.words[2:] == ["EXPIRED"]
                body = where.post.mails[2].get_body(("plain",))
                assert body is not None
                assert "nobody has confirmed that it is right" in body.get_content().replace("\n", " ")
                clock.set = timedelta(0)
                await until(lambda: len(where.post.words) == 4)
                await passes(running)
                assert where.post.words[3:] == ["Resolved"]
                assert not running.parts.board.snapshot.alerts
                words = where.post.words
        assert words == ["Certificates", "Clock problem", "EXPIRED", "Resolved"]

    asyncio.run(scenario())

"""A relay that refuses everybody for good and later takes mails again: what the running daemon notifies."""

import asyncio
import signal
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from support.servers.daemon.process import ask, daemon, damage, until
from support.servers.daemon.site import DAY, site

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the same on Windows, but slower")


def test_the_inventory_comes_once_the_relay_takes_it(tmp_path: Path) -> None:
    """Nothing counts as notified until then, also after a kill; then the inventory is the one mail."""

    async def scenario() -> list[str]:
        async with site(tmp_path, ends_in=2 * DAY) as where:
            where.post.refuse = "554 5.7.1 relay access denied"
            async with daemon(where.configure()) as running:
                await until(lambda: where.post.refused >= 2)
                await running.end(signal.SIGKILL)
            accepted = "SELECT count(*) FROM notification_log WHERE accepted_level <> ''"
            assert ask(where.database, accepted) == [(0,)]
            where.serve_leaf(timedelta(hours=30))
            where.post.refuse = ""
            async with daemon(where.configure()):
                await until(lambda: "Certificates" in where.post.words)
                await asyncio.sleep(2)
            assert damage(where.database) == []
            return where.post.words

    words = asyncio.run(scenario())
    assert words.count("Certificates") == 1

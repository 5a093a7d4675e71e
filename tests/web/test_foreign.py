"""Foreign programs at our server: a real Prometheus scrapes it, a real browser shows it."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from monitor.web import WebServer, make_app
from support.factories.web.fakes import FakeDaemon, endpoint, snapshot
from support.servers.prometheus_server import prometheus
from support.servers.web.browser import chromium

pytestmark = pytest.mark.system
T = TypeVar("T")


async def serving(daemon: FakeDaemon, use: Callable[[WebServer], Awaitable[T]]) -> T:
    """Run the whole application while it is used."""
    server = WebServer(make_app(daemon, daemon), "127.0.0.1", 0)
    await server.start()
    try:
        return await use(server)
    finally:
        await server.stop()


def test_prometheus_scrapes_us(tmp_path: Path) -> None:
    """Prometheus takes a whole scrape: the target is up and its certificate can be asked for."""
    names = ("up == 1", "cert_monitor_target_up", "cert_monitor_certificate_days_to_expiry")

    async def use(server: WebServer) -> list[float]:
        async with prometheus(tmp_path, server.url.removeprefix("http://")) as running:
            return [float((await running.until(name))[0]["value"][1]) for name in names]

    daemon = FakeDaemon(snapshot(endpoint('we"ird\\host', 20)))
    assert asyncio.run(serving(daemon, use)) == [1.0, 1.0, 20.0]


def test_browser_shows_the_page(tmp_path: Path) -> None:
    """A real browser takes the page under our policy: the style applies and no complaint is logged."""

    async def use(server: WebServer) -> str:
        # Its own folder, because a browser that cannot lock its profile in time starts no page.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            out, logged = await chromium(
                Path(folder), "--log-level=0", "--dump-dom", f"{server.url}/certificates"
            )
        return out + "".join(line for line in logged.splitlines() if "Content Security" in line)

    page = asyncio.run(serving(FakeDaemon(snapshot(endpoint("recorder01", 20))), use))
    assert ("recorder01:443" in page, "Content Security" in page) == (True, False)

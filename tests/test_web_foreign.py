"""Foreign programs at our server: a real Prometheus scrapes it, a real browser shows it."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from web_fakes import FakeDaemon, endpoint, snapshot

from monitor.web import WebServer, make_app

pytestmark = pytest.mark.system
T = TypeVar("T")


def program(name: str, package: str) -> str:
    """Return the path of a program, or skip and name Debian's package."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: install Debian's package {package}")
    return found


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def serving(daemon: FakeDaemon, use: Callable[[WebServer], Awaitable[T]]) -> T:
    """Run the whole application while it is used."""
    server = WebServer(make_app(daemon), "127.0.0.1", 0)
    await server.start()
    try:
        return await use(server)
    finally:
        await server.stop()


async def until(ask: Callable[[], Awaitable[T | None]], seconds: float) -> T:
    """Ask again and again until there is an answer; fail after so many seconds."""
    async with asyncio.timeout(seconds):
        while (answer := await ask()) is None:  # noqa: ASYNC110 - another process knows no event of ours
            await asyncio.sleep(0.1)
    return answer


def test_prometheus_scrapes_us(tmp_path: Path) -> None:
    """Prometheus takes a whole scrape: the target is up and its certificate can be asked for."""
    prometheus = program("prometheus", "prometheus")
    port = free_port()

    async def use(server: WebServer) -> dict[str, float]:
        config = tmp_path / "prometheus.yml"
        config.write_text(
            "global: {scrape_interval: 1s}\n"
            "scrape_configs:\n"
            "  - job_name: cert-monitor\n"
            f'    static_configs: [{{targets: ["{server.url.removeprefix("http://")}"]}}]\n'
        )
        with (tmp_path / "log").open("wb") as log:
            running = await asyncio.create_subprocess_exec(
                prometheus,
                f"--config.file={config}",
                f"--storage.tsdb.path={tmp_path / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                stdout=log,
                stderr=log,
            )
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1") as client:
                names = ("up", "cert_monitor_target_up", "cert_monitor_certificate_days_to_expiry")
                return {name: await until(lambda name=name: _value(client, name), 30) for name in names}
        finally:
            running.terminate()
            await running.wait()

    daemon = FakeDaemon(snapshot(endpoint('we"ird\\host', 20)), clock=datetime(2026, 11, 23, 12, tzinfo=UTC))
    assert asyncio.run(serving(daemon, use)) == {
        "up": 1.0,
        "cert_monitor_target_up": 1.0,
        "cert_monitor_certificate_days_to_expiry": 20.0,
    }


async def _value(client: httpx.AsyncClient, query: str) -> float | None:
    try:
        answer = await client.get("/query", params={"query": query})
    except httpx.TransportError:
        return None
    if answer.status_code != 200:
        return None
    result = answer.json()["data"]["result"]
    return float(result[0]["value"][1]) if result else None


def test_browser_shows_the_page(tmp_path: Path) -> None:
    """A real browser takes the page under our policy: the style applies and no complaint is logged."""
    chromium = program("chromium", "chromium")

    async def use(server: WebServer) -> str:
        # Its own folder, because a browser that cannot lock its profile in time starts no page.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            running = await asyncio.create_subprocess_exec(
                chromium,
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
                *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
                *("--enable-logging=stderr", "--log-level=0", "--dump-dom", f"--user-data-dir={profile}"),
                f"{server.url}/",
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "HOME": str(tmp_path)},
            )
            async with asyncio.timeout(60):
                out, complaints = await running.communicate()
            return out.decode() + "".join(
                line for line in complaints.decode().splitlines() if "Content Security" in line
            )

    page = asyncio.run(serving(FakeDaemon(snapshot(endpoint("recorder01", 20))), use))
    assert ("recorder01:443" in page, "Content Security" in page) == (True, False)

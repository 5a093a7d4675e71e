"""Run Debian's Prometheus on loopback against one address; used by several test files."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from support.servers.programs import ended, free_port, program


@dataclass(frozen=True)
class Prometheus:
    """Ask a running Prometheus."""

    client: httpx.AsyncClient

    async def ask(self, query: str) -> list[dict[str, Any]]:
        """Return the result of an instant query; fail when Prometheus refuses it."""
        answer = await self.client.get("/query", params={"query": query})
        assert answer.status_code == 200, answer.text
        result: list[dict[str, Any]] = answer.json()["data"]["result"]
        return result

    async def rules(self) -> list[dict[str, Any]]:
        """Return every rule with its state and what went wrong in its last evaluation."""
        answer = await self.client.get("/rules")
        assert answer.status_code == 200, answer.text
        return [rule for group in answer.json()["data"]["groups"] for rule in group["rules"]]

    async def until(self, query: str, seconds: float = 30) -> list[dict[str, Any]]:
        """Return the result of a query as soon as it has one; raise ``TimeoutError`` after a while."""
        async with asyncio.timeout(seconds):
            while not (result := await self.ask(query)):
                await asyncio.sleep(0.1)
        return result


@asynccontextmanager
async def prometheus(
    folder: Path, address: str, *rules: Path, written: str = ""
) -> AsyncIterator[Prometheus]:
    """Start Prometheus, scraping ``host:port`` and evaluating rules every second; end it afterwards.

    ``written`` is a whole configuration to use instead.
    """
    path = program("prometheus", "prometheus")
    config = folder / "prometheus.yml"
    config.write_text(
        written
        or "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
        f"rule_files: {json.dumps([str(rule) for rule in rules])}\n"
        "scrape_configs:\n"
        "  - job_name: cert-monitor\n"
        f'    static_configs: [{{targets: ["{address}"]}}]\n'
    )
    port = free_port()
    with (folder / "prometheus.log").open("wb") as log:
        running = await asyncio.create_subprocess_exec(
            path,
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            stdout=log,
            stderr=log,
        )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1") as client:
            await answering(client, "/query?query=1")
            yield Prometheus(client)
    finally:
        await ended(running)


async def answering(client: httpx.AsyncClient, path: str) -> None:
    """Wait until a server that was just started answers a path with 200."""
    async with asyncio.timeout(30):
        while True:
            try:
                if (await client.get(path)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)

"""Start the real daemon as a process of its own and ask it from outside; used by several test files."""

import asyncio
import os
import re
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from support.servers.programs import ended

STARTED = re.compile(r"(https?://\S+:\d+)")
PATIENCE = 60.0
"""Seconds for anything to happen; a busy machine may need some, and nothing that works uses them up."""


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = PATIENCE) -> None:
    """Wait until a condition holds; raise ``TimeoutError`` when it does not within some seconds."""
    async with asyncio.timeout(seconds):
        while True:
            holds = condition()
            if holds if isinstance(holds, bool) else await holds:
                return
            await asyncio.sleep(0.05)


@dataclass
class Running:
    """One running process, its output, and a client for its web server."""

    process: asyncio.subprocess.Process
    client: httpx.AsyncClient
    said: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self.process.pid

    @property
    def log(self) -> str:
        """Return everything it has said so far."""
        return "".join(self.said)

    async def get(self, path: str) -> httpx.Response:
        """Return the answer to a request for a page."""
        return await self.client.get(self.url + path)

    async def metric(self, name: str, **labels: str) -> float | None:
        """Return the sum of the samples with these labels, ``None`` when there is none."""
        found = await self.samples(name, **labels)
        return sum(found) if found else None

    async def samples(self, name: str, **labels: str) -> list[float]:
        """Return the values of all samples with these labels."""
        text = (await self.get("/metrics")).text
        return [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]

    async def shows(self, name: str, value: float, **labels: str) -> None:
        """Wait until a metric has a value."""

        async def same() -> bool:
            return await self.metric(name, **labels) == value

        await until(same)

    async def all_probed(self) -> None:
        """Wait until the demo's site has answered and each target was tried."""

        async def listed() -> bool:
            return await self.metric("cert_monitor_discovery_last_success_timestamp_seconds") is not None

        await until(listed)
        await self.shows("cert_monitor_targets", 0, state="pending")

    async def looks_on(self, target: str) -> None:
        """Wait until a target has been probed twice more."""
        for _ in range(2):
            before = await self.metric("cert_monitor_target_last_probe_timestamp_seconds", target=target)

            async def later(before: float | None = before) -> bool:
                return before != await self.metric(
                    "cert_monitor_target_last_probe_timestamp_seconds", target=target
                )

            await until(later)

    async def passes(self, count: int) -> None:
        """Wait until that many alert passes more have ended."""
        name = "cert_monitor_last_alert_pass_timestamp_seconds"
        for _ in range(count):
            before = await self.metric(name)

            async def another(before: float | None = before) -> bool:
                return await self.metric(name) != before

            await until(another)

    async def has_notified_all(self, target: str) -> None:
        """Wait until an inventory and all else that is true at the start was mailed."""
        await self.looks_on(target)
        await self.passes(2)
        await self.shows("cert_monitor_outbox_pending", 0)

    async def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), PATIENCE)


async def _hear(stream: asyncio.StreamReader, running: Running) -> None:
    while line := await stream.readline():
        running.said.append(line.decode())


@asynccontextmanager
async def started(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    wait: bool = True,
    inside: Sequence[str] = (),
    patience: float = PATIENCE,
    module: str = "monitor",
) -> AsyncIterator[Running]:
    """Run ``cert-monitor`` with these arguments; when the block ends, so does the process.

    ``inside`` is a command that runs the one that follows it in its own place, ``module`` what runs the
    command.
    """
    process = await asyncio.create_subprocess_exec(
        *inside,
        sys.executable,
        "-m",
        module,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=1 << 20,  # of a line: one that is longer would end the hearing, and the daemon with it
        env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
    )
    assert process.stdout is not None
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE) as client:
        running = Running(process, client)
        hearing = asyncio.create_task(_hear(process.stdout, running))
        try:
            if wait:
                await _await_url(running, patience)
            yield running
        finally:
            await ended(process)
            await hearing


@asynccontextmanager
async def daemon(
    config: Path,
    *,
    environment: Mapping[str, str] | None = None,
    inside: Sequence[str] = (),
    patience: float = PATIENCE,
    module: str = "monitor",
) -> AsyncIterator[Running]:
    """Run the daemon on a configuration file."""
    asked = ("run", "--config", str(config))
    async with started(
        *asked, environment=environment, inside=inside, patience=patience, module=module
    ) as running:
        yield running


async def _await_url(running: Running, patience: float) -> None:
    await until(lambda: bool(STARTED.search(running.log)) or running.process.returncode is not None, patience)
    found = STARTED.search(running.log)
    assert found, running.log
    running.url = found[1]


def ask(database: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Return the rows of a query on the file that an ended daemon left."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query, values).fetchall()


def damage(database: Path) -> Sequence[str]:
    """Return what SQLite finds wrong with a file."""
    found = [row[0] for row in ask(database, "PRAGMA integrity_check")]
    found += [str(row) for row in ask(database, "PRAGMA foreign_key_check")]
    return [] if found == ["ok"] else found

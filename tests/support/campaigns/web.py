"""Web clients are hostile in random ways, some hundred at a time; health is answered, and probing goes on."""

import asyncio
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from support.campaigns.campaign import BrokenError, Run, require, require_no_traceback
from support.campaigns.hostile_clients import hostile
from support.servers.daemon.process import Running, ask, daemon, damage, until
from support.servers.daemon.site import Site, site

CLIENTS = 160
"""More than the server takes, in all and from one address."""
ASKED = 6
SOON = 10.0
"""Seconds in which health is answered; on a quiet machine it takes some ms."""
WARM_UP = 20
MEMORY = 48.0
"""MB that a run of any length may add after the rounds of the warm-up."""
NEWEST = "SELECT max(probed_at) FROM target"


async def web(run: Run) -> None:
    """Let a crowd of hostile clients come in each round, and ask for health meanwhile."""
    memory = 0.0
    (run.folder / "site").mkdir()
    async with site(run.folder / "site") as where, daemon(where.configure()) as running:
        await until(lambda: where.post.words == ["Certificates"])
        open_files = _open_files(running.pid) + 4  # connections of the daemon itself come and go
        for one in run:
            with _crowd(running, one.chance):
                await _answered(running, one.chance, run)
                await _probed(where)
            await _recovered(running, open_files)
            shutil.rmtree(one.folder)
            if run.counts["rounds"] == WARM_UP:
                memory = _memory(running.pid)
        if memory:
            more = _memory(running.pid) - memory
            run.counts["MB of memory more"] = round(more)
            require(more < MEMORY, f"{more:.0f} MB of memory were added after the first {WARM_UP} rounds")
        require(await running.end(15) == 0, f"the end failed: {running.log[-5000:]}")
        require_no_traceback(running.log)
        require(damage(where.database) == [], "the database is damaged")
    shutil.rmtree(run.folder / "site")


@contextmanager
def _crowd(running: Running, chance: random.Random) -> Iterator[None]:
    port = int(running.url.rpartition(":")[2])
    clients = [asyncio.create_task(hostile(port, random.Random(chance.random()))) for _ in range(CLIENTS)]
    try:
        yield
    finally:
        for one in clients:
            one.cancel()


async def _answered(running: Running, chance: random.Random, run: Run) -> None:
    """Require that health is answered to somebody who comes now."""
    run.counts["hostile clients"] += CLIENTS
    for _ in range(ASKED):
        await asyncio.sleep(chance.uniform(0, 0.4))
        for path in ("/livez", "/healthz"):
            address = f"127.0.0.{chance.randrange(1, 16)}"
            transport = httpx.AsyncHTTPTransport(local_address=address)
            try:
                async with httpx.AsyncClient(transport=transport, timeout=SOON, trust_env=False) as client:
                    answer = await client.get(running.url + path)
            except httpx.HTTPError as error:
                raise BrokenError(f"{path} was not answered to {address}: {error!r}") from error
            require(answer.status_code == 200, f"{path} answered {answer.status_code}: {answer.text}")
            run.counts["health answered"] += 1


async def _probed(where: Site) -> None:
    """Require that probes are made and recorded meanwhile."""
    before = ask(where.database, NEWEST)
    await until(lambda: ask(where.database, NEWEST) > before)


async def _recovered(running: Running, open_files: int) -> None:
    """Require that all is answered again, and that no descriptor is left."""
    require((await running.get("/metrics")).status_code == 200, "/metrics is not answered afterwards")
    try:
        await until(lambda: _open_files(running.pid) <= open_files)
    except TimeoutError:
        left = _open_files(running.pid)
        raise BrokenError(f"{left} descriptors are open afterwards, {open_files} were before") from None


def _open_files(pid: int) -> int:
    return len([*Path(f"/proc/{pid}/fd").iterdir()])


def _memory(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

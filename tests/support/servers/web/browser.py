"""Open a page in Debian's Chromium, which may reach loopback only; used by tests of the page."""

import asyncio
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.servers.programs import ended, program

# Chromium looks for updates, spelling lists and accounts by itself: no name resolves and no proxy is asked,
# so nothing but 127.0.0.1 can be reached whatever it tries.
CLOSED = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--enable-logging=stderr",
)


@dataclass(frozen=True)
class Opened:
    """A loaded page: its document, its console log, its connections and its requests."""

    document: str
    console: list[str]
    connected: set[str]
    asked: set[str]


async def chromium(folder: Path, *arguments: str) -> tuple[str, str]:
    """Run Chromium once and return what it printed and what it logged."""
    path = program("chromium", "chromium")
    # Into files: its children keep pipes open, which asyncio would wait for, also when it was killed.
    with (folder / "printed").open("wb") as printed, (folder / "logged").open("wb") as logged:
        running = await asyncio.create_subprocess_exec(
            path,
            *CLOSED,
            f"--user-data-dir={folder / 'profile'}",
            *arguments,
            stdout=printed,
            stderr=logged,
            env={**os.environ, "HOME": str(folder)},
        )
    try:
        await asyncio.wait_for(running.wait(), 60)
    finally:
        await ended(running)
    return (folder / "printed").read_text("utf-8"), (folder / "logged").read_text("utf-8")


async def opened(folder: Path, url: str) -> Opened:
    """Return what became of a page."""
    net_log = folder / "net.json"
    document, logged = await chromium(folder, f"--log-net-log={net_log}", "--dump-dom", url)
    log = json.loads(net_log.read_text("utf-8"))
    return Opened(
        document,
        re.findall(r"^.*CONSOLE.*$", logged, re.MULTILINE),
        set(_values(log, "TCP_CONNECT_ATTEMPT", "address")),
        # Chromium's own errands have no renderer as their initiator and are not the page's doing.
        {url, *_asked_by_page(log)},
    )


def _values(log: dict[str, Any], kind: str, name: str) -> list[str]:
    number = log["constants"]["logEventTypes"][kind]
    found = [event.get("params", {}) for event in log["events"] if event["type"] == number]
    return [params[name] for params in found if name in params]


def _asked_by_page(log: dict[str, Any]) -> list[str]:
    number = log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    found = [event.get("params", {}) for event in log["events"] if event["type"] == number]
    return [params["url"] for params in found if params.get("initiator", "not an origin") != "not an origin"]


async def picture(folder: Path, url: str, width: int, height: int) -> bytes:
    """Return a PNG of a page in a window of this size."""
    path = folder / f"page-{width}.png"
    await chromium(folder, f"--window-size={width},{height}", f"--screenshot={path}", url)
    return path.read_bytes()

"""Every page of the demo in a real browser: readable for everybody, and complete in itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from playwright.async_api import Browser

from support.servers.daemon.process import started
from support.servers.web.page_visits import PHONE, WIDE, Theme, browser, one_of_each, visit

# Ten pages, each in two themes with every rule: long on a busy machine.
pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]
T = TypeVar("T")
LOOKS: tuple[tuple[Theme, tuple[int, int]], ...] = (("light", WIDE), ("dark", PHONE))


@pytest.fixture(scope="module")
def findings() -> dict[str, dict[str, object]]:
    """Return what is wrong with each page of the demo, in both themes and widths, by path."""

    async def look(running: Browser, url: str) -> dict[str, dict[str, object]]:
        return {path: await _of_page(running, url, path) async for path in one_of_each(running, url)}

    return with_demo(look)


async def _of_page(running: Browser, url: str, path: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for theme, size in LOOKS:
        async with visit(running, f"{url}{path}", size=size, theme=theme) as seen:
            found[theme] = (await seen.problems(), await seen.too_wide(), seen.console, seen.hosts)
    return found


def with_demo(use: Callable[[Browser, str], Awaitable[T]]) -> T:
    """Return what becomes of the demo in a browser."""

    async def run() -> T:
        async with started("demo", "--listen", "127.0.0.1:0") as demo, browser() as running:
            await demo.all_probed()
            return await use(running, demo.url)

    return asyncio.run(run())


def test_every_kind_of_page_is_reached(findings: dict[str, dict[str, object]]) -> None:
    """From the first page one gets everywhere."""
    kinds = {path.split("?")[0].strip("/").split("/")[0] for path in findings}
    assert kinds >= {"", "alerts", "certificates", "targets", "sites"}


def test_nobody_is_left_out(findings: dict[str, dict[str, object]]) -> None:
    """The rules of WCAG that a machine can check hold on each page, in both themes and widths."""
    found = {(path, window): seen[0] for path, all_ in findings.items() for window, seen in all_.items()}  # type: ignore[index]
    assert {key: problems for key, problems in found.items() if problems} == {}


def test_nothing_has_to_be_moved_sideways(findings: dict[str, dict[str, object]]) -> None:
    """Not even on a phone."""
    wide = {(path, window): seen[1] for path, all_ in findings.items() for window, seen in all_.items()}  # type: ignore[index]
    assert [key for key, too_wide in wide.items() if too_wide] == []


def test_the_browser_has_no_complaint(findings: dict[str, dict[str, object]]) -> None:
    """Nothing is written to the console: no blocked style or script, no missing file."""
    said = {(path, window): seen[2] for path, all_ in findings.items() for window, seen in all_.items()}  # type: ignore[index]
    assert {key: console for key, console in said.items() if console} == {}


def test_nothing_is_loaded_from_elsewhere(findings: dict[str, dict[str, object]]) -> None:
    """Every request goes to the daemon itself."""
    asked = {host for all_ in findings.values() for seen in all_.values() for host in seen[3]}  # type: ignore[index]
    assert len(asked) == 1

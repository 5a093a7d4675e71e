"""What people do on the pages in a real browser: log in, look something up, check it now, silence it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.async_api import Browser, expect

from support import pki
from support.factories.web.access import HASHES, PASSWORDS, web_file
from support.servers.daemon.process import Running, daemon, until
from support.servers.web.page_visits import PHONE, Visit, browser, visit

pytestmark = pytest.mark.system
T = TypeVar("T")


def used(folder: Path, act: Callable[[Browser, Running], Awaitable[T]]) -> T:
    """Return what came of a browser at a daemon with users, which watches two certificates in files."""
    web_file(folder, HASHES)
    for name, site in (("old", "lab"), ("new", "harbour")):
        (folder / f"{name}.pem").write_bytes(pki.leaf(f"{name}.vms.example", at=pki.TODAY).pem)
        entry = f"{{kind: files, name: {name}, paths: [{name}.pem], labels: {{site: {site}}}}}"
        with (folder / "targets.yaml").open("a") as file:
            file.write(f"  - {entry}\n")
    config = folder / "cert-monitor.yaml"
    config.write_text(
        "web: {listen: '127.0.0.1:0', config_file: web.yml, operators: [alice]}\n"
        "store: {url: 'sqlite:///state.db'}\nreceivers: []\n"
        f"alerts: {{every: 1s}}\ntargets:\n{(folder / 'targets.yaml').read_text()}"
    )

    async def run() -> T:
        async with daemon(config) as made, browser() as running:
            return await act(running, made)

    return asyncio.run(run())


async def log_in(seen: Visit, user: str) -> None:
    """Log in as a person does."""
    await seen.page.locator("input[name=user]").fill(user)
    await seen.page.locator("input[name=password]").fill(PASSWORDS[user])
    await seen.page.get_by_role("button", name="Log in").click()


def test_an_operator_at_work(tmp_path: Path) -> None:
    """From the login, which leads where one wanted to go, to a silence; nothing needs the documentation."""

    async def act(running: Browser, made: Running) -> None:
        async with visit(running, f"{made.url}/targets", size=PHONE) as seen:
            page = seen.page
            assert await seen.problems() == []
            await log_in(seen, "alice")
            await expect(page).to_have_url(f"{made.url}/targets")
            await until(lambda: page.locator("tbody tr").count(), seconds=30)
            await page.get_by_role("link", name="old", exact=True).first.click()
            await page.get_by_role("button", name="Check now").click()
            await expect(page.get_by_role("heading", name="Policy")).to_be_visible()
            await page.goto(f"{made.url}/silences")
            await page.locator("summary").first.click()
            assert await seen.problems() == []
            await page.get_by_label("Site").last.select_option("lab")
            await page.get_by_label("Reason").last.fill("rebuilding the lab")
            await page.get_by_role("button", name="Silence").click()
            await expect(page.locator("tbody")).to_contain_text("rebuilding the lab")
            await expect(page.locator("tbody")).to_contain_text("alice")
            await page.get_by_role("button", name="Log out").click()
            await page.goto(f"{made.url}/silences")
            await expect(page).to_have_url(f"{made.url}/login?next=%2Fsilences")
            assert seen.console == []

    used(tmp_path, act)


def test_a_list_follows_what_is_typed(tmp_path: Path) -> None:
    """Rows are filtered without a click, and the address keeps the words."""

    async def act(running: Browser, made: Running) -> None:
        async with visit(running, f"{made.url}/login?next=/certificates") as seen:
            await log_in(seen, "victor")
            page = seen.page
            await expect(page.locator("tbody tr")).to_have_count(2)
            await page.locator("input[name=q]").press_sequentially("old.vms")
            await expect(page.locator("tbody tr")).to_have_count(1)
            await expect(page).to_have_url(f"{made.url}/certificates?q=old.vms")
            assert await page.get_by_role("button", name="Check now").count() == 0

    used(tmp_path, act)

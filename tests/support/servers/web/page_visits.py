"""Visit pages in Debian's Chromium as a person would, by Playwright; used by tests of the web interface."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from support.servers.programs import program
from support.servers.web.browser import CLOSED

WIDE, PHONE = (1280, 900), (390, 844)
Theme = Literal["light", "dark"]
_IDS = re.compile(r"^(/[a-z]+/).+|[?#].*")


@dataclass
class Visit:
    """A page that is open, what its console said, and the hosts that were asked for something."""

    page: Page
    console: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def problems(self) -> list[str]:
        """Return what axe finds wrong with the page (rules of WCAG 2.1 A and AA), a line each."""
        options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
        found = (await Axe().run(self.page, options=options)).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]

    async def too_wide(self) -> bool:
        """Return whether the page has to be moved sideways to be read."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    async def links(self) -> list[str]:
        """Return the paths that the page links to."""
        # A link in an SVG has no text as its ``href``.
        read = "all => all.map(a => new URL(a.getAttribute('href'), location).href)"
        found: list[str] = await self.page.eval_on_selector_all("a[href]", read)
        own = urlsplit(self.page.url).netloc
        parts = [urlsplit(one) for one in found]
        return [one._replace(scheme="", netloc="").geturl() for one in parts if one.netloc == own]


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Run Chromium until the end of the block; it reaches 127.0.0.1 alone."""
    async with async_playwright() as playwright:
        path = program("chromium", "chromium")
        arguments = [one for one in CLOSED if not one.startswith(("--headless", "--enable-logging"))]
        running = await playwright.chromium.launch(executable_path=path, args=arguments)
        try:
            yield running
        finally:
            await running.close()


@asynccontextmanager
async def visit(
    running: Browser, url: str, *, size: tuple[int, int] = WIDE, theme: Theme = "light", **options: Any
) -> AsyncIterator[Visit]:
    """Open a page in a window of a size; ``options`` are those of Playwright's browser contexts."""
    width, height = size
    context = await running.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, **options
    )
    try:
        opened = Visit(await context.new_page())
        opened.page.on("console", lambda said: opened.console.append(said.text))
        opened.page.on("pageerror", lambda error: opened.console.append(str(error)))
        opened.page.on("request", lambda asked: opened.hosts.add(urlsplit(asked.url).netloc))
        await opened.page.goto(url)
        yield opened
    finally:
        await context.close()


async def one_of_each(running: Browser, url: str) -> AsyncIterator[str]:
    """Yield the path of every page that can be reached from the first one, one of each kind.

    Each is yielded as soon as it is found, and of each kind the last one on a page: certificates of the demo
    that expire soon come first, are renewed after a minute, and then have no page any more.
    """
    known = {"/"}
    waiting = ["/"]
    yield "/"
    while waiting:
        async with visit(running, f"{url}{waiting.pop()}") as opened:
            links = await opened.links()
        for path in reversed(links):
            kind = _IDS.sub(r"\1", path)
            if kind not in known and not kind.startswith(("/metrics", "/healthz", "/api/")):
                known.add(kind)
                waiting.append(path)
                yield path

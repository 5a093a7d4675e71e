"""Take a picture of pages and mails of the demo, wide and as on a phone; ``scripts/pictures`` calls it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from playwright.async_api import Browser  # noqa: E402 - after the path of the tests

from support.servers.daemon.process import Running, started, until  # noqa: E402 - where the tests are
from support.servers.web.page_visits import PHONE, Theme, browser, visit  # noqa: E402 - the same

FOLDER = ROOT / "docs" / "images"
WIDE, MAIL = (1180, 800), (760, 800)
SHORT_LIVED = "Test server"
"""The server of the demo whose certificate lasts a minute: the pages are taken when it has been renewed."""
RECORDER = "Recording Server Recorder 01, port 9001: certificate expires"


@dataclass
class Camera:
    """Takes pictures of one demo into a folder."""

    demo: Running
    running: Browser
    folder: Path

    async def take(self, name: str, path: str, size: tuple[int, int] = WIDE, theme: Theme = "light") -> None:
        """Take one picture of a page, by its path, or of a file, by its URL."""
        url = path if path.startswith("file:") else f"{self.demo.url}{path}"
        async with visit(self.running, url, size=size, theme=theme) as seen:
            await seen.page.screenshot(path=self.folder / f"{name}.png")

    async def alert(self, title: str) -> str:
        """Return the path of the first alert on the first page whose title begins so."""
        async with visit(self.running, f"{self.demo.url}/") as first:
            link = first.page.locator("a[href^='/alerts/']", has_text=title).first
            return str(await link.get_attribute("href"))

    async def certificate(self) -> str:
        """Return the path of a certificate that the first page links to."""
        async with visit(self.running, f"{self.demo.url}/") as first:
            return next(one for one in await first.links() if one.startswith("/certificates/"))


@asynccontextmanager
async def demonstration(folder: Path) -> AsyncIterator[Camera]:
    """Run the demo and a browser until the end of the block."""
    async with started("demo", "--listen", "127.0.0.1:0") as demo, browser() as running:
        await demo.all_probed()
        yield Camera(demo, running, folder)


async def take_all(folder: Path) -> None:
    """Write every picture."""
    async with demonstration(folder) as camera:
        await until(lambda: "01.html" in camera.demo.log)
        [mail] = re.findall(r"\S+/01\.html", camera.demo.log)
        await camera.take("mail", f"file://{mail}", MAIL)
        await camera.take("mail-phone", f"file://{mail}", PHONE)
        await until(lambda: f"{SHORT_LIVED}: certificate renewed" in camera.demo.log, seconds=180)
        await camera.take("overview", "/")
        await camera.take("phone", "/", PHONE, "dark")
        await camera.take("alert", await camera.alert("Mobile server"))
        await camera.take("recorder", await camera.alert(RECORDER), (1000, 690))
        await camera.take("plan", "/plans/harbour", (1000, 700))
        await camera.take("certificate", await camera.certificate())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take_all(FOLDER))

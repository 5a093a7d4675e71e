"""Take a picture of pages of the demo, wide and as on a phone; ``scripts/pictures`` calls it."""

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support.servers.daemon_process import started  # noqa: E402 - where the tests are
from support.servers.page_visits import PHONE, Theme, browser, visit  # noqa: E402 - the same

FOLDER = ROOT / "docs" / "images"
WIDE = (1180, 800)


async def take(folder: Path) -> None:
    """Write every picture."""
    async with started("demo", "--listen", "127.0.0.1:0") as demo, browser() as running:
        await demo.all_looked_at()

        async def picture(name: str, path: str, size: tuple[int, int] = WIDE, theme: Theme = "light") -> None:
            async with visit(running, f"{demo.url}{path}", size=size, theme=theme) as seen:
                await seen.page.screenshot(path=folder / f"{name}.png")

        async with visit(running, f"{demo.url}/") as first:
            links = await first.links()
        alert = next(one for one in links if one.startswith("/alerts/"))
        certificate = next(one for one in links if one.startswith("/certificates/"))
        await picture("overview", "/")
        await picture("phone", "/", PHONE, "dark")
        await picture("alert", alert)
        await picture("certificate", certificate)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(take(FOLDER))

"""The page of the demo in a real browser: sorted, complete in itself, and readable on a telephone."""

import asyncio
import html
import re
import struct
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from support.servers.browser import Opened, opened, picture
from support.servers.daemon_process import started

pytestmark = pytest.mark.system


def cells(document: str, name: str) -> list[str]:
    """Return the texts of one column of the table, from the top down."""
    found = re.findall(rf'<td[^>]*data-label="{name}"[^>]*>(.*?)</td>', document, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in found]


def instant(text: str) -> str:
    """Return the instant that a cell begins with, such as ``Nov 24, 2026 20:42``, in a form that sorts."""
    if not text:
        return ""
    found = datetime.strptime(" ".join(text.split()[:4]) + " +0000", "%b %d, %Y %H:%M %z")
    return f"{found:%Y-%m-%d %H:%M}"


def length(text: str) -> timedelta:
    """Return the length that ``20 days`` or ``1 hour`` means."""
    number, unit = text.split()
    return timedelta(**{unit.removesuffix("s") + "s": int(number)})


def size(png: bytes) -> tuple[int, int]:
    """Return width and height from the header of a PNG (its section 11.2.2)."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> tuple[Opened, str, list[tuple[int, int]]]:
    """Return the demo's page as a browser sees it, its address, and the sizes of two pictures of it."""
    folder: Path = tmp_path_factory.mktemp("browser")

    async def use() -> tuple[Opened, str, list[tuple[int, int]]]:
        async with started("demo", "--listen", "127.0.0.1:0") as demo:
            await demo.all_looked_at()
            url = f"{demo.url}/certificates"
            pictures = [await picture(folder, url, *window) for window in ((1280, 1000), (390, 2600))]
            return await opened(folder, url), demo.url, [size(png) for png in pictures]

    return asyncio.run(use())


def test_rows_are_sorted_by_expiry(page: tuple[Opened, str, list[tuple[int, int]]]) -> None:
    """The earliest expiry comes first, after what is unreachable and before what has no certificate."""
    expiries = [instant(text) for text in cells(page[0].document, "Expires")]
    dated = sorted(datetime.fromisoformat(text) for text in expiries if text)
    unseen = ["the log server", "the standby's two ports", ""]
    bare = ["the recorder without encryption", "the client whose store is empty"]
    assert expiries == ["" for _ in unseen] + [f"{one:%Y-%m-%d %H:%M}" for one in dated] + ["" for _ in bare]
    assert len(dated) == 30


def test_time_left_follows_the_expiry(page: tuple[Opened, str, list[tuple[int, int]]]) -> None:
    """The time left never falls from row to row, and an expired certificate says so."""
    left = cells(page[0].document, "Time left")
    assert left[:5] == ["", "", "", "expired 5 days ago", "expired 2 days ago"]
    lengths = [length(text) for text in left[5:] if text]
    assert lengths == sorted(lengths)


def test_the_browser_has_no_complaint(page: tuple[Opened, str, list[tuple[int, int]]]) -> None:
    """Nothing is written to the console: no blocked style, no missing file."""
    assert page[0].console == []


def test_nothing_is_loaded_from_elsewhere(page: tuple[Opened, str, list[tuple[int, int]]]) -> None:
    """The one address that is connected to or asked for is the daemon's own."""
    seen, url, _ = page
    assert seen.connected == {url.removeprefix("http://")}
    assert {address for address in seen.asked if not address.startswith(f"{url}/")} == set()


def test_it_can_be_drawn_wide_and_narrow(page: tuple[Opened, str, list[tuple[int, int]]]) -> None:
    """The page is drawn in a desktop's window and in a telephone's."""
    assert page[2] == [(1280, 1000), (390, 2600)]

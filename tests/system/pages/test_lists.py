"""Lists of the demo in a real browser: sorted, complete in themselves, and readable on a telephone."""

import asyncio
import html
import re
import struct
from datetime import timedelta
from pathlib import Path

import pytest

from support.servers.daemon.process import started
from support.servers.web.browser import Opened, opened, picture

pytestmark = pytest.mark.system


def cells(document: str, name: str) -> list[str]:
    """Return the texts of one column of the table, from the top down."""
    found = re.findall(rf'<td[^>]*data-label="{name}"[^>]*>(.*?)</td>', document, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in found]


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
            await demo.all_probed()
            url = f"{demo.url}/certificates?sort=expires"
            pictures = [await picture(folder, url, *window) for window in ((1280, 1000), (390, 2600))]
            return await opened(folder, url), demo.url, [size(png) for png in pictures]

    return asyncio.run(use())


def test_rows_are_sorted_by_expiry(page: tuple[Opened, str, list[tuple[int, int]]]) -> None:
    """The earliest expiry comes first, and the time left never falls from row to row."""
    expiries = cells(page[0].document, "Expires")
    assert [one.split(" ago")[0] for one in expiries[:2]] == ["5 days", "2 days"]
    lengths = [length(" ".join(one.split()[1:3])) for one in expiries if one.startswith("in ")]
    assert lengths == sorted(lengths)
    assert (len(expiries), len(lengths) >= 20) == (len(cells(page[0].document, "Certificate")), True)


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

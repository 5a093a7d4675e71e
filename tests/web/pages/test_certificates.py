"""The page of certificates: hostile texts, bounds, and nothing loaded from elsewhere."""

import asyncio
import re
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx
import pytest

from monitor.messages import ENGLISH, Writer
from monitor.model import Snapshot
from monitor.web import WebServer, make_app
from monitor.web.pages.certificates import MOST_ROWS, certificate_values
from monitor.web.pages.layout import PAGE_POLICY
from monitor.web.queries import certificate_table
from support.factories.web_fakes import HOSTILE, NOW, FakeDaemon, endpoint, snapshot, standby, unreachable
from support.factories.web_pages import reader_of, rendered


def html(shown: Snapshot, words: str = "", most: int | None = MOST_ROWS, writer: Writer | None = None) -> str:
    """Return the page."""
    reader = reader_of(shown, writer=writer)
    return rendered("certificates.html", reader, lambda one: certificate_values(one, words, most))


class Links(HTMLParser):
    """Collect every attribute by which a page loads or links to something, and every element."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.elements: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element with its addresses."""
        self.elements.add(tag)
        wanted = ("src", "href", "action", "srcset", "data", "poster", "background", "style")
        self.targets += [value or "" for name, value in attrs if name in wanted or name.startswith("on")]


def links(page: str) -> Links:
    """Return what a page refers to."""
    parser = Links()
    parser.feed(page)
    return parser


def test_owner_and_note() -> None:
    """Owner and note are shown with their target, as text, and with no other."""
    owned = endpoint("owned", 5)
    info = replace(owned.target.info, owner="Video team", note="rack <7>")
    owned = replace(owned, target=replace(owned.target, info=info))
    page = html(snapshot(owned, endpoint("other", 5)))
    wanted = ("Owner: ", "Owner: Video team", "Note: ", "Note: rack &lt;7&gt;")
    assert [page.count(text) for text in wanted] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (20.9, "20 days"),
        (2, "2 days"),
        (1, "24 hours"),
        (0.5, "12 hours"),
        (0, "expired 1 minute ago"),
        (-0.5, "expired 12 hours ago"),
        (-2.5, "expired 2 days ago"),
    ],
)
def test_time_left(days: float, shown: str) -> None:
    """The time left is in whole days towards now, below two days in hours; an expired one says so."""
    assert f'data-label="Time left"><div>{shown}</div>' in html(snapshot(endpoint("recorder", days)))


def test_instants_have_the_readers_time_zone() -> None:
    """The zone is in the title of the column, and the instants are in it."""
    writer = Writer(ENGLISH, ZoneInfo("Asia/Kolkata"), NOW)
    page = html(snapshot(endpoint("recorder", 5)), writer=writer)
    assert '<th class="expires">Expires (Asia/Kolkata)</th>' in page
    assert '<td class="expires instant" data-label="Expires"><div>Nov\u00a028,\u00a02026 17:30</div>' in page
    assert '<span class="instant">Nov\u00a023,\u00a02026 17:30</span>' in page


def many() -> Snapshot:
    """Return more targets than the page shows at once."""
    return snapshot(*(endpoint(f"r{i}", i) for i in range(MOST_ROWS + 7)))


def test_long_page_is_cut() -> None:
    """Beyond the bound the page says how many more there are; the earliest are shown."""
    page = html(many())
    assert (page.count("<tr class"), "7 more rows" in page, ">r0:443" in page) == (MOST_ROWS, True, True)


def test_everything_on_request() -> None:
    """With everything asked for no row is left out."""
    assert html(many(), most=None).count("<tr class") == MOST_ROWS + 7


def test_hostile_texts_stay_text() -> None:
    """Markup in names, labels and sentences arrives as text, never as elements."""
    page = html(snapshot(endpoint(HOSTILE, 5, sentence=HOSTILE, title=HOSTILE)), '"><script>')
    assert (page.count("<script"), "https://evil" in str(links(page).targets)) == (1, False)


def test_nothing_from_elsewhere() -> None:
    """The page refers to our own routes only and has no element that loads anything."""
    found = links(html(many()))
    assert all(re.match(r"[/#](?!/)", address) for address in found.targets)
    assert not found.elements & {"img", "iframe", "object", "embed", "base", "style"}


def test_empty_page() -> None:
    """Without targets the page says where to add some."""
    assert "No targets yet" in html(Snapshot())


def test_search_without_result() -> None:
    """A search that finds nothing says so, and keeps its words in the field."""
    page = html(snapshot(endpoint("a", 1)), "zzz")
    assert ("No row contains these words" in page, 'value="zzz"' in page) == (True, True)


def test_standby_comes_after_outages() -> None:
    """A standby server comes after unreachable ones."""
    shown = snapshot(standby("failover"), unreachable("gone"), endpoint("near", 5))
    table = certificate_table(shown)
    assert [found.location for found in table.rows] == ["gone:443", "failover:443", "near:443"]


def test_page_over_http() -> None:
    """The page comes as HTML, with its policy, and the search works in the address."""

    async def run() -> httpx.Response:
        daemon = FakeDaemon(snapshot(endpoint("recorder01", 5), endpoint("recorder02", 9)))
        server = WebServer(make_app(daemon, daemon), "127.0.0.1", 0)
        await server.start()
        try:
            async with httpx.AsyncClient() as client:
                return await client.get(f"{server.url}/certificates", params={"q": "recorder02"})
        finally:
            await server.stop()

    answer = asyncio.run(run())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert re.findall(r"recorder0\d:443", answer.text) == ["recorder02:443"]

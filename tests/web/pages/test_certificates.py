"""The page of alerts and certificates: hostile texts, counts, bounds, and nothing loaded from elsewhere."""

import asyncio
import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx
import pytest

from monitor.alerts import alerts_of_target
from monitor.errors import StoreFault
from monitor.messages import ENGLISH, Writer, english, language
from monitor.model import Snapshot, TargetState
from monitor.store.texts import WHY, store_in_memory
from monitor.web import Health, WebServer, make_app
from monitor.web.pages.certificates import MOST_ALERTS, MOST_ROWS, render_certificates
from monitor.web.pages.layout import PAGE_POLICY
from monitor.web.queries import alert_list, certificate_table
from support.factories.web_fakes import (
    HOSTILE,
    NOW,
    FakeDaemon,
    endpoint,
    pending,
    snapshot,
    standby,
    unreachable,
)


def html(shown: Snapshot, words: str = "", most: int | None = MOST_ROWS) -> str:
    """Return the page."""
    table = certificate_table(shown, words=words, most=most)
    return render_certificates(table, english(NOW), words, alert_list(shown, most=MOST_ALERTS))


def alerted(*states: TargetState) -> Snapshot:
    """Return a snapshot with the alerts about each target."""
    found = [one for state in states for one in alerts_of_target(state, NOW)]
    return replace(snapshot(*states), alerts=tuple(found))


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
    assert f'data-is="Time left"><div>{shown}</div>' in html(snapshot(endpoint("recorder", days)))


def test_instants_have_the_readers_time_zone() -> None:
    """The zone is in the title of the column, and the instants are in it."""
    writer = Writer(ENGLISH, ZoneInfo("Asia/Kolkata"), NOW)
    page = render_certificates(certificate_table(snapshot(endpoint("recorder", 5))), writer)
    assert '<th class="expires">Expires (Asia/Kolkata)</th>' in page
    assert '<td class="expires instant" data-is="Expires"><div>Nov\u00a028,\u00a02026 17:30</div>' in page
    assert '<span class="instant">Nov\u00a023,\u00a02026 17:30</span>' in page


def test_alerts_are_named_at_the_top() -> None:
    """Each alert shows its level, title, site, since when it is known, and its first sentence."""
    page = html(alerted(endpoint("recorder", -2, sentence="it expired", title="Recorder 01")))
    top = page.partition("<form")[0]
    assert re.findall(r'<li class="critical"><div><span class="status">(.*?)</span> <b>(.*?)</b>', top) == [
        ("expired", "Recorder 01")
    ]
    assert re.findall(r"<small>(.*?)</small></div>\s*<p>(.*?)</p>", top) == [
        ("Site: harbour, since Nov 23, 2026 12:00 UTC", "it expired")
    ]


def test_no_alerts() -> None:
    """A page without alerts says so; one without targets has nothing to say of alerts."""
    healthy = html(snapshot(endpoint("recorder", 200)))
    assert ("No alerts." in healthy, "No alerts." in html(Snapshot())) == (True, False)


def test_many_alerts_are_cut() -> None:
    """Beyond the bound the page says how many more there are."""
    page = html(alerted(*(endpoint(f"r{i}", i, sentence="it expires") for i in range(MOST_ALERTS + 3))))
    assert (page.count("<li class="), "3 more alerts." in page) == (MOST_ALERTS + 1, True)


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
    page = html(alerted(endpoint(HOSTILE, 5, sentence=HOSTILE, title=HOSTILE)), '"><script>')
    assert ("<script" in page, "script" in links(page).elements) == (False, False)


def test_nothing_from_elsewhere() -> None:
    """The page refers to our own routes only and has no element that loads anything."""
    found = links(html(many()))
    assert set(found.targets) == {"/", "/?all&q=", "/metrics", "/healthz"}
    assert not found.elements & {"script", "link", "img", "iframe", "object", "embed", "base"}


def test_style_loads_nothing() -> None:
    """The style itself imports and fetches nothing."""
    assert re.findall(r"url\(|@import", html(Snapshot())) == []


def test_policy_allows_the_style() -> None:
    """The policy allows exactly the style that the page brings, by its hash."""
    style = re.findall(r"<style>(.*?)</style>", html(Snapshot()), re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in PAGE_POLICY


def test_empty_page() -> None:
    """Without targets the page says where to add some."""
    assert "No targets yet" in html(Snapshot())


def test_search_without_result() -> None:
    """A search that finds nothing says so, and keeps its words in the field."""
    page = html(snapshot(endpoint("a", 1)), "zzz")
    assert ("No row contains these words" in page, 'value="zzz"' in page) == (True, True)


def test_counts() -> None:
    """The top of the page counts targets by what is wrong."""
    page = html(snapshot(endpoint("a", 1, sentence="expires"), unreachable("b"), pending("c")))
    assert re.findall(r"<b>(\d+) ([a-z ]+)</b>", page) == [
        ("2", "critical"),
        ("0", "warnings"),
        ("1", "unreachable"),
        ("1", "not checked yet"),
    ]


def test_standby_comes_after_outages() -> None:
    """A standby server comes after unreachable ones, and is not counted with them."""
    shown = snapshot(standby("failover"), unreachable("gone"), endpoint("near", 5))
    counts = re.findall(r"<b>(\d+) (unreachable|on standby)</b>", html(shown))
    table = certificate_table(shown)
    assert [found.location for found in table.rows] == ["gone:443", "failover:443", "near:443"]
    assert counts == [("1", "unreachable"), ("1", "on standby")]


def test_page_over_http() -> None:
    """The page comes as HTML, with its policy, and the search works in the address."""

    async def run() -> httpx.Response:
        daemon = FakeDaemon(snapshot(endpoint("recorder01", 5), endpoint("recorder02", 9)))
        server = WebServer(make_app(daemon, daemon), "127.0.0.1", 0)
        await server.start()
        try:
            async with httpx.AsyncClient() as client:
                return await client.get(f"{server.url}/", params={"q": "recorder02"})
        finally:
            await server.stop()

    answer = asyncio.run(run())
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert re.findall(r"recorder0\d:443", answer.text) == ["recorder02:443"]


def test_undelivered_notifications_are_said() -> None:
    """Whoever looks at the page instead of waiting for mails learns it."""
    table = certificate_table(snapshot(endpoint("recorder", 5)))
    said = "Notifications could not be delivered since"
    assert said in render_certificates(table, english(NOW), health=Health(undelivered_since=NOW))
    assert said not in render_certificates(table, english(NOW))


def test_a_store_in_memory_is_said() -> None:
    """The page shows it in the reader's language."""
    table = certificate_table(snapshot(endpoint("recorder", 5)))
    health = Health(store_problem=store_in_memory(location="/x.db", why=WHY[StoreFault.FULL]))
    said = "The database /x.db cannot be used (the disk is full): notifications are kept in memory"
    assert said in render_certificates(table, english(NOW), health=health)
    assert "(o disco está cheio)" in render_certificates(
        table, Writer(language("pt_BR"), UTC, NOW), health=health
    )

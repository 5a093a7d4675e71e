"""The list of certificates as page, CSV and JSON."""

import asyncio
import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx
import pytest

from monitor.messages import ENGLISH, Writer
from monitor.model import Matcher, Severity, Snapshot, text
from monitor.web import WebServer, make_app
from monitor.web.caller import Caller, Role
from monitor.web.pages.layout import PAGE_POLICY
from monitor.web.pages.lists.certificates import certificate_list, certificate_source
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, certificate, endpoint, snapshot
from support.factories.web.pages import get, listed, reader_of


def html(shown: Snapshot, query: str = "", writer: Writer | None = None, caller: Caller | None = None) -> str:
    """Return the page."""
    reader = reader_of(shown, writer=writer, caller=caller or Caller())
    return listed(certificate_list(), certificate_source(), reader, query)


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


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        (20.9, "in 20 days"),
        (2, "in 2 days"),
        (1, "in 24 hours"),
        (0.5, "in 12 hours"),
        (0, "1 minute ago"),
        (-0.5, "12 hours ago"),
        (-2.5, "2 days ago"),
    ],
)
def test_time_left(days: float, shown: str) -> None:
    """The time left is in whole days towards now, below two days in hours."""
    assert f'data-label="Expires"><div>{shown}<small>' in html(snapshot(endpoint("recorder", days)))


def test_findings_that_are_left_out_are_counted() -> None:
    """A row stays short: the worst findings are there, and how many there are beyond them."""
    state = endpoint("recorder", 5, sentence="it expires")
    [first] = state.assessment.findings
    more = tuple(
        replace(first, severity=Severity.WARNING, message=text(said)) for said in ("two", "three", "four")
    )
    page = html(snapshot(replace(state, assessment=replace(state.assessment, findings=(*more, first)))))
    assert "<small>it expires</small><small>two</small><small>and 2 more</small>" in page


def test_instants_are_in_the_readers_time_zone() -> None:
    """The footer names it."""
    writer = Writer(ENGLISH, ZoneInfo("Asia/Kolkata"), NOW)
    page = html(snapshot(endpoint("recorder", 5)), writer=writer)
    assert "<small>28\u00a0Nov\u00a02026 17:30</small>" in page
    assert "As of 23 Nov 2026 17:30 IST." in page


def many() -> Snapshot:
    """Return more targets than the page shows at once."""
    return snapshot(*(endpoint(f"r{i}", i) for i in range(120)))


def test_long_lists_have_pages() -> None:
    """The earliest expiry comes first, and all are counted."""
    page = html(many())
    assert (page.count('<td class="level"'), ">r0:443<" in page, "120 rows" in page) == (50, True, True)
    assert "Page 1 of 3" in page
    last = html(many(), "page=3")
    assert (last.count('<td class="level"'), ">r119:443<" in last) == (20, True)


def test_each_leads_to_its_page() -> None:
    """By its SHA-256."""
    page = html(snapshot(endpoint("recorder", 5)))
    assert f'<a href="/certificates/{certificate(5, "recorder").sha256}">recorder</a>' in page


def test_hostile_texts_stay_text() -> None:
    """Markup in names, labels and sentences arrives as text, never as elements."""
    state = endpoint(HOSTILE, 5, sentence=HOSTILE, title=HOSTILE)
    labels = (("site", HOSTILE), ("owner", HOSTILE))
    state = replace(state, target=replace(state.target, labels=labels))
    for query in ("", f"q={HOSTILE}", f"site={HOSTILE}", "sort=<script>", "<script>=1"):
        page = html(snapshot(state), query)
        assert (page.count("<script"), "https://evil" in str(links(page).targets)) == (1, False)


def test_nothing_from_elsewhere() -> None:
    """The page refers to our own routes only and has no element that loads anything."""
    found = links(html(many()))
    assert found.targets
    assert all(re.match(r"[/#](?!/)", address) for address in found.targets)
    assert not found.elements & {"img", "iframe", "object", "embed", "base", "style"}


def test_empty_page() -> None:
    """Without certificates the page says so, and a search that finds nothing keeps its words."""
    assert "No certificate is known yet." in html(Snapshot())
    page = html(snapshot(endpoint("a", 1)), "q=zzz")
    assert ("Nothing matches these filters." in page, 'value="zzz"' in page) == (True, True)


def test_json() -> None:
    """All rows of the filter, whatever the page."""
    daemon = FakeDaemon(snapshot(endpoint("recorder01", 5, sentence="it expires"), endpoint("recorder02", 9)))
    found = get(daemon, "/certificates?format=json&per_page=1&q=recorder&sort=-expires").json()
    assert (found["total"], found["next"]) == (2, None)
    assert [one["title"] for one in found["items"]] == ["recorder02", "recorder01"]
    shown = certificate(5, "recorder01")
    assert found["items"][1] == {
        "sha256": shown.sha256,
        "type": "leaf",
        "level": "critical",
        "title": "recorder01",
        "sha1": shown.sha1.lower(),
        "subject": "CN=recorder01",
        "issuer": "CN=VMS CA",
        "serial": "01",
        "dns_names": ["alias-of-recorder01"],
        "ip_addresses": [],
        "key_type": "EC",
        "key_bits": 256,
        "not_before": shown.not_before.isoformat(),
        "not_after": shown.not_after.isoformat(),
        "expires_at": shown.not_after.isoformat(),
        "days_to_expiry": 5,
        "checks": ["expiry"],
        "messages": ["it expires"],
        "targets": ["endpoint:recorder01:443"],
        "locations": ["recorder01:443"],
        "superseded": False,
        "sites": ["harbour"],
        "components": ["recording_server"],
        "owners": [],
        "kinds": ["endpoint"],
    }


def test_csv_has_the_fields_of_json() -> None:
    """In its columns, harmless in a spreadsheet."""
    state = endpoint("a", 5, sentence="@evil")
    shown = replace(state.sightings[0].certificate, subject_cn="=1+1", subject="+CN", dns_names=("-x", "y"))
    daemon = FakeDaemon(snapshot(replace(state, sightings=(replace(state.sightings[0], certificate=shown),))))
    answer = get(daemon, "/certificates?format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    assert set(row) == set(get(daemon, "/certificates?format=json").json()["items"][0])
    assert (row["title"], row["subject"], row["dns_names"]) == ("'=1+1", "'+CN", "'-x; y")
    assert row["messages"] == "'@evil"


def test_scope() -> None:
    """Of a certificate that is shared with others only the visible location is there, in every format."""
    seen, hidden = endpoint("seen", 5), endpoint("hidden", 5)
    hidden = replace(
        hidden,
        target=replace(hidden.target, labels=(("site", "attic"),)),
        sightings=(replace(seen.sightings[0], location="hidden:443"),),
    )
    caller = Caller("vera", Role.VIEWER, (Matcher("site", ("harbour",)),))
    page = html(snapshot(seen, hidden), "q=seen", caller=caller)
    assert ("seen:443" in page, "hidden:443" in page, "attic" in page) == (True, False, False)
    assert "hidden:443" in html(snapshot(seen, hidden), "q=seen")


def test_search_by_a_thumbprint_with_colons() -> None:
    """As people copy it."""
    sha256 = certificate(5, "recorder01").sha256.upper()
    colons = ":".join(sha256[at : at + 2] for at in range(0, 64, 2))
    page = html(snapshot(endpoint("recorder01", 5), endpoint("recorder02", 9)), f"q={colons}")
    assert re.findall(r">(recorder0\d)</a>", page) == ["recorder01"]


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
    assert re.findall(r">(recorder0\d:443)<", answer.text) == ["recorder02:443"]

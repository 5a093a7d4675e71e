"""The pages of sites: every state has a word, hostile names stay text, other sites stay hidden."""

from dataclasses import replace

import pytest

from monitor.web import texts
from monitor.web.pages.details.site import site_values
from monitor.web.queries import site as site_query
from monitor.web.queries.site import site_map
from support.factories.web.fakes import HOSTILE, FakeDaemon, endpoint, snapshot
from support.factories.web.pages import get, reader_of, rendered

SHOWN = snapshot(endpoint("rec", 90))


def test_every_state_has_a_word() -> None:
    """The page can show any state."""
    assert set(texts.STATE) == set(site_query._ORDER)


@pytest.mark.parametrize(
    ("path", "status"), [("/sites", 200), ("/sites/harbour", 200), ("/sites/a/b", 404), ("/sites/nope", 404)]
)
def test_addresses(path: str, status: int) -> None:
    """A site that no target has is not there."""
    assert get(FakeDaemon(SHOWN), path).status_code == status


@pytest.mark.parametrize(
    ("path", "said"),
    [("/sites", "No target has the label site."), ("/plans", "so there is nothing to plan")],
)
def test_without_sites(path: str, said: str) -> None:
    """Most who do not watch XProtect have no sites: the lists of them say so."""
    answer = get(FakeDaemon(snapshot()), path)
    assert (answer.status_code, said in answer.text) == (200, True)


def test_hostile_texts_stay_text() -> None:
    """Names of sites, servers and devices arrive as text."""
    bad = endpoint(HOSTILE, 5, title=HOSTILE)
    info = replace(bad.target.info, server=HOSTILE, component=HOSTILE)
    bad = replace(bad, target=replace(bad.target, labels=(("site", HOSTILE),), info=info))
    found = site_map(snapshot(bad), HOSTILE)
    assert found is not None
    assert (
        rendered("details/site.html", reader_of(snapshot(bad)), lambda _: site_values(found)).count("<script")
        == 1
    )


def test_a_large_site_is_shown_in_part() -> None:
    """The worst servers are there, the page stays small, and the list of targets has the rest."""
    many = snapshot(*(endpoint(f"rec{number}", 90) for number in range(1000)), endpoint("late", -1))
    page = get(FakeDaemon(many), "/sites/harbour").text
    assert page.count("/targets/endpoint") == 250
    assert '<a href="/targets?site=harbour">751 more.</a>' in page
    assert len(page) < 200_000


def test_no_server_hides_another() -> None:
    """One with more ports than there is room for shows the first of them, and the next ones are counted."""
    found = site_map(SHOWN, "harbour")
    assert found is not None
    (server,) = found.servers
    crowded = replace(found, servers=(replace(server, ports=server.ports * 300), server))
    shown = site_values(crowded)
    assert ([len(one.ports) for one in shown["servers"]], shown["more_servers"]) == ([250], 1)


def test_certificate_group_has_a_name() -> None:
    """A port says which certificate of its server it serves, in words."""
    port = endpoint("rec01", 90)
    labels = (*port.target.labels, ("certificate_group", "streaming_media"))
    shown = snapshot(replace(port, target=replace(port.target, labels=labels)))
    page = get(FakeDaemon(shown), "/sites/harbour").text
    assert ", streaming media, expires in" in page
    assert "streaming_media" not in page

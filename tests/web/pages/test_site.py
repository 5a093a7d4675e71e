"""The pages of sites: every state has a word, hostile names stay text, other sites stay hidden."""

from dataclasses import replace

import pytest

from monitor.web import texts
from monitor.web.pages.site import site_values
from monitor.web.queries import site as site_query
from monitor.web.queries.site import site_map
from support.factories.web_fakes import HOSTILE, FakeDaemon, endpoint, snapshot
from support.factories.web_pages import get, reader_of, rendered

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


def test_hostile_texts_stay_text() -> None:
    """Names of sites, servers and devices arrive as text."""
    bad = endpoint(HOSTILE, 5, title=HOSTILE)
    info = replace(bad.target.info, server=HOSTILE, component=HOSTILE)
    bad = replace(bad, target=replace(bad.target, labels=(("site", HOSTILE),), info=info))
    found = site_map(snapshot(bad), HOSTILE)
    assert found is not None
    assert rendered("site.html", reader_of(snapshot(bad)), lambda _: site_values(found)).count("<script") == 1

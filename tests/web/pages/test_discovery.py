"""The page of a discovery: how its list was fetched, its targets, hostile texts as text."""

from dataclasses import replace

import pytest

from monitor.model import DiscoveryState, Failure, FailureReason, Matcher, text
from monitor.web.caller import Caller, Role
from monitor.web.pages.discovery import discovery_values
from monitor.web.queries.discovery_detail import discovery_detail
from support.factories.web_fakes import HOSTILE, NOW, FakeDaemon, endpoint, snapshot
from support.factories.web_pages import get, reader_of, rendered

FOUND = endpoint("found", 90, title="Recorder 01")
FOUND = replace(FOUND, target=replace(FOUND.target, origin="csv:list"))
STATE = DiscoveryState(
    "csv:list",
    "endpoint:lists:443",
    found=3,
    succeeded_at=NOW,
    failed=2,
    failures=(Failure(FailureReason.TIMEOUT, text("no answer <in> 10 s")),),
    left_out=1,
)
SHOWN = replace(snapshot(FOUND, endpoint("other", 90)), discoveries={"csv:list": STATE})


def test_what_it_says() -> None:
    """Why it failed, how often, what it gave and what was left out."""
    found = discovery_detail(SHOWN, "csv:list")
    assert found is not None
    assert [one.target.id for one in found.targets] == ["endpoint:found:443"]
    page = rendered("discovery.html", reader_of(SHOWN), lambda _: discovery_values(found))
    assert "no answer &lt;in&gt; 10 s" in page
    assert '<a href="/targets/endpoint%3Afound%3A443">Recorder 01</a>' in page
    assert '<a href="/targets/endpoint%3Alists%3A443">' in page


@pytest.mark.parametrize(("path", "status"), [("/discoveries/csv:list", 200), ("/discoveries/nope/x", 404)])
def test_addresses(path: str, status: int) -> None:
    """What there is not is 404."""
    assert get(FakeDaemon(SHOWN), path).status_code == status


def test_it_is_hidden_from_who_may_not_see_all() -> None:
    """A discovery tells of other targets."""
    caller = Caller("ana", Role.VIEWER, (Matcher("site", ("harbour",)),))
    assert get(FakeDaemon(SHOWN), "/discoveries/csv:list", caller=caller).status_code == 404


def test_hostile_texts_stay_text() -> None:
    """Ids and addresses arrive as text."""
    state = replace(STATE, id=HOSTILE, target_id=HOSTILE)
    found = discovery_detail(replace(SHOWN, discoveries={HOSTILE: state}), HOSTILE)
    assert found is not None
    page = rendered("discovery.html", reader_of(SHOWN), lambda _: discovery_values(found))
    assert page.count("<script") == 1

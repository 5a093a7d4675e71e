"""The page of a discovery: how its list was fetched, its targets, hostile texts as text."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import (
    AlertGroup,
    AlertKey,
    AlertLevel,
    Check,
    DiscoveryState,
    Failure,
    FailureReason,
    Matcher,
    Scope,
    text,
)
from monitor.web.caller import Caller, Role
from monitor.web.pages.details.discovery import discovery_values
from monitor.web.queries.targets.discovery_detail import discovery_detail
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon, endpoint, snapshot
from support.factories.web.pages import get, reader_of, rendered

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
    found = discovery_detail(SHOWN, "csv:list", NOW)
    assert found is not None
    assert [one.target.id for one in found.targets] == ["endpoint:found:443"]
    page = rendered("details/discovery.html", reader_of(SHOWN), lambda _: discovery_values(found))
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
    found = discovery_detail(replace(SHOWN, discoveries={HOSTILE: state}), HOSTILE, NOW)
    assert found is not None
    page = rendered("details/discovery.html", reader_of(SHOWN), lambda _: discovery_values(found))
    assert page.count("<script") == 1


def test_counts_and_what_is_new() -> None:
    """Targets are counted by kind and component; those of the last week are named, the newest first."""
    states = [
        replace(FOUND, target=replace(FOUND.target, id=f"endpoint:{name}"), watched_since=NOW - since)
        for name, since in (("a", timedelta(days=8)), ("b", timedelta(days=3)), ("c", timedelta(days=1)))
    ]
    shown = replace(SHOWN, states={one.target.id: one for one in states})
    found = discovery_detail(shown, "csv:list", NOW)
    assert found is not None
    assert (found.kinds, found.components) == ([("endpoint", 3)], [("recording_server", 3)])
    assert [one.target.id for one in found.new] == ["endpoint:c", "endpoint:b"]
    page = rendered("details/discovery.html", reader_of(shown), lambda _: discovery_values(found))
    assert ("Recording Server: 3" in page, "Found in the last 7 days" in page) == (True, True)


def test_what_to_do() -> None:
    """The alert about the discovery itself, which has the steps, is linked."""
    key = AlertKey(Check.DISCOVERY_STALE, Scope.DISCOVERY, "csv:list")
    group = AlertGroup(key.id, key.check, AlertLevel.WARNING, "csv:list", NOW, (key,))
    found = discovery_detail(replace(SHOWN, alerts=(group,)), "csv:list", NOW)
    assert found is not None
    page = rendered("details/discovery.html", reader_of(SHOWN), lambda _: discovery_values(found))
    assert f'<a href="/alerts/{key.id}">What to do</a>' in page

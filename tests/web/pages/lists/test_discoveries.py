"""The list of discoveries: when each was fetched, what it found, and why not."""

from dataclasses import replace

from monitor.model import DiscoveryState, Failure, FailureReason, Matcher, Snapshot, text
from monitor.web.caller import Caller, Role
from monitor.web.pages.lists.discoveries import DISCOVERY_LIST, DISCOVERY_SOURCE
from support.factories.web.fakes import HOSTILE, NOW, FakeDaemon
from support.factories.web.pages import get, listed, reader_of

GOOD = DiscoveryState("csv:/etc/targets.csv", "", 12, NOW, NOW)
FULL = DiscoveryState("lab/srv:_sip._tcp.lab", "", 90, NOW, NOW, left_out=7)
BAD = DiscoveryState(
    "http_sd:https://cmdb",
    "endpoint:cmdb:443",
    3,
    NOW,
    NOW,
    4,
    (Failure(FailureReason.TIMEOUT, text("no answer within 10 s")),),
)
NEW = DiscoveryState("mx:vms.example")


def shown(*every: DiscoveryState) -> Snapshot:
    """Return a snapshot of discoveries."""
    return Snapshot(discoveries={one.id: one for one in every})


def html(*every: DiscoveryState, query: str = "", caller: Caller | None = None) -> str:
    """Return the page."""
    return listed(
        DISCOVERY_LIST, DISCOVERY_SOURCE, reader_of(shown(*every), caller=caller or Caller()), query
    )


def test_failures_come_first() -> None:
    """In words, and how many in a row; then what was left out."""
    page = html(GOOD, NEW, FULL, BAD)
    places = [page.index(f">{one.id}<") for one in (BAD, FULL, NEW, GOOD)]
    assert places == sorted(places)
    assert ("no answer within 10 s" in page, "failed 4 times in a row" in page) == (True, True)
    assert ("7 left out" in page, "not fetched yet" in page) == (True, True)
    assert '<a href="/discoveries/' in page


def test_kinds() -> None:
    """An id may begin with its zone, and hold slashes."""
    assert FULL.id in html(GOOD, FULL, query="kind=srv")
    assert GOOD.id in html(GOOD, FULL, query="kind=csv")


def test_scope_hides_all() -> None:
    """They tell of other targets."""
    page = html(GOOD, caller=Caller("vera", Role.VIEWER, (Matcher("site", ("harbour",)),)))
    assert ("csv" in page, "No discovery is configured." in page) == (False, True)


def test_hostile_texts_stay_text() -> None:
    """Ids come from configurations, messages from servers."""
    bad = replace(BAD, id=HOSTILE, failures=(Failure(FailureReason.TIMEOUT, text(HOSTILE)),))
    assert html(bad).count("<script") == 1


def test_json() -> None:
    """Its fields."""
    found = get(FakeDaemon(shown(BAD)), "/discoveries?format=json").json()["items"]
    assert found == [
        {
            "id": BAD.id,
            "state": "failed",
            "kind": "http_sd",
            "target": "endpoint:cmdb:443",
            "found": 3,
            "left_out": 0,
            "asked_at": NOW.isoformat(),
            "succeeded_at": NOW.isoformat(),
            "failed": 4,
            "messages": ["no answer within 10 s"],
        }
    ]

"""The list of targets as page, CSV and JSON."""

import csv
import io
from dataclasses import replace

from monitor.alerts import alerts_of_target
from monitor.model import Snapshot, TargetState, TargetTraits
from monitor.web.pages.lists.targets import target_list, target_source
from support.factories.web.fakes import (
    HOSTILE,
    NOW,
    FakeDaemon,
    endpoint,
    pending,
    snapshot,
    standby,
    unreachable,
)
from support.factories.web.pages import get, listed, reader_of


def alerted(*states: TargetState) -> Snapshot:
    """Return a snapshot with the alerts about each target."""
    found = [one for state in states for one in alerts_of_target(state, NOW)]
    return replace(snapshot(*states), alerts=tuple(found))


def html(shown: Snapshot, query: str = "") -> str:
    """Return the page."""
    return listed(target_list(), target_source(), reader_of(shown), query)


def test_each_leads_to_its_page() -> None:
    """An id has colons and may have slashes."""
    state = endpoint("a", 5)
    state = replace(state, target=replace(state.target, id="lab/endpoint:a:443/x y?"))
    assert '<a href="/targets/lab/endpoint%3Aa%3A443/x%20y%3F">a:443</a>' in html(snapshot(state))


def test_owner_and_note() -> None:
    """Owner and note are shown with their target, as text, and with no other."""
    owned = endpoint("owned", 5)
    info = replace(owned.target.info, owner="Video team", note="rack <7>")
    owned = replace(owned, target=replace(owned.target, info=info))
    page = html(snapshot(owned, endpoint("other", 5)))
    wanted = ('<span class="tag">Video team</span>', "Note: ", "Note: rack &lt;7&gt;")
    assert [page.count(one) for one in wanted] == [1, 1, 1]


def test_states() -> None:
    """A target that needs action shows its level, any other its state."""
    page = html(
        alerted(endpoint("a", -1, sentence="expired"), unreachable("b"), pending("c"), endpoint("d", 90))
    )
    badges = ("expired", "unreachable", "not checked yet", "ok")
    assert [page.count(f">{one}</span>") for one in badges] == [1, 1, 1, 1]
    assert "the last 4 checks failed" in page


def test_standby() -> None:
    """Once it was reached, a standby server that does not answer is only on standby."""
    assert "on standby, never reached" in html(snapshot(standby("failover")))
    seen = replace(endpoint("failover", 90), failed_probes=4)
    seen = replace(seen, target=replace(seen.target, traits=TargetTraits(standby=True)))
    page = html(snapshot(seen))
    assert ("<small>on standby</small>" in page, "checks failed" in page) == (True, False)


def test_not_encrypted() -> None:
    """Beside the time of the check."""
    assert "<small>not encrypted</small>" in html(snapshot(replace(endpoint("a", 5), encrypted=False)))


def test_hostile_texts_stay_text() -> None:
    """Markup arrives as text."""
    state = endpoint(HOSTILE, 5, sentence=HOSTILE, title=HOSTILE)
    assert html(alerted(state)).count("<script") == 1


def test_json_and_csv() -> None:
    """Stable fields, the same in both."""
    daemon = FakeDaemon(alerted(endpoint("a", 5, sentence="it expires", title="-Recorder"), unreachable("b")))
    found = get(daemon, "/targets?format=json&state=need_action").json()
    assert found["total"] == 1
    one = found["items"][0]
    assert (one["id"], one["state"], one["level"]) == ("endpoint:a:443", "need_action", "critical")
    assert (one["title"], one["messages"], one["labels"]) == (
        "-Recorder",
        ["it expires"],
        {"site": "harbour", "component": "recording_server"},
    )
    assert one["certificates"] == [endpoint("a", 5).sightings[0].certificate.sha256]
    table = get(daemon, "/targets?format=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert list(rows[0]) == list(one)
    assert [row["title"] for row in rows] == ["'-Recorder", "b:443"]
    assert (rows[1]["probed_at"], rows[1]["succeeded_at"]) == (NOW.isoformat(), "")


def test_components_have_names_for_people() -> None:
    """The page and its filter say what the vendor says; what is chosen and published stays the code."""
    shown = snapshot(endpoint("a", 5))
    page = html(shown, "component=recording_server")
    assert '<span class="tag">Recording Server</span>' in page
    assert '<option value="recording_server" selected>Recording Server (1)</option>' in page
